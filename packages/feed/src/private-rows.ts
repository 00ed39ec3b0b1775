import type { OrderEvidence } from '@mtrade/engine';
import { type BaseQty, type Decimal, type QuoteAmount, decimal } from '@mtrade/money';
import { symbolOf } from './pair.js';

type Fields = Readonly<Record<string, unknown>>;

const idOf = (value: unknown): string | null => {
  if (Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
};

function amountOf(value: unknown): Decimal | null {
  if (typeof value !== 'string') return null;
  try {
    const amount = decimal(value);
    return amount.s < 0 ? null : amount;
  } catch {
    return null;
  }
}

/** A row of `spot.orders`. Null when it does not name its order and pair. */
export function parseOrderEvidence(row: Fields): OrderEvidence | null {
  const symbol = symbolOf(row['currency_pair']);
  const exchangeOrderId = idOf(row['id']);
  if (symbol === null || exchangeOrderId === null) return null;
  const finished = row['event'] === 'finish';
  const word = row['finish_as'];
  return {
    clientOrderId: typeof row['text'] === 'string' ? row['text'] : '',
    symbol,
    exchangeOrderId,
    finished,
    finishAs: finished && typeof word === 'string' && word !== '' ? word : null,
    filledBase: filledBaseOf(row) as BaseQty | null,
    filledQuote: amountOf(row['filled_total']) as QuoteAmount | null,
  };
}

/** A market buy counts `amount` and `left` in quote: there only a stated `filled_amount` helps. */
function filledBaseOf(row: Fields): Decimal | null {
  const stated = amountOf(row['filled_amount']);
  if (stated !== null) return stated;
  if (row['type'] === 'market' && row['side'] === 'buy') return null;
  const amount = amountOf(row['amount']);
  const left = amountOf(row['left']);
  // More left than there was makes no sense: such a row says nothing of what was filled.
  return amount === null || left === null || left.gt(amount) ? null : amount.minus(left);
}

/** A row of `spot.usertrades`: something of this order was traded. Says nothing about how the order ends. */
export function parseTradeEvidence(row: Fields): OrderEvidence | null {
  const symbol = symbolOf(row['currency_pair']);
  const exchangeOrderId = idOf(row['order_id']);
  if (symbol === null || exchangeOrderId === null) return null;
  return {
    clientOrderId: typeof row['text'] === 'string' ? row['text'] : '',
    symbol,
    exchangeOrderId,
    finished: false,
    finishAs: null,
    filledBase: null,
    filledQuote: null,
  };
}
