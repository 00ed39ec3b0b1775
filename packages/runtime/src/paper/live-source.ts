import { assert, systemClock } from '@mtrade/base';
import type { MtradeConfig } from '@mtrade/config';
import type { MarketRules } from '@mtrade/cycle';
import type { PriceFeed, ScaledPrice } from '@mtrade/engine';
import { createGateFeed } from '@mtrade/feed';
import type { Logger } from '@mtrade/log';
import { type PairSpec, pairSpec, PushedSource, type Quote } from '@mtrade/market-sim';
import { text } from '@mtrade/money';
import { createGateVenue } from '@mtrade/venue';

/** Prices of the real exchange, fills on paper: the public feed pushes into the embedded exchange. */
export class LiveSource extends PushedSource {
  readonly #feed: PriceFeed;

  constructor(rules: readonly MarketRules[], feed: PriceFeed) {
    super(rules.map(specOf));
    this.#feed = feed;
    feed.start({
      onTick: ({ symbol, bid, ask }) => {
        if (bid && ask) this.push({ atMs: 0, symbol, quote: quoteOf(bid, ask) });
      },
      onOrder: () => undefined,
      onBalances: () => undefined,
      onState: () => undefined,
    });
  }

  override async close(): Promise<void> {
    this.#feed.close();
    await super.close();
  }
}

/** Asks the exchange for the rules of the configured pairs and opens its public feed. No key, no order ever. */
export async function openLiveSource(config: MtradeConfig, log: Logger): Promise<PushedSource> {
  const { restUrl, wsUrl } = config.exchange;
  assert(restUrl !== null && wsUrl !== null, 'live prices have an address');
  const symbols = config.pairs.map((pair) => pair.symbol);
  const venue = await createGateVenue(
    { restUrl, apiKey: '', apiSecret: '', symbols },
    { log, clock: systemClock },
  );
  try {
    const rules = await venue.loadRules(symbols);
    const listed = rules.map((one) => one.symbol);
    return new LiveSource(
      rules,
      createGateFeed({ wsUrl, symbols: listed }, { log, clock: systemClock, random: Math.random }),
    );
  } finally {
    await venue.close();
  }
}

/** Quote that a paper order may take at the best price; the feed does not tell how much really lies there. */
const BEST_LEVEL_QUOTE = 5_000;

const depth = ({ mantissa, decimals }: ScaledPrice): string =>
  ((BEST_LEVEL_QUOTE / mantissa) * 10 ** decimals).toFixed(8);

/** Of copies: the exchange keeps the quote of every pair, and the feed fills the same two prices for all of them. */
const quoteOf = (bid: ScaledPrice, ask: ScaledPrice): Quote => ({
  kind: 'top',
  bid: { ...bid },
  ask: { ...ask },
  bidSize: depth(bid),
  askSize: depth(ask),
});

const decimalsOf = (step: string): number => step.split('.')[1]?.length ?? 0;

const specOf = (rules: MarketRules): PairSpec =>
  pairSpec(rules.symbol, {
    amountDecimals: decimalsOf(text(rules.amountStep)),
    priceDecimals: decimalsOf(text(rules.priceStep)),
    minBase: text(rules.minBase),
    minQuote: text(rules.minQuote),
    takerFeePct: text(rules.feeRate.times('100')),
    makerFeePct: text(rules.feeRate.times('100')),
  });
