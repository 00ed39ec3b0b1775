import type { Intent } from './intent.js';
import { blockingIntents, isUnresolved } from './open-intents.js';
import type { PairState, PublicState } from './pair-state.js';

/**
 * What the operator sees, derived on every look. An order on its way says more than the phase, and a question that is
 * still open says more than anything.
 */
export function publicState(pair: PairState): PublicState {
  if (pair.openIntents.some((intent) => isUnresolved(intent.state))) return 'unknown';
  if (pair.attention !== null) return 'needs_attention';
  // A stop sells nothing before it has fired.
  const intent = blockingIntents(pair).find(({ stop, state }) => stop === undefined || state === 'SETTLING');
  if (intent) return whileOpen(intent);
  return pair.cycle === null ? 'idle' : pair.cycle.phase;
}

function whileOpen(intent: Intent): PublicState {
  if (intent.side === 'sell') return 'selling';
  return intent.purpose === 'start' ? 'buying' : 'averaging';
}

/** 0 no cycle, 1 start buy in progress (on disk before it is sent), 2 cycle active. */
export function cycleStartState(pair: PairState): 0 | 1 | 2 {
  if (pair.cycle?.phase === 'active') return 2;
  return pair.openIntents.some((intent) => intent.purpose === 'start') ? 1 : 0;
}
