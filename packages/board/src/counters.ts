import { LongCells } from './long-cells.js';
import type { Words } from './words.js';

/** Position is the index in shared memory: append only, never reorder. `mtrade status` prints this table. */
export const COUNTERS = [
  ['cycler_iterations', 'turns the cycler has finished'],
  ['cycler_processed', 'pairs processed in round-robin order'],
  ['cycler_skipped', 'pairs passed over in round-robin order: busy, not permitted or backing off'],
  ['reactor_updates', 'price updates received'],
  ['reactor_queued', 'pairs put on the urgent queue'],
  ['reactor_debounced', 'price changes left out inside the debounce window'],
  ['urgent_processed', 'urgent entries processed'],
  ['urgent_skipped', 'urgent entries dropped: pair busy or queue full'],
  ['errors', 'steps of the cycler that failed unexpectedly'],
] as const;
export type CounterName = (typeof COUNTERS)[number][0];

/** Counts of the engine's inner life; they follow the nine in memory. Append only. */
export const INTERNAL_COUNTERS = [
  ['reactor_unchanged', 'price updates that repeated the prices of the cell'],
  ['reactor_malformed', 'frames that could not be understood'],
  ['reactor_stale', 'frames older than one that had come before'],
  ['urgent_full', 'pairs refused because the urgent queue was full'],
  ['orders_sent', 'orders handed to the network'],
  ['orders_unknown', 'orders whose outcome was not known at first'],
  ['fills_booked', 'fills committed to the ledger'],
  ['commits', 'database transactions committed'],
  ['reactor_late', 'frames that were too old when they came'],
  ['reactor_suspect', 'price updates too far from the last believed price to be decided on'],
  ['rest_prices', 'prices asked for over REST and taken'],
  ['orders_filled', 'orders that ended with all they asked for'],
  ['orders_partial', 'orders that ended with a part of it'],
  ['orders_killed', 'orders that ended without a trade'],
  ['orders_rejected', 'orders that the exchange refused, or that were not sent after all'],
  ['orders_never', 'unknown orders that were proven never to have existed'],
  ['orders_quarantined', 'unknown orders that could not be resolved'],
] as const;
export type InternalCounterName = (typeof INTERNAL_COUNTERS)[number][0];
export type AnyCounterName = CounterName | InternalCounterName;

const ALL = [...COUNTERS, ...INTERNAL_COUNTERS];
const INDEX = new Map<AnyCounterName, number>(ALL.map(([name], index) => [name, index]));

/** One cache line per counter: threads that count different things never meet. */
export const COUNTER_BYTES = 64;
const COUNTER_WORDS = 16;
export const COUNTER_COUNT = ALL.length;

export class Counters {
  readonly #cells: LongCells;

  constructor(words: Words) {
    this.#cells = new LongCells(COUNTER_WORDS, words);
  }

  /** Exact however many threads count at once. `by` is 0 up to 2^31 - 1. */
  increment(name: AnyCounterName, by = 1): void {
    this.#cells.add(INDEX.get(name) as number, by);
  }

  read(name: AnyCounterName): number {
    return this.#cells.read(INDEX.get(name) as number);
  }

  /** Each count is exact at its own moment and never goes back; the set is not one moment in time. */
  snapshot(): Record<AnyCounterName, number> {
    return Object.fromEntries(ALL.map(([name], index) => [name, this.#cells.read(index)])) as Record<
      AnyCounterName,
      number
    >;
  }
}
