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
  /** The exchange's own time of the bid and ask, Unix ms. */
  exchangeMs: number;
  /** Monotonic ms, with fractions, when they came. */
  receivedMono: number;
  /** The same two times for the deeper ask, which comes on another channel. */
  levelExchangeMs: number;
  levelReceivedMono: number;
  /** Monotonic time since which bid and ask are too far from the last believed ones; -1 when they are believed. */
  suspectSinceMono: number;
  /** True when bid and ask were asked for over REST, because the pair's stream was silent. */
  isRest: boolean;
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
  levelExchangeMs: 0,
  levelReceivedMono: 0,
  suspectSinceMono: -1,
  isRest: false,
  version: 0,
});

/** Four cache lines per pair: VERSION and copy 0 in the first two, copy 1 in the others. */
export const PRICE_CELL_BYTES = 256;
export const PRICE_SHAPE: TwinShape = { doubles: 9, ints: 2, strideWords: 64, secondCopyWord: 32 };

const BID = 0;
const ASK = 1;
const LAST = 2;
const LEVEL_ASK = 3;
const EXCHANGE_MS = 4;
const RECEIVED_MONO = 5;
const LEVEL_EXCHANGE_MS = 6;
const LEVEL_RECEIVED_MONO = 7;
const SUSPECT_SINCE_MONO = 8;

const DECIMALS = 0;
/** Bits 30..0 the level, bit 31 set for a price from REST. */
const ASK_LEVEL = 1;
const LEVEL_MASK = 0x7fff_ffff;
const REST_BIT = ~LEVEL_MASK;

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
    doubles[LEVEL_EXCHANGE_MS] = cell.levelExchangeMs;
    doubles[LEVEL_RECEIVED_MONO] = cell.levelReceivedMono;
    doubles[SUSPECT_SINCE_MONO] = cell.suspectSinceMono;
    ints[DECIMALS] =
      (cell.bidDecimals & 255) |
      ((cell.askDecimals & 255) << 8) |
      ((cell.lastDecimals & 255) << 16) |
      (cell.levelAskDecimals << 24);
    ints[ASK_LEVEL] = cell.askLevel | (cell.isRest ? REST_BIT : 0);
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
    into.levelExchangeMs = doubles[LEVEL_EXCHANGE_MS] as number;
    into.levelReceivedMono = doubles[LEVEL_RECEIVED_MONO] as number;
    into.suspectSinceMono = doubles[SUSPECT_SINCE_MONO] as number;
    into.bidDecimals = decimals & 255;
    into.askDecimals = (decimals >>> 8) & 255;
    into.lastDecimals = (decimals >>> 16) & 255;
    into.levelAskDecimals = decimals >>> 24;
    into.askLevel = (ints[ASK_LEVEL] as number) & LEVEL_MASK;
    into.isRest = ((ints[ASK_LEVEL] as number) & REST_BIT) !== 0;
    into.version = version;
    return true;
  }
}
