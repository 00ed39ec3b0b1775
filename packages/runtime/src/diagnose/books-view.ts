import type { Intent, PairState } from '@mtrade/cycle';
import type { BookedFill } from '@mtrade/store';

/** The books of one moment that lies after the evidence: what the exchange knew by then, they should know, too. */
export interface BooksView {
  readonly installId: string;
  /** When these books were begun; what is older cannot be in them. Unix ms. */
  readonly createdMs: number;
  readonly pairs: readonly PairState[];
  /** Every order that the evidence names, as far as there is a row. */
  readonly intents: readonly Intent[];
  /** Every order that is a stop, open and ended. */
  readonly stops: readonly Intent[];
  /** Orders without a row that the operator has decided about, as `symbol clientOrderId`. */
  readonly settled: ReadonlySet<string>;
  /** Fills since the beginning of the evidence. */
  readonly fills: readonly BookedFill[];
}
