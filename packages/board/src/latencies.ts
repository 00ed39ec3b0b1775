import { LONG_CELL_WORDS, LongCells } from './long-cells.js';
import { WORD_BYTES, type Words } from './words.js';

/** Position is the index in shared memory: append only. */
export const STAGES = [
  'tick_to_decision',
  'decision_to_commit',
  'commit_to_send',
  'send_to_answer',
  'tick_to_order',
] as const;
export type Stage = (typeof STAGES)[number];

/** Microseconds. Percentiles are bucket middles (see below), the maximum and the count are exact. */
export interface LatencySummary {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly count: number;
}

/**
 * A histogram per stage, from the start of the process on.
 *
 * Whole microseconds below 16 have a bucket each; above, every power of two is cut into 16 equal buckets, so a bucket
 * is at most 1/16 of its lower edge wide. A percentile is given as the middle of its bucket: off by 3.2 % at most.
 * The range ends at 2^32 - 1 us (71 minutes); what is longer counts as that.
 *
 *   word 0        MAX       largest value so far, us (unsigned)
 *   word 16 + 2b  BUCKET b  count of values, two words (see long-cells)
 */
const LINEAR = 16;
const LINEAR_BITS = 4;
const BUCKETS = LINEAR + (32 - LINEAR_BITS) * LINEAR;
const MAX_US = 2 ** 32 - 1;

const MAX = 0;
const HEADER_WORDS = 16;
const HISTOGRAM_WORDS = HEADER_WORDS + BUCKETS * LONG_CELL_WORDS;
export const HISTOGRAM_BYTES = HISTOGRAM_WORDS * WORD_BYTES;

const FIRST_CELL = HEADER_WORDS / LONG_CELL_WORDS;
const HISTOGRAM_CELLS = HISTOGRAM_WORDS / LONG_CELL_WORDS;

const INDEX = new Map<Stage, number>(STAGES.map((stage, index) => [stage, index]));

export class Latencies {
  readonly #words: Words;
  readonly #cells: LongCells;

  constructor(words: Words) {
    this.#words = words;
    this.#cells = new LongCells(LONG_CELL_WORDS, words);
  }

  /** Fractions are cut off; a negative time (clocks of two threads differ by a hair) counts as 0. */
  record(stage: Stage, micros: number): void {
    const histogram = INDEX.get(stage) as number;
    const value = micros > 0 ? (micros < MAX_US ? micros >>> 0 : MAX_US) : 0;
    this.#raiseMax(histogram * HISTOGRAM_WORDS + MAX, value);
    this.#cells.add(histogram * HISTOGRAM_CELLS + FIRST_CELL + bucketOf(value), 1);
  }

  snapshot(stage: Stage): LatencySummary {
    const histogram = INDEX.get(stage) as number;
    const first = histogram * HISTOGRAM_CELLS + FIRST_CELL;
    const counts = Array.from({ length: BUCKETS }, (_, bucket) => this.#cells.read(first + bucket));
    const count = counts.reduce((sum, each) => sum + each, 0);
    const max = this.#words.load(histogram * HISTOGRAM_WORDS + MAX) >>> 0;
    return {
      p50: percentile(counts, count, 0.5, max),
      p99: percentile(counts, count, 0.99, max),
      max,
      count,
    };
  }

  #raiseMax(index: number, value: number): void {
    let seen = this.#words.load(index);
    while (seen >>> 0 < value) {
      const before = this.#words.compareExchange(index, seen, value | 0);
      if (before === seen) return;
      seen = before;
    }
  }
}

/** The smallest recorded value that a share `p` of all values does not exceed, as far as the buckets tell. */
function percentile(counts: readonly number[], count: number, p: number, max: number): number {
  const rank = Math.ceil(count * p);
  let seen = 0;
  for (const [bucket, inBucket] of counts.entries()) {
    seen += inBucket;
    if (inBucket > 0 && seen >= rank) return Math.min(middleOf(bucket), max);
  }
  return 0;
}

function bucketOf(value: number): number {
  if (value < LINEAR) return value;
  const shift = 31 - Math.clz32(value) - LINEAR_BITS;
  return LINEAR + shift * LINEAR + ((value >>> shift) - LINEAR);
}

function middleOf(bucket: number): number {
  if (bucket < LINEAR) return bucket;
  const shift = Math.floor(bucket / LINEAR) - 1;
  const lowest = (LINEAR + (bucket % LINEAR)) * 2 ** shift;
  return Math.floor(lowest + (2 ** shift - 1) / 2);
}
