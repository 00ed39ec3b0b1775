import type { PairSpec } from '../core/types.js';
import type { PriceLosses, PriceSource, PriceStep } from './source.js';

/**
 * Prices pushed from outside: the seam for the exchange's public feed (`live`). Keeps the newest quote of each pair
 * until it is asked for; an older one that nobody fetched is overwritten and counted.
 */
export class PushedSource implements PriceSource {
  readonly kind = 'live';
  readonly pairs: readonly PairSpec[];
  readonly startMs = 0;
  readonly needsPrepare = false;
  readonly #waiting = new Map<string, PriceStep>();
  #ended = false;
  #overwritten = 0;

  constructor(pairs: readonly PairSpec[]) {
    this.pairs = pairs;
  }

  push(step: PriceStep): void {
    if (this.#waiting.delete(step.symbol)) this.#overwritten += 1;
    this.#waiting.set(step.symbol, step);
  }

  /** The feed is gone for good: prices stand still. */
  end(): void {
    this.#ended = true;
  }

  get losses(): PriceLosses {
    return { malformed: 0, skipped: this.#overwritten };
  }

  get ended(): boolean {
    return this.#ended && this.#waiting.size === 0;
  }

  next(_toMs: number, limit: number): readonly PriceStep[] {
    const steps = [...this.#waiting.values()].slice(0, limit);
    for (const step of steps) this.#waiting.delete(step.symbol);
    return steps;
  }

  async prepare(): Promise<void> {
    // Nothing to read ahead.
  }

  position(): unknown {
    return null;
  }

  async close(): Promise<void> {
    this.#waiting.clear();
  }
}
