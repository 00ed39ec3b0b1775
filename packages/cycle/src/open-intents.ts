import { assert } from '@mtrade/base';
import { type Intent, type IntentState, OPEN_INTENT_STATES } from './intent.js';
import type { PairState } from './pair-state.js';

const OPEN: ReadonlySet<IntentState> = new Set(OPEN_INTENT_STATES);

/** The one test of "open"; the same list makes the store's unique index. */
export const isOpen = (state: IntentState): boolean => OPEN.has(state);

/** The exchange has not said yet what became of the order. */
export const isUnresolved = (state: IntentState): boolean => state === 'UNKNOWN' || state === 'QUARANTINED';

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
