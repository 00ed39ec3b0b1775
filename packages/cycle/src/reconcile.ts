import type { EpochMs } from '@mtrade/base';
import type { Decimal } from '@mtrade/money';
import type { Intent } from './intent.js';
import { parseClientOrderId } from './client-order-id.js';
import { stopNotBeforeMs, VANISHED } from './intent-machine.js';
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

/** A stop at the exchange, whoever made it: it has no name. */
export interface SeenStop {
  readonly status: 'open' | 'cancelled' | 'fired' | 'failed' | 'expired';
  readonly firedOrderId: string | null;
}

/** Gate tells the time of creation in whole seconds. */
const CREATED_ROUNDING_MS = 1_000;

/** Whether this intent can have made the stop: a stop of the same price has the same amount, and is not older. */
export const mayHaveMade = (
  intent: Intent,
  stop: { readonly triggerPrice: Decimal; readonly amount: Decimal; readonly createdMs: EpochMs },
): boolean =>
  intent.stop?.triggerPrice.eq(stop.triggerPrice) === true &&
  intent.baseAmount?.eq(stop.amount) === true &&
  stop.createdMs >= stopNotBeforeMs(intent) - CREATED_ROUNDING_MS;

/** Rows of the books that a stop may belong to. */
export interface StopRows {
  /** The intent that has its id. */
  readonly known: Intent | null;
  /** Intents of the same pair, price and amount that are not younger than it. */
  readonly alike: readonly Intent[];
}

/**
 * What a stop at the exchange is to these books.
 *
 * | `known`    | an open intent has it, or it is over and so is its intent                                       |
 * | `moved`    | an open intent has it, and it is not open any more: to be looked at                             |
 * | `awaited`  | an open intent whose stop has no id yet may have made it                                        |
 * | `surplus`  | an intent has made it that is over, or that has another one: it would sell, or has, beside it   |
 * | `stranger` | nothing in the books can have made it                                                           |
 */
export type StopStanding =
  | { readonly type: 'known' | 'awaited' | 'stranger' }
  | { readonly type: 'moved' | 'surplus'; readonly intent: Intent };

/** `endedBeforeMs`: an intent that has ended later may have been open when the list was made. */
export function standingOfStop(
  { status, firedOrderId }: SeenStop,
  { known, alike }: StopRows,
  endedBeforeMs: EpochMs,
): StopStanding {
  const isOver = status !== 'open' && status !== 'fired' && firedOrderId === null;
  if (known !== null) {
    if (isOpen(known.state)) return status === 'open' ? KNOWN : { type: 'moved', intent: known };
    const isBooked = firedOrderId !== null && firedOrderId === known.exchangeOrderId && isSettled(known);
    if (isOver || isBooked || (known.closedMs ?? 0) >= endedBeforeMs) return KNOWN;
    return { type: 'surplus', intent: known };
  }
  const isNameless = ({ stop }: Intent): boolean => stop?.stopId === null;
  if (alike.some((intent) => isOpen(intent.state) && isNameless(intent))) return { type: 'awaited' };
  // What the exchange has refused was never there.
  const byAge = alike.filter(({ state }) => state !== 'REJECTED').toSorted((a, b) => b.id - a.id);
  // What it sells are the coins of the newest cycle, whichever of the rows has made it.
  const newest = byAge.filter(({ cycleId }) => cycleId === byAge[0]?.cycleId);
  const owner = newest.find(isNameless) ?? newest[0];
  if (owner === undefined) return { type: 'stranger' };
  return isOver ? KNOWN : { type: 'surplus', intent: owner };
}

/** Its order's own word ended it. One that was taken for nothing because nobody knew of its order may have sold. */
const isSettled = ({ finishAs }: Intent): boolean => finishAs !== VANISHED;

const KNOWN: StopStanding = { type: 'known' };
