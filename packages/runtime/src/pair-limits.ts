import type { MtradeConfig } from '@mtrade/config';
import type { MarketRules } from '@mtrade/cycle';
import { silentLogger } from '@mtrade/log';
import type { PairSpec } from '@mtrade/market-sim';
import { baseQty, decimal, price, quoteAmount } from '@mtrade/money';
import { readPublicRules } from '@mtrade/venue';
import { judgeRules } from './check-rules.js';
import { openPriceSource } from './paper/price-source.js';

/** How the configured pairs stand to what the exchange says of them. */
export interface PairLimits {
  /** Each would refuse the start. */
  readonly problems: readonly string[];
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

async function rules(config: MtradeConfig): Promise<readonly MarketRules[]> {
  if (config.mode === 'paper') {
    const source = await openPriceSource(config, undefined, silentLogger);
    await source.close();
    return source.pairs.map(rulesOf);
  }
  const { requestDeadlineMs } = config.engine;
  const symbols = config.pairs.map(({ symbol }) => symbol);
  return readPublicRules({ restUrl: config.exchange.restUrl ?? '', requestDeadlineMs }, symbols);
}

/**
 * Holds the ladders against the pairs' own limits, as the start does, without a key and without a book being opened.
 * Rejects when the exchange does not answer; in paper mode with MTRADE_CONFIG for a pair that its prices do not have.
 */
export async function pairLimits(config: MtradeConfig): Promise<PairLimits> {
  const known = await rules(config);
  const configured = new Set(config.pairs.map(({ symbol }) => symbol));
  return {
    problems: judgeRules(config, new Map(known.map((one) => [one.symbol, one]))).problems,
    restricted: known
      .filter(({ symbol, tradable }) => configured.has(symbol) && tradable !== 'both')
      .map(({ symbol, tradable }) => ({ symbol, tradable })),
  };
}
