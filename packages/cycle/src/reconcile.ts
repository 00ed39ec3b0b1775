import type { Intent } from './intent.js';
import { parseClientOrderId } from './client-order-id.js';
import { isOpen } from './open-intents.js';

/** As much of the books as it takes to judge what an account shows. */
export interface BooksKnowledge {
  readonly installId: string;
  /** The row of an order, whatever its state; null when there is none. */
  readonly intentOf: (clientOrderId: string) => Intent | null;
  readonly isBooked: (symbol: string, tradeId: string) => boolean;
}

export interface SeenOrder {
  readonly clientOrderId: string;
}

export interface SeenTrade {
  readonly clientOrderId: string;
  readonly fill: { readonly symbol: string; readonly tradeId: string };
}

/**
 * What something on the account is to these books.
 *
 * | `known`     | the books have it                                                                     |
 * | `stranger`  | it was not ordered by mtrade: the user's own, and none of our business                |
 * | `awaited`   | its order is open in the books: evidence that moves it on                             |
 * | `foreign`   | another installation of mtrade ordered it                                             |
 * | `orphan`    | this installation ordered it, and there is no row: the books are older than the order |
 * | `ended`     | its row has come to an end without it                                                 |
 */
export type Standing = 'known' | 'stranger' | 'awaited' | 'foreign' | 'orphan' | 'ended';

/** An order that rests at the exchange. */
export function standingOfOrder({ clientOrderId }: SeenOrder, books: BooksKnowledge): Standing {
  const parts = parseClientOrderId(clientOrderId);
  if (parts === null) return 'stranger';
  // Only the installation counts: an earlier life of it has another start nonce, and its orders are ours.
  if (parts.installId !== books.installId) return 'foreign';
  const intent = books.intentOf(clientOrderId);
  if (intent === null) return 'orphan';
  return isOpen(intent.state) ? 'awaited' : 'ended';
}

/** A line of the own trades. */
export function standingOfTrade(trade: SeenTrade, books: BooksKnowledge): Standing {
  return books.isBooked(trade.fill.symbol, trade.fill.tradeId) ? 'known' : standingOfOrder(trade, books);
}
