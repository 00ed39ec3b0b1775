import { type BaseQty, floorToStep, type Price, scaled, ZERO } from '@mtrade/money';
import type { MarketRules } from './market.js';
import type { Cycle } from './pair-state.js';
import { averageCost, stopBelow } from './row-prices.js';
import { isTradableAmount, netCost } from './sale-terms.js';

/** The one stop that covers the whole position as it is now. */
export interface StopTerms {
  readonly triggerPrice: Price;
  /** The lowest price at which the stop sells once it has fired. */
  readonly limitPrice: Price;
  /** The whole volume, rounded down to the pair's amount step. */
  readonly amount: BaseQty;
}

/**
 * A stop sells as an immediate-or-cancel limit order this far below its price, for a trigger order that sells at the
 * market is documented and was refused (see `gate-stops.ts`). Wide enough to go through any ordinary book. What a crash
 * leaves unsold is sold at the market by the engine.
 */
export const KEPT_OF_TRIGGER = scaled(95, 2);

/** The lowest price that a stop takes, on the pair's price grid. */
export const stopLimit = (triggerPrice: Price, priceStep: Price): Price =>
  floorToStep(triggerPrice.times(KEPT_OF_TRIGGER) as Price, priceStep);

const memo = new WeakMap<Cycle, { readonly rules: MarketRules; readonly terms: StopTerms | null }>();

/**
 * `net cost / volume x (1 - stop_loss_pct / 100)`, rounded down to the pair's price grid: what the held coins have cost
 * on average, fees of the buys included and that of the sale not, less the allowed loss. It moves with every averaging
 * buy. Null when the pair takes no order of this size at this price.
 */
export function stopTerms(cycle: Cycle, rules: MarketRules): StopTerms | null {
  const known = memo.get(cycle);
  if (known?.rules === rules) return known.terms;
  const terms = workOut(cycle, rules);
  memo.set(cycle, { rules, terms });
  return terms;
}

function workOut(cycle: Cycle, rules: MarketRules): StopTerms | null {
  const { baseVolume, params } = cycle;
  if (baseVolume.lte(ZERO)) return null;
  const average = averageCost(netCost(cycle), baseVolume);
  const triggerPrice = floorToStep(stopBelow(average, params), rules.priceStep);
  const limitPrice = stopLimit(triggerPrice, rules.priceStep);
  const amount = floorToStep(baseVolume, rules.amountStep);
  const isTradable = limitPrice.gt(ZERO) && isTradableAmount(amount, limitPrice, rules);
  return isTradable ? { triggerPrice, limitPrice, amount } : null;
}
