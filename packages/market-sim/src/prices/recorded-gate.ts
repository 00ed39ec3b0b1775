import type { PairSpec, ScaledPrice } from '../core/types.js';
import { scaledOf } from '../core/units.js';
import { pairSpec } from './default-pairs.js';
import type { LineCounts } from './line-counts.js';
import { isPriceText, isSizeText } from './recorded-text.js';
import type { PriceStep } from './source.js';

/**
 * What `mtrade record` writes: one JSON object a line. `{"ms":..,"frame":".."}` is a text frame of Gate's socket as it
 * came, `{"ms":..,"event":".."}` what the recorder says about itself; its first line, `"event":"recording"`, has the rules
 * of the pairs. A `book_ticker` frame becomes its pair's best bid and ask at the moment of its receipt, a ticker the last
 * price that goes with the next one, or, when the book has been quiet for a while, best prices itself, as for the engine.
 */

/** As in the engine's feed: after this silence of a pair's book channel its ticker's best prices count. */
const BOOK_QUIET_MS = 2_000;
/** Value of the best level in quote where a ticker does not tell its size. */
const LEVEL_QUOTE = 5_000;

type Fields = Readonly<Record<string, unknown>>;

export const isGateLine = (line: string): boolean => /^\{"ms":\d{13}/.test(line);

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `ETH_USDT` as `ETH/USDT`. */
const symbolOf = (pair: unknown): string | null =>
  typeof pair === 'string' && /^[A-Z0-9]{1,20}_[A-Z0-9]{1,20}$/.test(pair) ? pair.replace('_', '/') : null;

function fieldsOf(json: string): Fields | null {
  try {
    const value: unknown = JSON.parse(json);
    return isFields(value) ? value : null;
  } catch {
    return null;
  }
}

export class GateLineParser {
  readonly #counts: LineCounts;
  readonly #isWanted: (symbol: string) => boolean;
  readonly #last = new Map<string, ScaledPrice>();
  readonly #bookMs = new Map<string, number>();
  /** The recorder's wall clock may have been set back; a recording's time only goes on. */
  #atMs = 0;

  /** Counts every line that it is given. */
  constructor(counts: LineCounts, isWanted: (symbol: string) => boolean) {
    this.#counts = counts;
    this.#isWanted = isWanted;
  }

  parse(line: string): PriceStep | null {
    if (line.trim() === '') return this.#nothing('empty');
    const entry = fieldsOf(line);
    const ms = entry?.['ms'];
    if (entry === null || typeof ms !== 'number' || !Number.isFinite(ms)) return this.#nothing('malformed');
    this.#atMs = Math.max(this.#atMs, ms);
    if (typeof entry['event'] === 'string') return this.#nothing('empty');
    if (typeof entry['binary'] === 'string') return this.#nothing('otherFrames');
    const frame = typeof entry['frame'] === 'string' ? fieldsOf(entry['frame']) : null;
    if (frame === null) return this.#nothing('malformed');
    const isUpdate = frame['event'] === 'update';
    if (isUpdate && frame['channel'] === 'spot.book_ticker') return this.#bookTicker(frame['result']);
    if (isUpdate && frame['channel'] === 'spot.tickers') return this.#ticker(frame['result']);
    return this.#nothing('otherFrames');
  }

  #nothing(kind: keyof LineCounts): null {
    this.#counts[kind] += 1;
    return null;
  }

  #bookTicker(result: unknown): PriceStep | null {
    if (!isFields(result)) return this.#nothing('malformed');
    const { b, B, a, A } = result;
    const symbol = symbolOf(result['s']);
    if (symbol === null) return this.#nothing('malformed');
    if (!this.#isWanted(symbol)) return this.#nothing('otherPairs');
    // A side of the book that is empty has no price; the engine does not hear one either.
    if (!isPriceText(b) || !isPriceText(a) || !isSizeText(B) || !isSizeText(A))
      return this.#nothing('malformed');
    this.#bookMs.set(symbol, this.#atMs);
    return this.#step(symbol, { bid: scaledOf(b), ask: scaledOf(a), bidSize: B, askSize: A });
  }

  #ticker(result: unknown): PriceStep | null {
    if (!isFields(result)) return this.#nothing('malformed');
    const symbol = symbolOf(result['currency_pair']);
    const { last, highest_bid: bid, lowest_ask: ask } = result;
    if (symbol === null || !isPriceText(last)) return this.#nothing('malformed');
    if (!this.#isWanted(symbol)) return this.#nothing('otherPairs');
    this.#last.set(symbol, scaledOf(last));
    const isQuiet = this.#atMs - (this.#bookMs.get(symbol) ?? -Infinity) > BOOK_QUIET_MS;
    if (!isQuiet || !isPriceText(bid) || !isPriceText(ask)) return this.#nothing('trades');
    const size = (price: string): string => (LEVEL_QUOTE / Number(price)).toFixed(8);
    return this.#step(symbol, {
      bid: scaledOf(bid),
      ask: scaledOf(ask),
      bidSize: size(bid),
      askSize: size(ask),
    });
  }

  #step(
    symbol: string,
    best: { bid: ScaledPrice; ask: ScaledPrice; bidSize: string; askSize: string },
  ): PriceStep {
    this.#counts.prices += 1;
    const last = this.#last.get(symbol);
    return {
      atMs: this.#atMs,
      symbol,
      quote: { kind: 'top', ...best, ...(last !== undefined && { last }) },
    };
  }
}

/** The rules that the recorder was told by the exchange, as its first line has them. */
export function specsFromGateLines(lines: readonly string[]): readonly PairSpec[] {
  const specs = new Map<string, PairSpec>();
  for (const line of lines) {
    if (!line.includes('"event":"recording"')) continue;
    const pairs = fieldsOf(line)?.['pairs'];
    if (!Array.isArray(pairs)) continue;
    for (const pair of pairs as readonly unknown[]) {
      const spec = isFields(pair) ? specOf(pair) : null;
      if (spec !== null) specs.set(spec.symbol, spec);
    }
  }
  return [...specs.values()];
}

/** Price and amount together; more would not fit into the whole numbers that the book is made of. */
const MAX_DECIMALS = 15;

const isDecimals = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_DECIMALS;

function specOf(pair: Fields): PairSpec | null {
  const { symbol, price_decimals: price, amount_decimals: amount } = pair;
  if (typeof symbol !== 'string' || !/^[A-Z0-9]{1,20}\/[A-Z0-9]{1,20}$/.test(symbol)) return null;
  if (!isDecimals(price) || !isDecimals(amount)) return null;
  const { min_base: minBase, min_quote: minQuote, fee_pct: feePct } = pair;
  return pairSpec(symbol, {
    priceDecimals: price,
    amountDecimals: Math.min(amount, MAX_DECIMALS - price),
    ...(isSizeText(minBase) && { minBase }),
    ...(isSizeText(minQuote) && { minQuote }),
    ...(isSizeText(feePct) && { takerFeePct: feePct, makerFeePct: feePct }),
  });
}
