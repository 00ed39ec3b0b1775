import type { EpochMs } from '@mtrade/base';
import type { BaseQty } from '@mtrade/money';

/**
 * Life of a position that wants a protective stop. `pending_entry`: its start buy is on disk. `entry_placed`: the
 * exchange has that order. `pending_sl`: coins are held and no stop covers them. `active`: one does, for all of them.
 */
export const POSITION_STATES = [
  'pending_entry',
  'entry_placed',
  'pending_sl',
  'active',
  'failed',
  'rolled_back',
  'closed',
] as const;
export type PositionState = (typeof POSITION_STATES)[number];

/** The one definition of an open position: the unique index, every check and every query use this list. */
export const OPEN_POSITION_STATES = [
  'pending_entry',
  'entry_placed',
  'pending_sl',
  'active',
] as const satisfies readonly PositionState[];

/** Every allowed step. A late answer may bring the fills first, so no state on the way in is compulsory. */
export const POSITION_TRANSITIONS: Readonly<Record<PositionState, readonly PositionState[]>> = {
  pending_entry: ['entry_placed', 'pending_sl', 'failed', 'closed'],
  entry_placed: ['pending_sl', 'failed', 'closed'],
  pending_sl: ['active', 'rolled_back', 'closed'],
  active: ['pending_sl', 'closed'],
  failed: [],
  rolled_back: [],
  closed: [],
};

/** Why the engine sells a position itself: it cannot be given a stop, or the stop's price has been passed already. */
export type RollbackReason = 'refused' | 'trigger-passed';

/** The protected side of one cycle. A cycle whose parameters name no stop has none. */
export interface Position {
  readonly cycleId: number;
  readonly state: PositionState;
  /** The cycle's volume when its newest stop was decided: a stop covers the position while the volume is still this. */
  readonly stopVolume: BaseQty | null;
  /** Set once the position is to be sold by the engine; it stays so until it is sold. */
  readonly rollback: RollbackReason | null;
  /** Refusals of a stop in a row. */
  readonly refusals: number;
  /** No new stop is tried before this time. */
  readonly retryAtMs: EpochMs;
  /** Since when coins are held that no stop covers; null while there are none. */
  readonly unprotectedSinceMs: EpochMs | null;
  /** The operator's sale waits for the end of the stop, and is given up at this time; null when there is none. */
  readonly sellUntilMs: EpochMs | null;
  readonly openedMs: EpochMs;
  readonly closedMs: EpochMs | null;
}

const OPEN: ReadonlySet<PositionState> = new Set(OPEN_POSITION_STATES);
export const isOpenPosition = (state: PositionState): boolean => OPEN.has(state);

/** Being without a stop for longer is an alarm: placing one takes well under a second. */
export const UNPROTECTED_ALARM_MS = 5_000;

/** How long coins have been held without a stop; null when they have one or when there are none. */
export const unprotectedMs = (position: Position | null, nowMs: EpochMs): number | null =>
  position === null || position.unprotectedSinceMs === null
    ? null
    : Math.max(0, nowMs - position.unprotectedSinceMs);
