import { TwinCells, type TwinShape } from './twin-cells.js';
import type { Words } from './words.js';

/**
 * The newest prices of one pair. A price is `mantissa x 10^-decimals`, both exact integers, so the reader gets back the
 * very decimal that the exchange sent. A mantissa of -1 means that this price is not known.
 */
export interface PriceCell {
  bidMantissa: number;
  bidDecimals: number;
  askMantissa: number;
  askDecimals: number;
  lastMantissa: number;
  lastDecimals: number;
  /** Price of the ask at depth `askLevel` of the book, for ladders that look deeper than the best price. */
  levelAskMantissa: number;
  levelAskDecimals: number;
  /** 1-based; 0 when no level was written. */
  askLevel: number;
  /** The exchange's own time of the frame, Unix ms. */
  exchangeMs: number;
  /** Monotonic ms, with fractions, when the frame came off the socket. */
  receivedMono: number;
  /** Count of publications (32 bits, wraps), set by `read`; `write` ignores it. */
  version: number;
}

export const emptyPriceCell = (): PriceCell => ({
  bidMantissa: -1,
  bidDecimals: 0,
  askMantissa: -1,
  askDecimals: 0,
  lastMantissa: -1,
  lastDecimals: 0,
  levelAskMantissa: -1,
  levelAskDecimals: 0,
  askLevel: 0,
  exchangeMs: 0,
  receivedMono: 0,
  version: 0,
});

/** Two cache lines per pair: VERSION and copy 0 in the first, copy 1 in the second. */
export const PRICE_CELL_BYTES = 128;
export const PRICE_SHAPE: TwinShape = { doubles: 6, ints: 2, strideWords: 32, secondCopyWord: 17 };

const BID = 0;
const ASK = 1;
const LAST = 2;
const LEVEL_ASK = 3;
const EXCHANGE_MS = 4;
const RECEIVED_MONO = 5;

const DECIMALS = 0;
const ASK_LEVEL = 1;

/** Written by the reactor alone, read by everyone. A read gives one publication, whole. */
export class PriceCells {
  readonly #cells: TwinCells;

  constructor(words: Words) {
    this.#cells = new TwinCells(PRICE_SHAPE, words);
  }

  /** Decimals are 0..255. */
  write(pair: number, cell: PriceCell): void {
    const { doubles, ints } = this.#cells;
    doubles[BID] = cell.bidMantissa;
    doubles[ASK] = cell.askMantissa;
    doubles[LAST] = cell.lastMantissa;
    doubles[LEVEL_ASK] = cell.levelAskMantissa;
    doubles[EXCHANGE_MS] = cell.exchangeMs;
    doubles[RECEIVED_MONO] = cell.receivedMono;
    ints[DECIMALS] =
      (cell.bidDecimals & 255) |
      ((cell.askDecimals & 255) << 8) |
      ((cell.lastDecimals & 255) << 16) |
      (cell.levelAskDecimals << 24);
    ints[ASK_LEVEL] = cell.askLevel;
    this.#cells.publish(pair);
  }

  /** False, and `into` untouched, when the pair has never been written. */
  read(pair: number, into: PriceCell): boolean {
    const version = this.#cells.collect(pair);
    if (version === 0) return false;
    const { doubles, ints } = this.#cells;
    const decimals = ints[DECIMALS] as number;
    into.bidMantissa = doubles[BID] as number;
    into.askMantissa = doubles[ASK] as number;
    into.lastMantissa = doubles[LAST] as number;
    into.levelAskMantissa = doubles[LEVEL_ASK] as number;
    into.exchangeMs = doubles[EXCHANGE_MS] as number;
    into.receivedMono = doubles[RECEIVED_MONO] as number;
    into.bidDecimals = decimals & 255;
    into.askDecimals = (decimals >>> 8) & 255;
    into.lastDecimals = (decimals >>> 16) & 255;
    into.levelAskDecimals = decimals >>> 24;
    into.askLevel = ints[ASK_LEVEL] as number;
    into.version = version;
    return true;
  }

  /** The prices stand as they are, confirmed by a newer frame. Does nothing for a pair that was never written. */
  touch(pair: number, exchangeMs: number, receivedMono: number): void {
    if (this.#cells.collect(pair) === 0) return;
    this.#cells.doubles[EXCHANGE_MS] = exchangeMs;
    this.#cells.doubles[RECEIVED_MONO] = receivedMono;
    this.#cells.publish(pair);
  }
}
