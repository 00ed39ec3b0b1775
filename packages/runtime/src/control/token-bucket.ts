import type { Clock } from '@mtrade/base';

/** Allows `burst` at once and `perSecond` in the long run. Costs two numbers, however many calls come. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #clock: Clock;
  #tokens: number;
  #filledMonoMs: number;

  constructor(options: { readonly perSecond: number; readonly burst: number }, clock: Clock) {
    this.#perSecond = options.perSecond;
    this.#burst = options.burst;
    this.#clock = clock;
    this.#tokens = options.burst;
    this.#filledMonoMs = clock.monoMs();
  }

  /** Takes one; false when none is left. */
  tryTake(): boolean {
    this.#refill();
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Whole seconds until one is there again, at least 1: the `Retry-After` header. */
  retryAfterSeconds(): number {
    this.#refill();
    return Math.max(1, Math.ceil((1 - this.#tokens) / this.#perSecond));
  }

  #refill(): void {
    const nowMonoMs = this.#clock.monoMs();
    const gained = ((nowMonoMs - this.#filledMonoMs) / 1_000) * this.#perSecond;
    this.#tokens = Math.min(this.#burst, this.#tokens + gained);
    this.#filledMonoMs = nowMonoMs;
  }
}
