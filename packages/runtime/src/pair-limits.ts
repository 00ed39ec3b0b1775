import type { MtradeConfig } from '@mtrade/config';
import { judgeSteps, type MarketRules, stepWords } from '@mtrade/cycle';
import { silentLogger } from '@mtrade/log';
import type { PairSpec } from '@mtrade/market-sim';
import { baseQty, decimal, type Price, price, quoteAmount } from '@mtrade/money';
import { readPublicAsks, readPublicRules } from '@mtrade/venue';
import { judgeRules } from './check-rules.js';
import { firstPrices } from './paper/first-prices.js';
import { openPriceSource } from './paper/price-source.js';

/** How the configured pairs stand to what the exchange says of them. */
export interface PairLimits {
  /** Each would refuse the start, or lets a row never be bought or sold at the price of now. */
  readonly problems: readonly string[];
  /** Rows that are sold later than their ladder shows. */
  readonly warnings: readonly string[];
  /** Pairs that the exchange does not let trade both ways at the moment. */
  readonly restricted: readonly { readonly symbol: string; readonly tradable: MarketRules['tradable'] }[];
}

const powerOfTen = (places: number): string => (places === 0 ? '1' : `0.${'0'.repeat(places - 1)}1`);

const rulesOf = (spec: PairSpec): MarketRules => ({
  symbol: spec.symbol,
  base: spec.base,
  quote: spec.quote,
  amountStep: baseQty(powerOfTen(spec.amountDecimals)),
  priceStep: price(powerOfTen(spec.priceDecimals)),
  minBase: baseQty(spec.minBase),
  minQuote: quoteAmount(spec.minQuote),
  tradable: 'both',
  feeRate: decimal(spec.takerFeePct).div('100'),
  supportsFok: spec.supportsFok,
});

interface Market {
  readonly rules: readonly MarketRules[];
  /** Of the pairs whose price is known. */
  readonly prices: ReadonlyMap<string, Price>;
}

/** True where the pairs and their prices are on this machine: nothing is asked of anybody. */
export const isLocalMarket = ({ mode, paper }: MtradeConfig): boolean =>
  mode === 'paper' && paper.feed.kind !== 'live';

async function market(config: MtradeConfig): Promise<Market> {
  if (isLocalMarket(config)) {
    const source = await openPriceSource(config, undefined, silentLogger);
    try {
      return { rules: source.pairs.map(rulesOf), prices: await firstPrices(source) };
    } finally {
      await source.close();
    }
  }
  const symbols = config.pairs.map(({ symbol }) => symbol);
  const how = {
    restUrl: config.exchange.restUrl ?? '',
    requestDeadlineMs: config.engine.requestDeadlineMs,
  };
  const [rules, prices] = await Promise.all([
    readPublicRules(how, symbols),
    // Without prices the limits are judged as the start does, which has none either.
    readPublicAsks(how, symbols).catch(() => new Map<string, Price>()),
  ]);
  return { rules, prices };
}

/**
 * Holds the ladders against the pairs' own limits, as the start does, and row by row against their amount steps at the
 * price of now, without a key and without a book being opened.
 * Rejects when the exchange does not answer; in paper mode with MTRADE_CONFIG for a pair that its prices do not have.
 */
export async function pairLimits(config: MtradeConfig): Promise<PairLimits> {
  const { rules: known, prices } = await market(config);
  const rules = new Map(known.map((one) => [one.symbol, one]));
  const { problems } = judgeRules(config, rules);
  const steps = problems.length > 0 ? [] : stepFindings(config, rules, prices);
  const configured = new Set(config.pairs.map(({ symbol }) => symbol));
  return {
    problems: [...problems, ...steps.flatMap((found) => found.problems)],
    warnings: steps.flatMap((found) => found.warnings),
    restricted: known
      .filter(({ symbol, tradable }) => configured.has(symbol) && tradable !== 'both')
      .map(({ symbol, tradable }) => ({ symbol, tradable })),
  };
}

function stepFindings(
  config: MtradeConfig,
  rules: ReadonlyMap<string, MarketRules>,
  prices: ReadonlyMap<string, Price>,
): readonly Pick<PairLimits, 'problems' | 'warnings'>[] {
  return config.pairs.map(({ symbol, ladder }, index) => {
    const known = rules.get(symbol);
    const at = prices.get(symbol);
    if (known === undefined || at === undefined) return { problems: [], warnings: [] };
    const { problems, warnings } = stepWords(judgeSteps(ladder, known, at), known, at);
    const named = (text: string): string => `pairs[${index}].ladder (${symbol}): ${text}`;
    return { problems: problems.map(named), warnings: warnings.map(named) };
  });
}
