import {
  type BaseQty,
  floorToStep,
  HUNDRED,
  min,
  type Price,
  quotient,
  type QuoteAmount,
  scaled,
  valueOf,
  ZERO,
} from '@mtrade/money';
import type { LadderRow } from './ladder.js';
import type { MarketRules } from './market.js';
import type { Cycle } from './pair-state.js';
import { isTradableAmount } from './sale-terms.js';

/** The next averaging buy of a cycle. */
export interface BuyTerms {
  readonly row: LadderRow;
  /** The ask must lie below this: last buy x (1 - step drop), so that two buys never stand closer than a step. */
  readonly bound: Price;
  /**
   * Highest price on the grid that is neither above the row nor at or above the bound. The order carries it: whatever
   * the book does on the way, no fill is worse, and the purchase is never exceeded. Null when the grid has no such price.
   */
  readonly limit: Price | null;
  /** Null when the pair's smallest order is larger than the purchase. */
  readonly amount: BaseQty | null;
  /** The most this order can cost. */
  readonly cost: QuoteAmount;
}

const PER_CENT = scaled(1, 2);
const memo = new WeakMap<Cycle, { readonly rules: MarketRules; readonly terms: BuyTerms | null }>();

/** Null when the ladder is exhausted or the cycle has no ladder yet. */
export function buyTerms(cycle: Cycle, rules: MarketRules): BuyTerms | null {
  const known = memo.get(cycle);
  if (known?.rules === rules) return known.terms;
  const terms = workOut(cycle, rules);
  memo.set(cycle, { rules, terms });
  return terms;
}

/** The row that is bought next; undefined when there is none. */
export const nextRow = (cycle: Cycle): LadderRow | undefined => cycle.ladder?.rows[cycle.step + 1];

/** Two buys never stand closer than a step: the next one lies below this. The row itself while nothing was bought. */
export const buyBound = ({ lastBuyPrice }: Cycle, row: LadderRow): Price =>
  lastBuyPrice === null
    ? row.rate
    : (lastBuyPrice.times(HUNDRED.minus(row.stepDropPct)).times(PER_CENT) as Price);

function workOut(cycle: Cycle, rules: MarketRules): BuyTerms | null {
  const row = nextRow(cycle);
  if (row === undefined || cycle.lastBuyPrice === null) return null;
  const bound = buyBound(cycle, row);
  const limit = min(floorToStep(row.rate, rules.priceStep), stepBelow(bound, rules.priceStep));
  if (limit.lte(ZERO)) return { row, bound, limit: null, amount: null, cost: ZERO as QuoteAmount };
  const amount = amountFor(row.purchase, limit, rules);
  return {
    row,
    bound,
    limit,
    amount,
    cost: amount === null ? (ZERO as QuoteAmount) : valueOf(limit, amount),
  };
}

/** The highest price on the grid that is truly below `bound`. */
function stepBelow(bound: Price, step: Price): Price {
  const floored = floorToStep(bound, step);
  return (floored.eq(bound) ? floored.minus(step) : floored) as Price;
}

/**
 * The purchase in whole steps, rounded down. When only that rounding puts the value below the pair's minimum, one step
 * more is taken; when the purchase itself is too small, nothing is.
 */
export function amountFor(purchase: QuoteAmount, limit: Price, rules: MarketRules): BaseQty | null {
  const amount = floorToStep(quotient(purchase, limit) as BaseQty, rules.amountStep);
  if (isTradableAmount(amount, limit, rules)) return amount;
  if (purchase.lt(rules.minQuote)) return null;
  const raised = amount.plus(rules.amountStep) as BaseQty;
  return amount.gte(rules.minBase) && isTradableAmount(raised, limit, rules) ? raised : null;
}
