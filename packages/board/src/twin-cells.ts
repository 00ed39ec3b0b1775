import { MtradeError } from '@mtrade/base';
import type { Words } from './words.js';

/** What a cell holds: doubles first (two words each, the first of them even), then plain Int32 words. */
export interface TwinShape {
  readonly doubles: number;
  readonly ints: number;
  /** Distance between two cells. */
  readonly strideWords: number;
  /** Where copy 1 starts inside a cell, even; copy 0 starts at word 2, after VERSION and a word that nobody uses. */
  readonly secondCopyWord: number;
}

const VERSION = 0;
const FIRST_COPY_WORD = 2;

/**
 * Groups of values that are read as they were written, all or none. One writer, any number of readers, no lock.
 *
 *   word 0   VERSION   count of publications (wraps, skips 0); 0 = never written. Its lowest bit names the valid copy
 *   word 2   copy 0, then copy 1
 *
 * The writer fills the copy that is *not* valid and then publishes by advancing VERSION. A reader copies the valid one
 * and keeps what it read only if VERSION has not moved (the guard of words.ts). A classic seqlock makes readers wait
 * while the writer is inside; when a writer's thread is terminated there, they wait for ever. Here they just go on with
 * the last complete copy, and the next writer carries on from the published version.
 *
 * A reader would have to sleep through exactly 2^32 publications between two of its steps to be fooled.
 */
export class TwinCells {
  /** The values of the cell on its way in or out. Private to this thread. */
  readonly doubles: Float64Array;
  readonly ints: Int32Array;

  readonly #words: Words;
  readonly #strideWords: number;
  readonly #secondCopyWord: number;

  constructor(shape: TwinShape, words: Words) {
    this.doubles = new Float64Array(shape.doubles);
    this.ints = new Int32Array(shape.ints);
    this.#words = words;
    this.#strideWords = shape.strideWords;
    this.#secondCopyWord = shape.secondCopyWord;
  }

  /** Publishes the staged values. Only the cell's one writer may call this. */
  publish(cell: number): void {
    const { doubles, ints } = this;
    const words = this.#words;
    const base = cell * this.#strideWords;
    const version = words.load(base + VERSION);
    const next = nextVersion(version);
    const copy = base + this.#copyWord(next);
    for (let at = 0; at < doubles.length; at += 1)
      words.plainStoreDouble(copy + 2 * at, doubles[at] as number);
    const rest = copy + 2 * doubles.length;
    for (let at = 0; at < ints.length; at += 1) words.plainStore(rest + at, ints[at] as number);
    const before = words.compareExchange(base + VERSION, version, next);
    if (before !== version) throw new MtradeError('MTRADE_CONTRADICTION', 'a cell has two writers', { cell });
  }

  /** Stages the values last published and returns their version, 0 when there are none. */
  collect(cell: number): number {
    const { doubles, ints } = this;
    const words = this.#words;
    const base = cell * this.#strideWords;
    for (;;) {
      const version = words.load(base + VERSION);
      if (version === 0) return 0;
      const copy = base + this.#copyWord(version);
      for (let at = 0; at < doubles.length; at += 1) doubles[at] = words.plainLoadDouble(copy + 2 * at);
      const rest = copy + 2 * doubles.length;
      for (let at = 0; at < ints.length; at += 1) ints[at] = words.plainLoad(rest + at);
      if (words.compareExchange(base + VERSION, version, version) === version) return version >>> 0;
    }
  }

  #copyWord(version: number): number {
    return (version & 1) === 0 ? FIRST_COPY_WORD : this.#secondCopyWord;
  }
}

/** After -1 (odd) the next version is 2, not 0: 0 means never written, and the copies must keep alternating. */
function nextVersion(version: number): number {
  const next = (version + 1) | 0;
  return next === 0 ? 2 : next;
}
