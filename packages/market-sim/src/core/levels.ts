import type { PairSpec, Quote } from './types.js';
import { powerOfTen, toTicks, unitsOf } from './units.js';

/** One price level of the market's side of the book; `units` shrinks when an order takes from it. */
export interface MarketLevel {
  readonly ticks: number;
  units: number;
}

export interface MarketLevels {
  /** Best first. */
  readonly bids: MarketLevel[];
  readonly asks: MarketLevel[];
}

/** Best prices in ticks; 0 means an empty bid side, Infinity an empty ask side. */
export interface TopTicks {
  readonly bid: number;
  readonly ask: number;
  readonly last: number;
}

const stepOf = (mid: number, bp: number): number => Math.max(1, Math.round((mid * bp) / 10_000));

/** Best prices of a quote: integers only, because this runs on every quote. */
export function topTicks(spec: PairSpec, quote: Quote): TopTicks {
  const decimals = spec.priceDecimals;
  if (quote.kind === 'mid') {
    const mid = Math.max(2, toTicks(quote.mid, decimals, 'near'));
    const spread = stepOf(mid, spec.book.spreadBp);
    const bid = Math.max(1, mid - Math.floor(spread / 2));
    return { bid, ask: bid + spread, last: mid };
  }
  if (quote.kind === 'top') {
    const bid = toTicks(quote.bid, decimals, 'floor');
    const ask = Math.max(toTicks(quote.ask, decimals, 'ceil'), bid + 1);
    return { bid, ask, last: quote.last === undefined ? bid : toTicks(quote.last, decimals, 'near') };
  }
  const bestBid = quote.bids[0];
  const bestAsk = quote.asks[0];
  const bid = bestBid === undefined ? 0 : unitsOf(bestBid[0], decimals);
  const ask = bestAsk === undefined ? Infinity : unitsOf(bestAsk[0], decimals);
  return { bid, ask, last: bid > 0 ? bid : ask };
}

/** The market's side of the book. The same quote gives the same levels. */
export function buildLevels(spec: PairSpec, quote: Quote): MarketLevels {
  if (quote.kind === 'book') {
    const parse = ([price, size]: readonly [string, string]): MarketLevel => ({
      ticks: unitsOf(price, spec.priceDecimals),
      units: unitsOf(size, spec.amountDecimals),
    });
    return { bids: quote.bids.map(parse), asks: quote.asks.map(parse) };
  }
  const top = topTicks(spec, quote);
  const bids = sideLevels(spec, top.bid, -1);
  const asks = sideLevels(spec, top.ask, 1);
  if (quote.kind === 'top') {
    replaceBest(bids, unitsOf(quote.bidSize, spec.amountDecimals));
    replaceBest(asks, unitsOf(quote.askSize, spec.amountDecimals));
  }
  return { bids, asks };
}

function sideLevels(spec: PairSpec, best: number, direction: 1 | -1): MarketLevel[] {
  const { levels, levelGapBp, levelQuote, levelGrowthPct } = spec.book;
  const gap = stepOf(best, levelGapBp);
  // units = value / price, in steps of both: value x 10^(price decimals + amount decimals) / ticks.
  const scale = powerOfTen(spec.priceDecimals + spec.amountDecimals);
  const side: MarketLevel[] = [];
  for (let index = 0; index < levels; index += 1) {
    const ticks = best + direction * gap * index;
    if (ticks < 1) break;
    const value = levelQuote * (1 + (index * levelGrowthPct) / 100) * unevenness(ticks);
    const units = Math.min(Math.floor((value * scale) / ticks), Number.MAX_SAFE_INTEGER);
    side.push({ ticks, units: Math.max(1, units) });
  }
  return side;
}

/** 0.5 to 1.5, drawn from the price itself: levels differ, and the same price always has the same size. */
function unevenness(ticks: number): number {
  const mixed = Math.imul(ticks ^ (ticks >>> 15), 0x2c1b3c6d);
  return 0.5 + ((mixed ^ (mixed >>> 12)) >>> 0) / 0x1_0000_0000;
}

function replaceBest(side: MarketLevel[], units: number): void {
  const best = side[0];
  if (best !== undefined) best.units = units;
}
