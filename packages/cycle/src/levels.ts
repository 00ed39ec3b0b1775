import { min, roundHalfUp } from '@mtrade/money';
import { buyTerms } from './buy-terms.js';
import type { Levels } from './decision.js';
import type { MarketRules } from './market.js';
import type { Cycle } from './pair-state.js';
import { saleTerms } from './sale-terms.js';

/** More places than any pair's price has; keeps a quotient's endless tail out of the screen. */
const SHOWN_DECIMALS = 18;

const NO_LEVELS: Levels = { breakEven: null, sellPrice: null, nextBuyPrice: null };

/**
 * The levels of the real position, fees included: the exact prices that the rules compare with. The order that
 * follows carries them on the pair's price grid, a sale rounded up, a buy rounded down.
 */
export function levels(cycle: Cycle | null, rules: MarketRules | null): Levels {
  if (cycle?.phase !== 'active' || rules === null) return NO_LEVELS;
  const sale = saleTerms(cycle, rules);
  const buy = buyTerms(cycle, rules);
  return {
    breakEven: roundHalfUp(sale.breakEven, SHOWN_DECIMALS),
    sellPrice: roundHalfUp(sale.required, SHOWN_DECIMALS),
    nextBuyPrice: buy === null ? null : roundHalfUp(min(buy.row.rate, buy.bound), SHOWN_DECIMALS),
  };
}
