import type { MonoMs } from '@mtrade/base';

export interface RateBudgetOptions {
  /** Requests per second that the account may make on average. */
  readonly perSecond: number;
  /** Requests that may be made at once. */
  readonly burst: number;
  /** Part of the burst that only sales and look-ups of open orders may touch. */
  readonly reserve: number;
}

/** Gate.io: 200 private requests in 10 s per endpoint, 10 orders/s per market. This stays at half of it. */
export const DEFAULT_RATE_BUDGET: RateBudgetOptions = { perSecond: 10, burst: 30, reserve: 10 };

/**
 * A token bucket over the monotonic clock. Budget is taken before an intent is committed, so that a send never waits
 * in a queue while its deadline runs.
 */
export class RateBudget {
  readonly #options: RateBudgetOptions;
  #tokens: number;
  #filledMono: number;
  #pausedUntilMono = 0;

  constructor(options: RateBudgetOptions, nowMono: MonoMs) {
    this.#options = options;
    this.#tokens = options.burst;
    this.#filledMono = nowMono;
  }

  /** True when a buy (or any call that can wait) may be made now. */
  allows(nowMono: MonoMs, cost = 1): boolean {
    return this.#available(nowMono) - this.#options.reserve >= cost;
  }

  /** True when a sale or a look-up of an open order may be made now. */
  allowsUrgent(nowMono: MonoMs, cost = 1): boolean {
    return this.#available(nowMono) >= cost;
  }

  take(nowMono: MonoMs, cost = 1): void {
    this.#refill(nowMono);
    this.#tokens -= cost;
  }

  /** The exchange said "too many requests": nobody calls before this time. */
  pauseUntil(mono: number): void {
    this.#pausedUntilMono = Math.max(this.#pausedUntilMono, mono);
  }

  #available(nowMono: MonoMs): number {
    this.#refill(nowMono);
    return nowMono < this.#pausedUntilMono ? Number.NEGATIVE_INFINITY : this.#tokens;
  }

  #refill(nowMono: MonoMs): void {
    const gainedMs = Math.max(0, nowMono - this.#filledMono);
    this.#filledMono = nowMono;
    this.#tokens = Math.min(this.#options.burst, this.#tokens + (gainedMs / 1_000) * this.#options.perSecond);
  }
}
