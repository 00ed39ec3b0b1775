import { assert } from '@mtrade/base';
import { type Intent, type IntentState, OPEN_INTENT_STATES } from './intent.js';
import type { PairState } from './pair-state.js';

const OPEN: ReadonlySet<IntentState> = new Set(OPEN_INTENT_STATES);

/** The one test of "open"; the same list makes the store's unique index. */
export const isOpen = (state: IntentState): boolean => OPEN.has(state);

/** The exchange has not said yet what became of the order. */
export const isUnresolved = (state: IntentState): boolean => state === 'UNKNOWN' || state === 'QUARANTINED';

/** The pair's stop in whatever open state; at most one, by the unique index over open sales. */
export const protectiveStop = (pair: Pick<PairState, 'openIntents'>): Intent | undefined =>
  pair.openIntents.find((intent) => intent.stop !== undefined);

/**
 * The running cycle's stop while it lies on the exchange and has not fired. It stands in nobody's way; a stop of a cycle
 * that is over, or one whose outcome is open, blocks the pair like any other order.
 */
export function restingStop({
  cycle,
  openIntents,
}: Pick<PairState, 'cycle' | 'openIntents'>): Intent | undefined {
  const stop = protectiveStop({ openIntents });
  return stop?.state === 'LIVE' && stop.cycleId === cycle?.id ? stop : undefined;
}

/** The open intents that block the pair: all but its resting stop. */
export function blockingIntents(pair: Pick<PairState, 'cycle' | 'openIntents'>): readonly Intent[] {
  const resting = restingStop(pair);
  return resting === undefined ? pair.openIntents : pair.openIntents.filter((intent) => intent !== resting);
}

/** The pair with an open intent in its new state. */
export function withIntent(pair: PairState, intent: Intent): PairState {
  assert(isOpen(intent.state), `intent ${intent.id} is closed and does not belong to the pair's open ones`);
  assert(
    pair.openIntents.some((open) => open.id === intent.id),
    `intent ${intent.id} is not an open intent of ${pair.symbol}`,
  );
  return { ...pair, openIntents: pair.openIntents.map((open) => (open.id === intent.id ? intent : open)) };
}

/** The pair without an intent that has come to its end. */
export function withoutIntent(pair: PairState, intent: Intent): PairState {
  assert(!isOpen(intent.state), `intent ${intent.id} is ${intent.state} and cannot be closed`);
  assert(
    pair.openIntents.some((open) => open.id === intent.id),
    `intent ${intent.id} is not an open intent of ${pair.symbol}`,
  );
  return { ...pair, openIntents: pair.openIntents.filter((open) => open.id !== intent.id) };
}
