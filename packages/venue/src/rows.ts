import type { EpochMs } from '@mtrade/base';
import type { Fill, MarketRules, Side } from '@mtrade/cycle';
import type { Balance, OrderEvidence } from '@mtrade/engine';
import { type BaseQty, type Decimal, type Price, type QuoteAmount, decimal, ZERO } from '@mtrade/money';
import {
  MalformedAnswer,
  type Row,
  amountField,
  asRow,
  decimalField,
  epochMsField,
  idField,
  optional,
  textField,
} from './answer.js';

/** `BTC/USDT` and Gate's `BTC_USDT`. */
export const pairOf = (symbol: string): string => symbol.replace('/', '_');
export const symbolOf = (pair: string): string => pair.replace('_', '/');

export interface OrderRow extends OrderEvidence {
  readonly side: Side;
}

function sideField(row: Row): Side {
  const side = textField(row, 'side');
  if (side !== 'buy' && side !== 'sell') throw new MalformedAnswer(`unknown side ${JSON.stringify(side)}`);
  return side;
}

/** One order as POST, the lists and the single query give it. */
export function readOrder(value: unknown, symbol: string): OrderRow {
  const row = asRow(value);
  const pair = textField(row, 'currency_pair');
  if (pair !== pairOf(symbol))
    throw new MalformedAnswer(`order of ${pair} where ${pairOf(symbol)} was asked for`);
  const status = textField(row, 'status');
  if (status !== 'open' && status !== 'closed' && status !== 'cancelled')
    throw new MalformedAnswer(`unknown order status ${JSON.stringify(status)}`);
  const finished = status !== 'open';
  const side = sideField(row);
  const filledQuote = optional(row, 'filled_total', amountField) as QuoteAmount | null;
  const word = optional(row, 'finish_as', textField);
  return {
    clientOrderId: optional(row, 'text', textField) ?? '',
    symbol,
    exchangeOrderId: idField(row, 'id'),
    side,
    finished,
    finishAs: finished ? (word ?? (status === 'closed' ? 'filled' : 'cancelled')) : null,
    filledBase: filledBaseOf(row, side, filledQuote),
    filledQuote,
  };
}

/** Older answers lack `filled_amount`; a market buy counts `amount` and `left` in quote, so there it cannot be derived. */
function filledBaseOf(row: Row, side: Side, filledQuote: QuoteAmount | null): BaseQty | null {
  const stated = optional(row, 'filled_amount', amountField);
  if (stated !== null) return stated as BaseQty;
  if (filledQuote?.eq('0')) return ZERO as BaseQty;
  if (row['type'] === 'market' && side === 'buy') return null;
  const filled = amountField(row, 'amount').minus(amountField(row, 'left'));
  if (filled.lt('0')) throw new MalformedAnswer('"left" is more than "amount"');
  return filled as BaseQty;
}

/** The order evidence that a line of the own trades carries: whose order it was, but not how it ended. */
export function readTradeEvidence(value: unknown, symbol: string): OrderEvidence {
  const row = asRow(value);
  return {
    clientOrderId: optional(row, 'text', textField) ?? '',
    symbol,
    exchangeOrderId: idField(row, 'order_id'),
    finished: false,
    finishAs: null,
    filledBase: null,
    filledQuote: null,
  };
}

/** A trade of nothing, or for nothing, is none. */
function tradedField(row: Row, name: string): Decimal {
  const value = amountField(row, name);
  if (value.eq('0')) throw new MalformedAnswer(`a trade whose "${name}" is zero`);
  return value;
}

/** One line of `/spot/my_trades` that must belong to the given order. */
export function readFill(value: unknown, symbol: string, exchangeOrderId: string): Fill {
  const row = asRow(value);
  const pair = optional(row, 'currency_pair', textField);
  if (pair !== null && pair !== pairOf(symbol)) throw new MalformedAnswer(`trade of ${pair}`);
  if (idField(row, 'order_id') !== exchangeOrderId) throw new MalformedAnswer('trade of another order');
  const role = row['role'];
  return {
    tradeId: idField(row, 'id'),
    symbol,
    side: sideField(row),
    baseAmount: tradedField(row, 'amount') as BaseQty,
    price: tradedField(row, 'price') as Price,
    ...feeOf(row),
    role: role === 'maker' || role === 'taker' ? role : 'unknown',
    epochMs: epochMsField(row, 'create_time_ms', 'create_time') as EpochMs,
  };
}

/** The coin that was really charged: with the GT or points option on, `fee` is zero and the other field has the amount. */
function feeOf(row: Row): { fee: Fill['fee']; feeCoin: string } {
  const fee = optional(row, 'fee', decimalField) ?? ZERO;
  const coin = optional(row, 'fee_currency', textField);
  if (fee.eq('0')) {
    for (const [field, feeCoin] of [
      ['gt_fee', 'GT'],
      ['point_fee', 'POINT'],
    ] as const) {
      const charged = optional(row, field, decimalField);
      if (charged !== null && !charged.eq('0')) return { fee: charged as Fill['fee'], feeCoin };
    }
    return { fee: ZERO as Fill['fee'], feeCoin: coin ?? '' };
  }
  if (coin === null) throw new MalformedAnswer('a fee without "fee_currency"');
  return { fee: fee as Fill['fee'], feeCoin: coin };
}

export function readBalance(value: unknown): [coin: string, balance: Balance] {
  const row = asRow(value);
  return [
    textField(row, 'currency'),
    { available: decimalField(row, 'available'), locked: decimalField(row, 'locked') },
  ];
}

const TRADABLE = {
  tradable: 'both',
  buyable: 'buy-only',
  sellable: 'sell-only',
  untradable: 'none',
} as const satisfies Record<string, MarketRules['tradable']>;

function stepField(row: Row, name: string): Decimal {
  const places = decimalField(row, name).toFixed();
  if (!/^\d{1,2}$/.test(places) || Number(places) > 30)
    throw new MalformedAnswer(`"${name}" is not a number of decimal places`);
  return decimal('1').div(decimal(`1${'0'.repeat(Number(places))}`));
}

/** Gate announces the end of a pair by `delisting_time`, Unix seconds; 0 or absent means that none is planned. */
const isBeingDelisted = (row: Row): boolean =>
  !(optional(row, 'delisting_time', decimalField) ?? ZERO).eq(ZERO);

/** What is held may still be sold as long as the pair trades; nothing new is bought that could not be sold in time. */
const withoutBuys = (tradable: MarketRules['tradable']): MarketRules['tradable'] =>
  tradable === 'both' || tradable === 'sell-only' ? 'sell-only' : 'none';

/** One row of `/spot/currency_pairs`; its `fee` is in per cent. */
export function readRules(value: unknown, symbol: string, accountFee: Decimal | null): MarketRules {
  const row = asRow(value);
  const status = textField(row, 'trade_status');
  // A word we do not know is no permission to trade.
  const tradable = Object.hasOwn(TRADABLE, status) ? TRADABLE[status as keyof typeof TRADABLE] : 'none';
  const feeRate = accountFee ?? amountField(row, 'fee').div('100');
  if (feeRate.gte('0.5')) throw new MalformedAnswer(`a fee of ${feeRate.toFixed()} of the trade`);
  return {
    symbol,
    base: textField(row, 'base'),
    quote: textField(row, 'quote'),
    amountStep: stepField(row, 'amount_precision') as BaseQty,
    priceStep: stepField(row, 'precision') as Price,
    minBase: (optional(row, 'min_base_amount', amountField) ?? ZERO) as BaseQty,
    minQuote: (optional(row, 'min_quote_amount', amountField) ?? ZERO) as QuoteAmount,
    tradable: isBeingDelisted(row) ? withoutBuys(tradable) : tradable,
    feeRate,
    supportsFok: true,
  };
}
