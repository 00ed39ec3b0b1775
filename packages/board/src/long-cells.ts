import type { Words } from './words.js';

/**
 * Counts that outlive 32 bits, exact under contention and never seen to go back, without allocating a BigInt.
 *
 *   word 0   LOW    the count modulo 2^32
 *   word 1   HALF   how often bit 31 of LOW has flipped, which is count / 2^31 rounded down
 *
 * The lowest bit of HALF has to equal bit 31 of LOW. Where it does not, the thread that flipped it has not got round
 * to HALF yet (or died before): a reader adds the missing one, and writes it down as well.
 *
 * (A thread would have to sleep between its two steps while the others count 2^31 more to spoil this.)
 */
export const LONG_CELL_WORDS = 2;

const HALF_RANGE = 2 ** 31;

export class LongCells {
  readonly #words: Words;
  readonly #strideWords: number;

  constructor(strideWords: number, words: Words) {
    this.#strideWords = strideWords;
    this.#words = words;
  }

  /** `by` is 0 up to 2^31 - 1. */
  add(cell: number, by: number): void {
    const low = cell * this.#strideWords;
    const before = this.#words.add(low, by);
    if ((before ^ (before + by)) < 0) this.#carry(low, (before + by) | 0);
  }

  /** Exact up to 2^53: the count at the moment LOW is loaded. */
  read(cell: number): number {
    const low = cell * this.#strideWords;
    const half = this.#words.load(low + 1);
    const count = this.#words.load(low);
    const isOneShort = isBehind(half, count);
    if (isOneShort) this.#carry(low, count);
    return ((isOneShort ? half + 1 : half) >>> 0) * HALF_RANGE + (count & (HALF_RANGE - 1));
  }

  /** Brings HALF up to a LOW seen by the caller. One of several callers succeeds, which is enough. */
  #carry(low: number, count: number): void {
    const half = this.#words.load(low + 1);
    if (isBehind(half, count)) this.#words.compareExchange(low + 1, half, half + 1);
  }
}

function isBehind(half: number, count: number): boolean {
  return (half & 1) !== count >>> 31;
}
