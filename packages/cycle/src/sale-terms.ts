import { assert } from '@mtrade/base';
import {
  type BaseQty,
  ceilToStep,
  type Decimal,
  floorToStep,
  max,
  ONE,
  type Price,
  quotient,
  type QuoteAmount,
  ZERO,
} from '@mtrade/money';
import type { Ladder } from './ladder.js';
import type { MarketRules } from './market.js';
import type { Cycle } from './pair-state.js';
import { breakEvenAfterFees } from './row-prices.js';

/** The one sale that would end the cycle now. */
export interface SaleTerms {
  /** Selling the whole position there covers its cost and both fees; zero when the proceeds already do. */
  readonly breakEven: Price;
  /** Exact price from which a sale is right: the row's target, and never below the break-even of the real position. */
  readonly required: Price;
  /** `required` on the pair's price grid, rounded up, and high enough for the pair's smallest order value. */
  readonly limit: Price;
  /** The whole volume, rounded down to the pair's amount step; null when that is less than the pair's smallest order. */
  readonly amount: BaseQty | null;
}

/** A cycle is immutable and changes with its fills only, so its terms are worked out once and not once per tick. */
const memo = new WeakMap<Cycle, { readonly rules: MarketRules; readonly terms: SaleTerms }>();

export function saleTerms(cycle: Cycle, rules: MarketRules): SaleTerms {
  const known = memo.get(cycle);
  if (known?.rules === rules) return known.terms;
  const terms = workOut(cycle, rules);
  memo.set(cycle, { rules, terms });
  return terms;
}

/** What the held coins have cost so far: paid less received. Never below zero: a gain is no reason to sell cheaper. */
export const netCost = (cycle: Pick<Cycle, 'invested' | 'proceeds'>): QuoteAmount =>
  max(cycle.invested.minus(cycle.proceeds), ZERO) as QuoteAmount;

/** From which price on a sale is right, before the pair's grid and minimums. Throws for a cycle that holds nothing. */
export function saleLevels(cycle: Cycle, feeRate: Decimal): Pick<SaleTerms, 'breakEven' | 'required'> {
  assert(
    cycle.baseVolume.gt(ZERO) && feeRate.lt(ONE),
    `cycle ${cycle.id} is active without volume that a sale would bring anything for`,
  );
  const breakEven = breakEvenAfterFees(netCost(cycle), cycle.baseVolume, feeRate);
  return { breakEven, required: max(currentRow(cycle).sellPrice, breakEven) };
}

function workOut(cycle: Cycle, rules: MarketRules): SaleTerms {
  const cost = netCost(cycle);
  const netVolume = cycle.baseVolume.times(ONE.minus(rules.feeRate));
  const { breakEven, required } = saleLevels(cycle, rules.feeRate);

  let limit = ceilToStep(required, rules.priceStep);
  // The quotient was rounded at its 40th decimal; the promise is about the product.
  while (limit.times(netVolume).lt(cost)) limit = limit.plus(rules.priceStep) as Price;

  const whole = floorToStep(cycle.baseVolume, rules.amountStep);
  if (whole.lte(ZERO) || whole.lt(rules.minBase)) return { breakEven, required, limit, amount: null };
  return {
    breakEven,
    required,
    limit: max(limit, priceFor(rules.minQuote, whole, rules.priceStep)),
    amount: whole,
  };
}

/** The lowest price on the grid at which `amount` is worth `value`. */
function priceFor(value: QuoteAmount, amount: BaseQty, priceStep: Price): Price {
  if (value.lte(ZERO)) return ZERO as Price;
  const least = ceilToStep(quotient(value, amount) as Price, priceStep);
  return (least.times(amount).lt(value) ? least.plus(priceStep) : least) as Price;
}

/** The row of the last buy. */
export function currentRow(cycle: Cycle): Ladder['rows'][number] {
  const row = cycle.ladder?.rows[cycle.step];
  assert(row, `cycle ${cycle.id} is active without row ${cycle.step} of a ladder`);
  return row;
}

/** True when an order of this much base at this price is one the pair takes. */
export const isTradableAmount = (amount: BaseQty, at: Decimal, rules: MarketRules): boolean =>
  amount.gt(ZERO) && amount.gte(rules.minBase) && amount.times(at).gte(rules.minQuote);
