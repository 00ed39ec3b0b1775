import type { PairSpec, ScaledPrice } from '../core/types.js';
import { scaledOf } from '../core/units.js';
import { pairSpec } from './default-pairs.js';
import { symbolOf } from './recorded-symbols.js';
import type { PriceStep } from './source.js';

/**
 * Recorded Binance socket frames: lines `<receipt ns> <json>`. A `bookTicker` frame becomes its pair's best bid and ask
 * with their sizes, at the moment of its receipt; a `trade` frame the last price that goes with the next one. Depth
 * frames are not used: behind the best prices the pair's usual book stands.
 */

interface BookTickerFrame {
  readonly data: {
    readonly s: string;
    readonly b: string;
    readonly B: string;
    readonly a: string;
    readonly A: string;
  };
}

/** Milliseconds with fractions; exact to the microsecond, which a double of nanoseconds is not. */
const receiptMs = (nanos: string): number => Number(nanos.slice(0, -6)) + Number(nanos.slice(-6)) / 1e6;

export class FrameParser {
  /** Lines that were neither a frame nor empty. */
  malformed = 0;
  #last = new Map<string, ScaledPrice>();

  parse(line: string): PriceStep | null {
    const isTicker = line.includes('@bookTicker"');
    if (!isTicker && !line.includes('@trade"')) return null;
    const space = line.indexOf(' ');
    try {
      const frame = JSON.parse(line.slice(space + 1)) as BookTickerFrame & { data: { p: string } };
      const symbol = symbolOf(frame.data.s);
      const atMs = receiptMs(line.slice(0, space));
      if (symbol === null || !(atMs > 0)) throw new SyntaxError('not a frame of a known pair');
      if (isTicker) return this.#ticker(symbol, atMs, frame);
      this.#last.set(symbol, scaledOf(frame.data.p));
    } catch {
      this.malformed += 1;
    }
    return null;
  }

  #ticker(symbol: string, atMs: number, { data }: BookTickerFrame): PriceStep {
    const last = this.#last.get(symbol);
    return {
      atMs,
      symbol,
      quote: {
        kind: 'top',
        bid: scaledOf(data.b),
        ask: scaledOf(data.a),
        bidSize: data.B,
        askSize: data.A,
        ...(last !== undefined && { last }),
      },
    };
  }
}

export const isFrameLine = (line: string): boolean => /^\d{19} \{/.test(line);

/** Rules of every pair that the first frames speak of. */
export function specsFromFrames(lines: readonly string[]): readonly PairSpec[] {
  const parser = new FrameParser();
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
