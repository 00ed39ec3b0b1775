import type { EpochMs } from '@mtrade/base';
import type { ClosedCycle, Cycle, Fill, Intent, PairState, Position, TakenIn } from '@mtrade/cycle';

export interface JournalEntry {
  readonly epochMs: EpochMs;
  readonly symbol: string | null;
  /** `order.intent`, `order.filled`, `cycle.closed`, `operator.reset`, ...: dotted, stable. */
  readonly event: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/**
 * One atomic step of the books: all of it is committed, durably, or none. Every list may be empty.
 * The order of application is pair, cycle, position, intents, fills, closed cycle, journal.
 */
export interface ChangeSet {
  /** New value of the pair's own columns (flags, attention, dust, back-off, counters). */
  readonly pair?: PairState;
  /** Inserted or replaced by id. */
  readonly cycle?: Cycle & { readonly symbol: string };
  /** Ends a cycle: its row becomes history. */
  readonly closedCycle?: ClosedCycle & { readonly symbol: string };
  /** The protected side of a cycle, open or ended: inserted or replaced by cycle. */
  readonly position?: Position & { readonly symbol: string };
  /** New rows; refused by the schema when the pair already has an open one on that side, or is not permitted (buys). */
  readonly newIntents?: readonly Intent[];
  /** Compare-and-set on the state: the whole commit fails when a row is not in `from`. */
  readonly intentMoves?: readonly { readonly intent: Intent; readonly from: Intent['state'] }[];
  readonly fills?: readonly { readonly fill: Fill; readonly intentId: number; readonly cycleId: number }[];
  /** Coins from outside the books that a cycle has sold: they enter its ledger, and nothing else. */
  readonly takenIn?: TakenIn & { readonly symbol: string; readonly cycleId: number };
  readonly journal?: readonly JournalEntry[];
  /** Engine-wide operator switch. */
  readonly trading?: boolean;
  /** Own trades up to here (exchange clock) have been compared with the books. */
  readonly comparedToMs?: EpochMs;
  /** Inserted or replaced by install id. While one is not acknowledged, the schema refuses every buy. */
  readonly foreignInstalls?: readonly ForeignInstall[];
  /** Inserted; one that is known already is left as it is. */
  readonly discrepancies?: readonly Discrepancy[];
}

/** Another installation of mtrade that was seen to trade on this account. */
export interface ForeignInstall {
  readonly installId: string;
  readonly firstSeenMs: EpochMs;
  /** Exchange clock of the latest thing that it is known to have done. */
  readonly lastSeenMs: EpochMs;
  /** What it did last, in words. */
  readonly lastSeen: string;
  /** The operator knows of everything until then; null: of nothing yet. Exchange clock. */
  readonly acknowledgedMs: EpochMs | null;
}

/** Something of this installation on the account that the ledger does not have, and that nobody may guess into it. */
export interface Discrepancy {
  readonly symbol: string;
  readonly kind: 'orphan-order' | 'orphan-trade' | 'ended-order' | 'late-trade';
  /** The exchange's id of the trade, or of the order. */
  readonly reference: string;
  readonly clientOrderId: string;
  readonly seenMs: EpochMs;
}
