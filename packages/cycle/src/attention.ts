import type { PairState } from './pair-state.js';

/**
 * Something only a human can judge; blocks buying until `resume` or `reset`. What has been raised before stays: one
 * reason may block more than another.
 */
export function raiseAttention(pair: PairState, reason: string): PairState {
  const { attention } = pair;
  if (attention === null) return { ...pair, attention: reason };
  return attention.includes(reason) ? pair : { ...pair, attention: `${attention}; ${reason}` };
}

export const clearAttention = (pair: PairState): PairState => ({ ...pair, attention: null });
