import type { EpochMs } from '@mtrade/base';
import type { BaseQty, QuoteAmount } from '@mtrade/money';
import { clearAttention } from './attention.js';
import { AFTER_SUCCESS } from './backoff.js';
import type { ClosedCycle, PairState } from './pair-state.js';
import { netCost } from './sale-terms.js';
import { close, NO_DUST } from './settlement.js';
import { resetProfit } from './settle-late.js';
import { NO_STOP_OUTS } from './stop-outs.js';
import { ledgerBase } from './shortage.js';

/** The operator's commands. They and nothing else write permission and pause. */

export const setPermission = (pair: PairState, permitted: boolean): PairState => ({ ...pair, permitted });

/** No new cycle starts; a running one goes on. */
export const pause = (pair: PairState): PairState => ({ ...pair, paused: true });

/** New cycles may start again. The operator has looked: what needed attention is raised anew if it still holds. */
export const resume = (pair: PairState): PairState => ({
  ...clearAttention(pair),
  ...NO_STOP_OUTS,
  paused: false,
});

export interface ResetResult {
  readonly pair: PairState;
  /** The cycle that was closed; null when none was running. */
  readonly closed: ClosedCycle | null;
  /** Coins that stay on the account and are the operator's from now on, with what they have cost. */
  readonly coins: { readonly base: BaseQty; readonly cost: QuoteAmount };
}

/**
 * Closes the cycle in the books and pauses the pair, at once and whatever the exchange is doing. Open intents stay
 * with the pair and block it until the exchange has answered; what they still trade is booked on the closed cycle
 * (`settleLate`) and changes nothing here. The books forget the coins, dust included, and say which they were.
 */
export function reset(pair: PairState, nowMs: EpochMs): ResetResult {
  const { cycle } = pair;
  const cost = cycle === null ? pair.dust.cost : (netCost(cycle).plus(pair.dust.cost) as QuoteAmount);
  const closed = cycle === null ? null : close(cycle, 'reset', resetProfit(cycle), nowMs);
  return {
    pair: {
      ...pair,
      ...AFTER_SUCCESS,
      ...NO_STOP_OUTS,
      cycle: null,
      paused: true,
      attention: null,
      dust: NO_DUST,
      realizedProfit: (closed === null
        ? pair.realizedProfit
        : pair.realizedProfit.plus(closed.profit)) as QuoteAmount,
    },
    closed,
    coins: { base: ledgerBase(pair), cost },
  };
}
