import { type Decimal, min, roundHalfUp } from '@mtrade/money';
import { buyBound, buyTerms, nextRow } from './buy-terms.js';
import type { Levels } from './decision.js';
import type { MarketRules } from './market.js';
import type { Cycle } from './pair-state.js';
import { saleLevels, saleTerms } from './sale-terms.js';

/** More places than any pair's price has; keeps a quotient's endless tail out of the screen. */
const SHOWN_DECIMALS = 18;

const NO_LEVELS: Levels = { breakEven: null, sellPrice: null, sellLimit: null, nextBuyPrice: null };

/**
 * The levels of the real position, fees included: the exact prices that the rules compare with, and the
 * sale's on the pair's price grid, as its order carries it.
 */
export function levels(cycle: Cycle | null, rules: MarketRules | null): Levels {
  if (cycle?.phase !== 'active' || rules === null) return NO_LEVELS;
  const sale = saleTerms(cycle, rules);
  const buy = buyTerms(cycle, rules);
  return {
    breakEven: roundHalfUp(sale.breakEven, SHOWN_DECIMALS),
    sellPrice: roundHalfUp(sale.required, SHOWN_DECIMALS),
    sellLimit: sale.limit,
    nextBuyPrice: buy === null ? null : roundHalfUp(min(buy.row.rate, buy.bound), SHOWN_DECIMALS),
  };
}

/** The same from the books alone, beside no engine and without the exchange's rules: at the fee that is configured. */
export function storedLevels(cycle: Cycle | null, feeRate: Decimal): Levels {
  if (cycle?.phase !== 'active') return NO_LEVELS;
  const { breakEven, required } = saleLevels(cycle, feeRate);
  const row = nextRow(cycle);
  return {
    breakEven: roundHalfUp(breakEven, SHOWN_DECIMALS),
    sellPrice: roundHalfUp(required, SHOWN_DECIMALS),
    sellLimit: null,
    nextBuyPrice: row === undefined ? null : roundHalfUp(min(row.rate, buyBound(cycle, row)), SHOWN_DECIMALS),
  };
}
