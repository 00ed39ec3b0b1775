import type { EpochMs } from '@mtrade/base';
import type { Decimal } from '@mtrade/money';
import type { ClosedCycle, Fill, Intent, PairState } from '@mtrade/cycle';
import type { ChangeSet, Discrepancy, ForeignInstall } from './change-set.js';

/** An intent by its row or by the name under which its order was sent. */
export type IntentKey = { readonly id: number } | { readonly clientOrderId: string };

/** What the rows of a stop are looked for by. */
export type StopKey = { readonly stopId: string } | { readonly triggerPrice: Decimal };

/** An ended intent with every trade that is booked under it. */
export interface ClosedIntent {
  readonly intent: Intent;
  readonly fills: readonly Fill[];
}

export interface CycleStore {
  /** Everything a cycler needs to begin, after the schema check: pairs with open cycles and open intents. */
  readonly load: () => StoreSnapshot;
  /** One IMMEDIATE transaction, synchronous=FULL. Throws and changes nothing when anything is refused. */
  readonly commit: (change: ChangeSet) => void;
  /** A cycle that is history, by id; null when there is none. */
  readonly closedCycle: (id: number) => ClosedCycle | null;
  /** An intent that has come to its end; null when there is none, or when it is still open. */
  readonly closedIntent: (key: IntentKey) => ClosedIntent | null;
  /** Stops of a pair, open and ended, by the exchange's id of one or by their price. */
  readonly stopIntents: (symbol: string, key: StopKey) => readonly Intent[];
  /** The row of the intent that a trade is booked under; null when it is not booked. */
  readonly bookedUnder: (symbol: string, tradeId: string) => number | null;
  readonly close: () => void;
}

export interface StoreSnapshot {
  readonly installId: string;
  readonly startNonce: string;
  readonly epoch: number;
  readonly trading: boolean;
  readonly nextIntentId: number;
  readonly nextCycleId: number;
  readonly pairs: readonly PairState[];
  /** When these books were begun; wall clock. */
  readonly createdMs: EpochMs;
  /** Own trades up to here (exchange clock) were compared with the books; null: none yet. */
  readonly comparedToMs: EpochMs | null;
  readonly foreignInstalls: readonly ForeignInstall[];
  readonly discrepancies: readonly Discrepancy[];
}
