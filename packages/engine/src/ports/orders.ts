import type { EpochMs } from '@mtrade/base';
import type { BaseQty, QuoteAmount } from '@mtrade/money';
import type { ScanRecord, Side } from '@mtrade/cycle';

/** When a request passed the stages of its way out, monotonic ms; null for a stage that it did not come to. */
export interface SendMarks {
  /** Built and signed. */
  signedMono: number | null;
  /** Handed to the socket: right before its first byte is written. */
  sentMono: number | null;
}

/** The right to send an order: its intent is on disk, and nobody has used the right before. */
export interface Permission {
  /** Blocks the thread for the moment that a commit takes. Null: nothing is known even then. */
  readonly now: () => boolean | null;
  /** The same word, whenever it comes; false when there is none at the order's deadline. */
  readonly later: () => Promise<boolean>;
}

export interface PlaceOptions {
  /** Asked when nothing but the writing is left to do: no byte is sent unless the answer is true. */
  readonly permission: Permission;
  /** Written to: how far the request came, and when. */
  readonly marks?: SendMarks | undefined;
}

/** A definite no of the exchange, in its own words. */
export interface Refused {
  readonly type: 'rejected';
  readonly label: string;
  readonly message: string;
  readonly retryAfterMs: number | null;
}

/** What one POST of an order led to. Everything that is not listed as definite is `unknown` (protocol 2.5). */
export type PlaceOutcome =
  | {
      readonly type: 'acked';
      readonly exchangeOrderId: string;
      /** False while the order rests on the book. */
      readonly finished: boolean;
      readonly finishAs: string | null;
      readonly filledBase: BaseQty;
      readonly filledQuote: QuoteAmount;
    }
  | Refused
  | { readonly type: 'unknown'; readonly reason: string };

/** What goes on the wire, already exact text; made from a committed intent and nothing else. */
export interface OrderRequest {
  readonly intentId: number;
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly type: 'market' | 'limit';
  readonly timeInForce: 'ioc' | 'fok';
  /** Base text; for a market buy quote text. */
  readonly amount: string;
  readonly price: string | null;
  /** Exchange clock: sent as the request's expiry. */
  readonly deadlineMs: EpochMs;
}

/** One of our orders as a scan or the private stream saw it. */
export interface OrderEvidence {
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly exchangeOrderId: string;
  readonly finished: boolean;
  readonly finishAs: string | null;
  /** Null when the source does not say (a trade row). */
  readonly filledBase: BaseQty | null;
  readonly filledQuote: QuoteAmount | null;
}

export interface ScanResult {
  readonly record: ScanRecord;
  /** Every order found under the client id; two of them mean quarantine. */
  readonly found: readonly OrderEvidence[];
}
