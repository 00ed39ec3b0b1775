import { HUNDRED, decimal, text } from '@mtrade/money';
import type {
  BookView,
  Candle,
  Order,
  PairSpec,
  PublicTrade,
  Ticker,
  Trade,
  TriggerOrder,
} from '../core/types.js';

/**
 * The exchange's facts as rows of Gate's REST answers. Field names, and which numbers are text, follow recorded
 * answers; `create_time` is in seconds, `*_ms` in milliseconds.
 */
type Row = Record<string, unknown>;

const seconds = (ms: number): string => String(Math.floor(ms / 1_000));
/** `0.2` (per cent) as `0.002`. */
const rate = (pct: string): string => text(decimal(pct).div(HUNDRED));

export const idOf = (symbol: string): string => symbol.replace('/', '_');

export const pairRow = (pair: PairSpec): Row => ({
  id: pair.id,
  base: pair.base,
  base_name: pair.base,
  quote: pair.quote,
  quote_name: pair.quote,
  fee: pair.takerFeePct,
  ...(pair.minBase === '0' ? {} : { min_base_amount: pair.minBase }),
  min_quote_amount: pair.minQuote,
  max_quote_amount: '5000000',
  amount_precision: pair.amountDecimals,
  precision: pair.priceDecimals,
  trade_status: pair.tradeStatus,
  sell_start: 0,
  buy_start: 0,
  type: 'normal',
  trade_url: `https://www.gate.com/trade/${pair.id}`,
  st_tag: false,
});

export const currencyRow = (currency: string): Row => ({
  currency,
  name: currency,
  delisted: false,
  withdraw_disabled: false,
  withdraw_delayed: false,
  deposit_disabled: false,
  trade_disabled: false,
  chain: currency,
  chains: [],
});

export const tickerRow = (ticker: Ticker, timezone?: string): Row => ({
  currency_pair: idOf(ticker.symbol),
  last: ticker.last,
  lowest_ask: ticker.lowestAsk,
  highest_bid: ticker.highestBid,
  change_percentage: ticker.changePct,
  ...(timezone === 'utc0' || timezone === 'all' ? { change_utc0: ticker.changePct } : {}),
  ...(timezone === 'utc8' || timezone === 'all' ? { change_utc8: ticker.changePct } : {}),
  base_volume: ticker.baseVolume,
  quote_volume: ticker.quoteVolume,
  high_24h: ticker.high24h,
  low_24h: ticker.low24h,
});

export const bookRow = (book: BookView, withId: boolean, nowMs: number): Row => ({
  ...(withId ? { id: book.updateId } : {}),
  current: Math.floor(nowMs),
  update: Math.floor(book.ms),
  asks: book.asks,
  bids: book.bids,
});

/** Seconds, quote volume, close, high, low, open, base volume, whether the interval is over. */
export const candleRow = (candle: Candle): readonly string[] => [
  seconds(candle.openMs),
  candle.quoteVolume,
  candle.close,
  candle.high,
  candle.low,
  candle.open,
  candle.baseVolume,
  String(candle.closed),
];

export const publicTradeRow = (trade: PublicTrade): Row => ({
  id: trade.id,
  create_time: seconds(trade.ms),
  create_time_ms: `${Math.floor(trade.ms)}.000000`,
  currency_pair: idOf(trade.symbol),
  side: trade.side,
  amount: trade.amount,
  price: trade.price,
  sequence_id: trade.id,
});

export const myTradeRow = (trade: Trade): Row => ({
  id: trade.id,
  create_time: seconds(trade.ms),
  create_time_ms: `${Math.floor(trade.ms)}.000000`,
  currency_pair: idOf(trade.symbol),
  side: trade.side,
  role: trade.role,
  amount: trade.amount,
  price: trade.price,
  order_id: trade.orderId,
  fee: trade.fee,
  fee_currency: trade.feeCurrency,
  point_fee: '0.0',
  gt_fee: trade.gtFee,
  amend_text: '-',
  sequence_id: trade.sequenceId,
  text: trade.text,
});

const otherCurrency = (order: Order): string => {
  const [base = '', quote = ''] = order.symbol.split('/');
  return order.feeCurrency === base ? quote : base;
};

export const orderRow = (order: Order): Row => ({
  id: order.id,
  text: order.text,
  amend_text: '-',
  create_time: seconds(order.createMs),
  update_time: seconds(order.updateMs),
  create_time_ms: Math.floor(order.createMs),
  update_time_ms: Math.floor(order.updateMs),
  status: order.status,
  currency_pair: idOf(order.symbol),
  type: order.type,
  account: order.account,
  side: order.side,
  amount: order.amount,
  price: order.price,
  biz_info: '-',
  time_in_force: order.timeInForce,
  iceberg: '0',
  left: order.left,
  filled_amount: order.filledAmount,
  fill_price: order.filledTotal,
  filled_total: order.filledTotal,
  // Absent until something is filled, as at the exchange.
  ...(decimal(order.filledAmount).gt('0') ? { avg_deal_price: order.avgDealPrice } : {}),
  fee: order.fee,
  fee_currency: order.feeCurrency,
  point_fee: '0',
  gt_fee: order.gtFee,
  gt_maker_fee: '0',
  gt_taker_fee: '0',
  gt_discount: order.gtFee !== '0',
  rebated_fee: '0',
  rebated_fee_currency: otherCurrency(order),
  stp_id: 0,
  stp_act: '-',
  finish_as: order.finishAs,
});

/** Gate tells these amounts with twenty decimals, times in seconds, and ids as numbers. */
const TRIGGER_DECIMALS = 20;

export const triggerRow = (order: TriggerOrder): Row => ({
  market: idOf(order.symbol),
  user: Number(order.userId),
  trigger: { price: order.triggerPrice, rule: order.rule, expiration: order.expirationS },
  put: {
    type: order.put.type,
    side: order.put.side,
    price: order.put.price ?? '0',
    amount: decimal(order.put.amount).toFixed(TRIGGER_DECIMALS),
    account: order.put.account,
    time_in_force: order.put.timeInForce,
    text: order.put.text,
  },
  id: Number(order.id),
  ctime: Math.floor(order.createMs / 1_000),
  ...(order.finishMs === null ? {} : { ftime: Math.floor(order.finishMs / 1_000) }),
  fired_order_id: Number(order.firedOrderId ?? 0),
  status: order.status,
  reason: order.reason,
});

export const feeRow = (userId: string, pair: PairSpec | undefined): Row => ({
  user_id: Number(userId),
  taker_fee: rate(pair?.takerFeePct ?? '0'),
  maker_fee: rate(pair?.makerFeePct ?? '0'),
  gt_discount: false,
  gt_taker_fee: '0',
  gt_maker_fee: '0',
  loan_fee: '0.18',
  point_type: '1',
  futures_taker_fee: '0',
  futures_maker_fee: '0',
  delivery_taker_fee: '0',
  delivery_maker_fee: '0',
  debit_fee: 0,
  ...(pair === undefined ? {} : { currency_pair: pair.id }),
});
