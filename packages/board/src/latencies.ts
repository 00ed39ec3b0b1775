import { LONG_CELL_WORDS, LongCells } from './long-cells.js';
import { WORD_BYTES, type Words } from './words.js';

/**
 * The way of a price frame to an order and back, cut where it passes from hand to hand. Position is the index in shared
 * memory: append only.
 */
export const STAGE_TABLE = [
  ['tick_to_decision', 'frame off the socket until the decision on it'],
  ['decision_to_commit', 'decision to order until its intent is committed'],
  ['commit_to_send', 'commit until the request is handed to the socket'],
  ['send_to_answer', 'request handed to the socket until its outcome'],
  ['tick_to_order', 'frame off the socket until the request it caused is handed to the socket'],
  ['tick_to_queue', 'frame off the socket until its pair is on the urgent queue'],
  ['commit_to_lane', 'commit until the order thread has the order; 0 where it had it before'],
  ['lane_to_signed', 'order thread has the order until its request is built and signed'],
  ['signed_to_send', 'request signed and its intent committed, until it is handed to the socket'],
] as const;
export type Stage = (typeof STAGE_TABLE)[number][0];
export const STAGES: readonly Stage[] = STAGE_TABLE.map(([stage]) => stage);

/** Microseconds. Percentiles are bucket middles (see below), the maximum and the count are exact. */
export interface LatencySummary {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly count: number;
}

/** Every value of one stage, as far as the buckets tell. */
export interface LatencyDistribution {
  /** Sum of all values, us. */
  readonly sum: number;
  readonly count: number;
  /** How many values were below `edgeUs`, which has to be an edge of the buckets: a power of two, or sixteenths above. */
  readonly below: (edgeUs: number) => number;
}

/**
 * A histogram per stage, from the start of the process on.
 *
 * Whole microseconds below 16 have a bucket each; above, every power of two is cut into 16 equal buckets, so a bucket
 * is at most 1/16 of its lower edge wide. A percentile is given as the middle of its bucket: off by 3.2 % at most.
 * The range ends at 2^31 - 1 us (35 minutes); what is longer counts as that.
 *
 *   word 0        MAX       largest value so far, us
 *   word 2        SUM       of all values, us, two words (see long-cells)
 *   word 16 + 2b  BUCKET b  count of values, two words
 */
const LINEAR = 16;
const LINEAR_BITS = 4;
const RANGE_BITS = 31;
const BUCKETS = LINEAR + (RANGE_BITS - LINEAR_BITS) * LINEAR;
const MAX_US = 2 ** RANGE_BITS - 1;

const MAX = 0;
const SUM = 2;
const HEADER_WORDS = 16;
const HISTOGRAM_WORDS = HEADER_WORDS + BUCKETS * LONG_CELL_WORDS;
export const HISTOGRAM_BYTES = HISTOGRAM_WORDS * WORD_BYTES;

const SUM_CELL = SUM / LONG_CELL_WORDS;
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
    const value = micros > 0 ? (micros < MAX_US ? micros | 0 : MAX_US) : 0;
    const cells = histogram * HISTOGRAM_CELLS;
    this.#raiseMax(histogram * HISTOGRAM_WORDS + MAX, value);
    this.#cells.add(cells + SUM_CELL, value);
    this.#cells.add(cells + FIRST_CELL + bucketOf(value), 1);
  }

  snapshot(stage: Stage): LatencySummary {
    const counts = this.#counts(stage);
    let count = 0;
    for (const each of counts) count += each;
    const max = this.max(stage);
    return {
      p50: percentile(counts, count, 0.5, max),
      p99: percentile(counts, count, 0.99, max),
      max,
      count,
    };
  }

  distribution(stage: Stage): LatencyDistribution {
    const counts = this.#counts(stage);
    const sum = this.#cells.read((INDEX.get(stage) as number) * HISTOGRAM_CELLS + SUM_CELL);
    const upTo = new Float64Array(BUCKETS + 1);
    for (let bucket = 0; bucket < BUCKETS; bucket += 1)
      upTo[bucket + 1] = (upTo[bucket] as number) + (counts[bucket] ?? 0);
    const below = (edgeUs: number): number => upTo[edgeUs > MAX_US ? BUCKETS : bucketOf(edgeUs)] as number;
    return { sum, count: upTo[BUCKETS] as number, below };
  }

  /** The longest time so far, us. */
  max(stage: Stage): number {
    return this.#words.load((INDEX.get(stage) as number) * HISTOGRAM_WORDS + MAX);
  }

  /** Up to the bucket of the largest value: it is raised before its value is counted, so beyond there is nothing. */
  #counts(stage: Stage): Float64Array {
    const counts = new Float64Array(bucketOf(this.max(stage)) + 1);
    const first = (INDEX.get(stage) as number) * HISTOGRAM_CELLS + FIRST_CELL;
    for (let bucket = 0; bucket < counts.length; bucket += 1)
      counts[bucket] = this.#cells.read(first + bucket);
    return counts;
  }

  #raiseMax(index: number, value: number): void {
    let seen = this.#words.load(index);
    while (seen < value) {
      const before = this.#words.compareExchange(index, seen, value);
      if (before === seen) return;
      seen = before;
    }
  }
}

/** The smallest recorded value that a share `p` of all values does not exceed, as far as the buckets tell. */
function percentile(counts: Float64Array, count: number, p: number, max: number): number {
  const rank = Math.ceil(count * p);
  let seen = 0;
  for (let bucket = 0; bucket < counts.length; bucket += 1) {
    const inBucket = counts[bucket] as number;
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
