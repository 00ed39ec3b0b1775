import { type Price, price, scaled } from '@mtrade/money';
import type { PriceSource, Quote } from '@mtrade/market-sim';

const BATCH = 500;
/** A pair that has no price in so many steps is left without one. */
const MOST_STEPS = 50_000;

/** The first price of each pair that the source would give; the source is used up by it. */
export async function firstPrices(source: PriceSource): Promise<ReadonlyMap<string, Price>> {
  const prices = new Map<string, Price>();
  for (let seen = 0; prices.size < source.pairs.length && seen < MOST_STEPS;) {
    if (source.needsPrepare) await source.prepare();
    const steps = source.next(Number.MAX_SAFE_INTEGER, BATCH);
    if (steps.length === 0 && !source.needsPrepare) break;
    seen += steps.length;
    for (const { symbol, quote } of steps) {
      const first = prices.has(symbol) ? null : priceOf(quote);
      if (first !== null) prices.set(symbol, first);
    }
  }
  return prices;
}

/** What a buyer pays, or the middle where the book is made around it; null for a book without an offer. */
function priceOf(quote: Quote): Price | null {
  if (quote.kind === 'book') return quote.asks[0] === undefined ? null : price(quote.asks[0][0]);
  const { mantissa, decimals } = quote.kind === 'mid' ? quote.mid : quote.ask;
  return scaled(mantissa, decimals) as Price;
}
