import { assert, type EpochMs } from '@mtrade/base';
import { ZERO } from '@mtrade/money';
import { protectiveStop } from './open-intents.js';
import type { ClosedCycle, Cycle, PairState } from './pair-state.js';
import { type Position, POSITION_TRANSITIONS, type PositionState } from './position.js';

export interface FollowedPosition {
  readonly pair: PairState;
  /** The row to write, open or ended; null when nothing has changed. */
  readonly position: Position | null;
}

/**
 * The pair with its position in the state that its cycle and its open intents say. A position is never moved by hand:
 * it follows what is in the same commit, so the two cannot contradict each other, whatever life they are read in.
 */
export function followPosition(
  before: Position | null,
  pair: PairState,
  closed: ClosedCycle | null,
  nowMs: EpochMs,
): FollowedPosition {
  const { cycle, position } = pair;
  if (position !== null && position.cycleId !== cycle?.id) {
    const ended = { ...moved(position, endOf(position, closed), nowMs), closedMs: nowMs };
    return { pair: { ...pair, position: null }, position: ended };
  }
  if (cycle === null || cycle.params.stopLossPct.eq(ZERO)) return { pair, position: null };
  const known = position ?? newPosition(cycle, nowMs);
  const next = moved(known, stateOf(pair, cycle, known), nowMs);
  if (next === before) return { pair, position: null };
  return { pair: { ...pair, position: next }, position: next };
}

const newPosition = (cycle: Cycle, nowMs: EpochMs): Position => ({
  cycleId: cycle.id,
  state: 'pending_entry',
  stopVolume: null,
  rollback: null,
  refusals: 0,
  retryAtMs: 0 as EpochMs,
  unprotectedSinceMs: null,
  sellUntilMs: null,
  openedMs: nowMs,
  closedMs: null,
});

function stateOf(pair: PairState, cycle: Cycle, position: Position): PositionState {
  if (cycle.phase === 'active') return covers(pair, cycle, position) ? 'active' : 'pending_sl';
  const entry = pair.openIntents.find(({ cycleId }) => cycleId === cycle.id);
  return entry !== undefined && entry.exchangeOrderId !== null ? 'entry_placed' : position.state;
}

/** A stop that lies on the exchange and was made for the volume that the cycle still has. */
function covers(pair: PairState, cycle: Cycle, { stopVolume, rollback }: Position): boolean {
  const stop = protectiveStop(pair);
  if (stop?.state !== 'LIVE' || stop.cycleId !== cycle.id || rollback !== null) return false;
  return stopVolume?.eq(cycle.baseVolume) === true;
}

function endOf(position: Position, closed: ClosedCycle | null): PositionState {
  if (closed?.outcome === 'abandoned') return 'failed';
  const isEntered = position.state === 'pending_sl' || position.state === 'active';
  return position.rollback !== null && isEntered && closed?.outcome === 'closed' ? 'rolled_back' : 'closed';
}

function moved(position: Position, state: PositionState, nowMs: EpochMs): Position {
  if (state === position.state) return position;
  assert(
    POSITION_TRANSITIONS[position.state].includes(state),
    `the position of cycle ${position.cycleId} cannot go from ${position.state} to ${state}`,
  );
  const unprotectedSinceMs = state === 'pending_sl' ? nowMs : null;
  const refusals = state === 'active' ? { refusals: 0, retryAtMs: 0 as EpochMs } : {};
  return { ...position, ...refusals, state, unprotectedSinceMs };
}
