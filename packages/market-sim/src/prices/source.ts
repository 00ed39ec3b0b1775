import type { PairSpec, Quote } from '../core/types.js';

/** One quote of one pair at its moment on the source's own time axis, in ms. */
export interface PriceStep {
  readonly atMs: number;
  readonly symbol: string;
  readonly quote: Quote;
}

/** What a source was given and has not given on. */
export interface PriceLosses {
  /** What should have been a price and could not be read. */
  readonly malformed: number;
  /** Prices passed over: from before the saved position, or replaced by a newer one before anybody fetched them. */
  readonly skipped: number;
}

/**
 * Where prices come from. A source has its own time axis that begins at `startMs`; somebody else owns the clock, maps it
 * onto this axis (times the speed) and asks for what is due. No timers, no clock, no random that is not seeded.
 */
export interface PriceSource {
  readonly kind: 'simulated' | 'recording' | 'live';
  readonly pairs: readonly PairSpec[];
  readonly startMs: number;
  /** True once the last step has been given: prices stand still from then on. */
  readonly ended: boolean;
  /**
   * Everything due up to `toMs` that is in memory, in time order, at most `limit` steps. An empty answer means that
   * nothing is due, or that `prepare` must be awaited first (`needsPrepare`).
   */
  readonly next: (toMs: number, limit: number) => readonly PriceStep[];
  /** True when more must be read before `next` can answer for certain. */
  readonly needsPrepare: boolean;
  readonly prepare: () => Promise<void>;
  readonly losses: PriceLosses;
  /** Plain JSON from which a new source of the same kind goes on. */
  readonly position: () => unknown;
  readonly close: () => Promise<void>;
}
