import { type Fill, type Intent, isDuplicate, type SettledOrder } from '@mtrade/cycle';
import { text } from '@mtrade/money';
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
  /** A copy of the exchange's data that lags behind says such things for a moment: nobody is called for it at once. */
  readonly mayPass: boolean;
}

/**
 * What the exchange says of an order, held against what was ordered and against the books; null when it can be true. It
 * is a matter of this one order: nothing of it is booked, and nobody else is stopped by it.
 */
export function doubtOf(
  books: Pick<Books, 'bookedUnder'>,
  intent: Intent,
  { exchangeOrderId, filledBase, fills }: Pick<SettledOrder, 'exchangeOrderId' | 'filledBase' | 'fills'>,
): Doubt | null {
  const { id, clientOrderId, symbol, side, baseAmount } = intent;
  const say = (reason: string, how: Partial<Doubt> = {}): Doubt => ({
    isAllBooked: false,
    mayPass: false,
    ...how,
    reason,
  });
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
      { isAllBooked: others.length === fills.length },
    );
  if (baseAmount !== null && filledBase.gt(baseAmount))
    return say(`order ${clientOrderId} has filled ${text(filledBase)}, more than was ordered`);
  // Of two orders under one name each says less than their sum, and a second one says nothing about the first.
  const before = isDuplicate(intent) || intent.exchangeOrderId !== exchangeOrderId ? null : intent.filledBase;
  if (before !== null && filledBase.lt(before))
    return say(
      `order ${clientOrderId} has filled less than the ${text(before)} that the exchange has said before`,
      { mayPass: true },
    );
  return null;
}
