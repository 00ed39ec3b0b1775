import type { MonoMs } from '@mtrade/base';
import type { PauseReason } from './ports/index.js';

export interface RateBudgetOptions {
  /** Requests per second that the account may make on average. */
  readonly perSecond: number;
  /** Requests that may be made at once. */
  readonly burst: number;
  /** Part of the burst that buys, and whatever else can wait, leave alone. */
  readonly reserve: number;
  /** Part of the reserve that look-ups leave to sales and cancels. */
  readonly exits: number;
}

/** Gate.io: 200 private requests in 10 s per endpoint, 10 orders/s per market. This stays at half of it. */
export const DEFAULT_RATE_BUDGET: RateBudgetOptions = { perSecond: 10, burst: 30, reserve: 10, exits: 4 };

/** A time in which nothing may be sent, as the exchange has asked for. */
export interface Pause {
  readonly reason: PauseReason;
  readonly untilMono: number;
}

/**
 * The one account of every request to the exchange: a token bucket over the monotonic clock. Whoever is about to begin
 * something asks first and pays what it will cost at the least (`take`), so that a send never waits in a queue while
 * its deadline runs. The order thread tells of every request that really goes out (`spent`): more pages, more tries
 * and questions of its own are paid then. What has begun is finished, if need be on credit; the debt holds back what is
 * new, buys first, then look-ups, then sales.
 */
export class RateBudget {
  readonly #options: RateBudgetOptions;
  #tokens: number;
  /** Paid for and not yet told of. */
  #prepaid = 0;
  #filledMono: number;
  #pause: Pause | null = null;

  constructor(options: RateBudgetOptions, nowMono: MonoMs) {
    this.#options = options;
    this.#tokens = options.burst;
    this.#filledMono = nowMono;
  }

  /** True when a buy, or any call that can wait, may be made now. */
  allows(nowMono: MonoMs, cost = 1): boolean {
    return this.#available(nowMono) - this.#options.reserve >= cost;
  }

  /** True when an open order, the account or the clock may be looked at now. */
  allowsLookUp(nowMono: MonoMs, cost = 1): boolean {
    return this.#available(nowMono) - this.#options.exits >= cost;
  }

  /** True when a sale or a cancel may be made now. */
  allowsUrgent(nowMono: MonoMs, cost = 1): boolean {
    return this.#available(nowMono) >= cost;
  }

  /** Pays in advance for what is about to be asked of the order thread. */
  take(nowMono: MonoMs, cost = 1): void {
    this.#refill(nowMono);
    this.#tokens -= cost;
    // Bounded: what a thread that died was paid for is never told of.
    this.#prepaid = Math.min(this.#options.burst, this.#prepaid + cost);
  }

  /** Requests have gone out; what was not paid for is paid now. */
  spent(nowMono: MonoMs, calls: number): void {
    this.#refill(nowMono);
    const covered = Math.min(this.#prepaid, calls);
    this.#prepaid -= covered;
    // A debt of a few seconds at most, or one long scan would silence the engine for minutes.
    this.#tokens = Math.max(-this.#options.burst, this.#tokens - (calls - covered));
  }

  /** The exchange wants quiet: nobody calls before this time. A shorter wish does not end a longer one. */
  pause(pause: Pause): void {
    if (this.#pause === null || pause.untilMono > this.#pause.untilMono) this.#pause = pause;
  }

  /** The pause that is on now; null when there is none. */
  pausedAt(nowMono: MonoMs): Pause | null {
    return this.#pause !== null && nowMono < this.#pause.untilMono ? this.#pause : null;
  }

  /** Requests that may be made at once; below zero while in debt. */
  tokens(nowMono: MonoMs): number {
    this.#refill(nowMono);
    return this.#tokens;
  }

  #available(nowMono: MonoMs): number {
    return this.pausedAt(nowMono) === null ? this.tokens(nowMono) : Number.NEGATIVE_INFINITY;
  }

  #refill(nowMono: MonoMs): void {
    const gainedMs = Math.max(0, nowMono - this.#filledMono);
    this.#filledMono = nowMono;
    this.#tokens = Math.min(this.#options.burst, this.#tokens + (gainedMs / 1_000) * this.#options.perSecond);
  }
}
