import type { PairState } from './pair-state.js';

/**
 * Attention of a pair whose books came out of a backup begins with this. The schema of the books refuses every order of
 * such a pair, buy or sale, until it has been compared with the exchange or a human has decided.
 */
export const RESTORED_MARK = 'restored:';

/** Do the books refuse every order of this pair? */
export const isRestored = ({ attention }: Pick<PairState, 'attention'>): boolean =>
  attention?.startsWith(RESTORED_MARK) ?? false;

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
