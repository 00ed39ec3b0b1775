import type { Fill, Intent } from '@mtrade/cycle';
import { type BaseQty, text } from '@mtrade/money';
import type { Books } from './books.js';

/**
 * Those of the trades that are not in the books yet, each once. It is asked right before they are booked and nowhere
 * else: whoever wanted to know of them asked the exchange a while ago, and another way may have brought them since.
 */
export function newTrades(books: Pick<Books, 'bookedUnder'>, fills: readonly Fill[]): readonly Fill[] {
  const byId = new Map(fills.map((fill) => [`${fill.symbol} ${fill.tradeId}`, fill]));
  return [...byId.values()].filter(({ symbol, tradeId }) => books.bookedUnder(symbol, tradeId) === null);
}

/** Why an answer of the exchange about an order is not believed. */
export interface Doubt {
  readonly reason: string;
  /** All of its trades are in the books, under other orders. */
  readonly isAllBooked: boolean;
}

/**
 * What the exchange says of an order, held against what was ordered and against the books; null when it can be true. It
 * is a matter of this one order: nothing of it is booked, and nobody else is stopped by it.
 */
export function doubtOf(
  books: Pick<Books, 'bookedUnder'>,
  { id, clientOrderId, symbol, side, baseAmount }: Intent,
  { filledBase, fills }: { readonly filledBase: BaseQty; readonly fills: readonly Fill[] },
): Doubt | null {
  const say = (reason: string, isAllBooked = false): Doubt => ({ reason, isAllBooked });
  const stranger = fills.find((fill) => fill.symbol !== symbol || fill.side !== side);
  if (stranger)
    return say(
      `trade ${stranger.tradeId} (${stranger.side} ${stranger.symbol}) is not one of order ${clientOrderId}`,
    );
  const others = fills.filter(({ tradeId }) => (books.bookedUnder(symbol, tradeId) ?? id) !== id);
  const [other] = others;
  if (other)
    return say(
      `trade ${other.tradeId} is booked under another order than ${clientOrderId}, which the exchange names now`,
      others.length === fills.length,
    );
  if (baseAmount !== null && filledBase.gt(baseAmount))
    return say(`order ${clientOrderId} has filled ${text(filledBase)}, more than was ordered`);
  return null;
}
