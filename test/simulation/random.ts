import { Prng } from '@mtrade/market-sim';

/**
 * A seeded generator (sfc32): integer arithmetic only, so a seed gives the same run on every machine. Each purpose has a
 * stream of its own: a fault that is left out does not change the prices.
 */
export class Random extends Prng {
  constructor(seed: number, stream: string) {
    super(Prng.seeded(seed, stream).state);
  }

  /** Whole, in [0, count). */
  below(count: number): number {
    return Math.floor(this.unit() * count);
  }

  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
}
