import type { MarketRules, TradingTerms } from '@mtrade/cycle';
import { rulesFromWire, type WireRules } from '@mtrade/engine';
import { decimal, scaled } from '@mtrade/money';

/** What is known of a pair's fee and steps. Plain data: it crosses a thread border. */
export interface PairTerms {
  /** The configuration's fee in per cent, for as long as the exchange has not told the real one. */
  readonly feePct: string;
  readonly rules: WireRules | null;
}

const PER_CENT = scaled(1, 2);

export const marketRules = ({ rules }: PairTerms): MarketRules | null => rules && rulesFromWire(rules);

export function tradingTerms(terms: PairTerms): TradingTerms {
  const rules = marketRules(terms);
  return rules ?? { feeRate: decimal(terms.feePct).times(PER_CENT), priceStep: null };
}
