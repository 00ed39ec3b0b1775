import type { PairSpec, ScaledPrice } from '../core/types.js';
import { scaledOf } from '../core/units.js';
import { pairSpec } from './default-pairs.js';
import { type LineCounts, noLines } from './line-counts.js';
import { isPriceText, isSizeText, symbolOf } from './recorded-text.js';
import type { PriceStep } from './source.js';

/**
 * Recorded Binance socket frames: lines `<receipt ns> <json>`. A `bookTicker` frame becomes its pair's best bid and ask
 * with their sizes, at the moment of its receipt; a `trade` frame the last price that goes with the next one. Depth
 * frames are not used: behind the best prices the pair's usual book stands.
 */

/** Nothing is known of a line before it is checked. */
interface FrameData {
  readonly s?: unknown;
  readonly b?: unknown;
  readonly B?: unknown;
  readonly a?: unknown;
  readonly A?: unknown;
  readonly p?: unknown;
}

export const isFrameLine = (line: string): boolean => /^\d{19} \{/.test(line);

/** Milliseconds with fractions; exact to the microsecond, which a double of nanoseconds is not. */
const receiptMs = (nanos: string): number => Number(nanos.slice(0, -6)) + Number(nanos.slice(-6)) / 1e6;

export class FrameParser {
  readonly #counts: LineCounts;
  readonly #isWanted: (symbol: string) => boolean;
  readonly #last = new Map<string, ScaledPrice>();

  /** Counts every line that it is given. */
  constructor(counts: LineCounts, isWanted: (symbol: string) => boolean) {
    this.#counts = counts;
    this.#isWanted = isWanted;
  }

  parse(line: string): PriceStep | null {
    if (!isFrameLine(line)) return this.#nothing(line.trim() === '' ? 'empty' : 'malformed');
    const isTicker = line.includes('@bookTicker"');
    if (!isTicker && !line.includes('@trade"')) return this.#nothing('otherFrames');
    const space = line.indexOf(' ');
    const data = dataOf(line.slice(space + 1));
    if (data === null || typeof data.s !== 'string') return this.#nothing('malformed');
    const symbol = symbolOf(data.s);
    if (symbol === null || !this.#isWanted(symbol)) return this.#nothing('otherPairs');
    return isTicker ? this.#ticker(symbol, receiptMs(line.slice(0, space)), data) : this.#trade(symbol, data);
  }

  #nothing(kind: keyof LineCounts): null {
    this.#counts[kind] += 1;
    return null;
  }

  #trade(symbol: string, { p }: FrameData): null {
    if (!isPriceText(p)) return this.#nothing('malformed');
    this.#last.set(symbol, scaledOf(p));
    return this.#nothing('trades');
  }

  #ticker(symbol: string, atMs: number, { b, B, a, A }: FrameData): PriceStep | null {
    if (!isPriceText(b) || !isPriceText(a) || !isSizeText(B) || !isSizeText(A))
      return this.#nothing('malformed');
    this.#counts.prices += 1;
    const last = this.#last.get(symbol);
    const best = { bid: scaledOf(b), ask: scaledOf(a), bidSize: B, askSize: A };
    return { atMs, symbol, quote: { kind: 'top', ...best, ...(last !== undefined && { last }) } };
  }
}

function dataOf(json: string): FrameData | null {
  try {
    const data = (JSON.parse(json) as { data?: unknown }).data;
    return typeof data === 'object' ? data : null;
  } catch {
    return null;
  }
}

/** Rules of every pair that the first frames speak of. */
export function specsFromFrames(lines: readonly string[]): readonly PairSpec[] {
  const parser = new FrameParser(noLines(), () => true);
  const decimals = new Map<string, { price: number; amount: number }>();
  for (const line of lines) {
    const step = parser.parse(line);
    if (step === null || step.quote.kind !== 'top') continue;
    const { bid, ask, bidSize, askSize } = step.quote;
    const known = decimals.get(step.symbol) ?? { price: 0, amount: 0 };
    decimals.set(step.symbol, {
      price: Math.max(known.price, bid.decimals, ask.decimals),
      amount: Math.max(known.amount, scaledOf(bidSize).decimals, scaledOf(askSize).decimals),
    });
  }
  return [...decimals].map(([symbol, { price, amount }]) =>
    pairSpec(symbol, { priceDecimals: price, amountDecimals: Math.min(8, amount) }),
  );
}
