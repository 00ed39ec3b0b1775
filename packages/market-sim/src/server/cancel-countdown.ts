import type { Exchange } from '../core/exchange.js';

/** The exchange's dead-man switch: all orders of a user (in a pair) are cancelled unless the call is repeated. */
export class CancelCountdown {
  readonly #exchange: Exchange;
  readonly #nowMs: () => number;
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(exchange: Exchange, nowMs: () => number) {
    this.#exchange = exchange;
    this.#nowMs = nowMs;
  }

  /** Starts or restarts the countdown; 0 seconds ends it. Answers when it fires, in Unix ms. */
  arm(userId: string, symbol: string | undefined, timeoutS: number): number {
    const name = `${userId} ${symbol ?? '*'}`;
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
    if (timeoutS > 0) {
      const fire = (): void => {
        this.#timers.delete(name);
        this.#exchange.cancelAll(userId, { symbol }, this.#nowMs());
      };
      this.#timers.set(name, setTimeout(fire, timeoutS * 1_000).unref());
    }
    return Math.floor(this.#nowMs()) + timeoutS * 1_000;
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}
