import { type BaseQty, max, quotient, type QuoteAmount, truncate, ZERO } from '@mtrade/money';
import type { FillSums } from './fill-sums.js';
import type { Cycle } from './pair-state.js';

/** Coins that a cycle has sold without having them: whose they were only a human can say. */
export interface TakenIn {
  readonly base: BaseQty;
  /** What they fetched, less quote fees: at that price they earn nothing. */
  readonly cost: QuoteAmount;
}

const COST_DECIMALS = 18;

type Numbers = Pick<Cycle, 'baseVolume' | 'invested' | 'proceeds'>;

/**
 * A sale on the cycle's numbers. Two orders under one name, or one that trades after it was given up, may sell more
 * than the cycle holds: the difference is taken in from the account at what it fetched, so that no number becomes
 * negative and no profit is made of coins that were not the cycle's.
 */
export function sellFrom<T extends Numbers>(
  cycle: T,
  sums: FillSums,
): { readonly cycle: T; readonly takenIn: TakenIn | null } {
  const gone = sums.base.plus(sums.baseFee);
  const net = sums.quote.minus(sums.quoteFee) as QuoteAmount;
  const missing = gone.minus(cycle.baseVolume) as BaseQty;
  const proceeds = cycle.proceeds.plus(net) as QuoteAmount;
  if (missing.lte(ZERO))
    return {
      cycle: { ...cycle, baseVolume: cycle.baseVolume.minus(gone) as BaseQty, proceeds },
      takenIn: null,
    };
  const share = missing.eq(gone) ? net : truncate(quotient(net.times(missing), gone), COST_DECIMALS);
  const cost = max(share, ZERO) as QuoteAmount;
  const invested = cycle.invested.plus(cost) as QuoteAmount;
  return {
    cycle: { ...cycle, baseVolume: ZERO as BaseQty, invested, proceeds },
    takenIn: { base: missing, cost },
  };
}
