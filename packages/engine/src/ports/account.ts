import type { Decimal } from '@mtrade/money';
import type { Fill, Side } from '@mtrade/cycle';

export interface Balance {
  readonly available: Decimal;
  readonly locked: Decimal;
}

export type Balances = Readonly<Record<string, Balance>>;

export interface ClockOffset {
  /** Exchange clock less our monotonic clock: nothing that anybody does to the wall clock changes it (N20). */
  readonly exchangeMinusMono: number;
  /** Half the best round trip: the truth lies within +- this. */
  readonly errorMs: number;
}

/** A list read to its end, or as far as it went: then `missing` says why, and absence from `rows` proves nothing. */
export interface Listing<T> {
  readonly rows: readonly T[];
  readonly missing: string | null;
}

/** An order that rests on the book, as a list shows it. */
export interface OpenOrder {
  /** Empty when it was sent without a name. */
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly exchangeOrderId: string;
  readonly side: Side;
}

/** One line of the own trades with the name under which its order was sent; empty when it had none. */
export interface OwnTrade {
  readonly clientOrderId: string;
  readonly exchangeOrderId: string;
  readonly fill: Fill;
}
