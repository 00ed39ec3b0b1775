import { GateError } from './gate-error.js';

/** At most `requests` in each window of `windowMs`, counted per client and endpoint. */
export interface RateLimit {
  readonly requests: number;
  readonly windowMs: number;
}

export interface RateLimits {
  /** Per address and endpoint. Gate: 200 in 10 s. */
  readonly public?: RateLimit;
  /** Per user and endpoint. Gate: 200 in 10 s. */
  readonly private?: RateLimit;
  /** Per user and market, for creating and amending orders. Gate: 10 in 1 s. */
  readonly orders?: RateLimit;
}

interface Window {
  startMs: number;
  used: number;
}

const MAX_WINDOWS = 10_000;

/** Fixed windows; the answer carries what is left, as Gate's does. Off where no limit is given. */
export class RateLimiter {
  readonly #limits: RateLimits;
  readonly #windows = new Map<string, Window>();

  constructor(limits: RateLimits) {
    this.#limits = limits;
  }

  /** Takes one request from the budget of `who`. Returns the headers to send; throws `TOO_MANY_REQUESTS` (429). */
  take(kind: keyof RateLimits, who: string, nowMs: number): Record<string, string> {
    const limit = this.#limits[kind];
    if (limit === undefined) return {};
    const window = this.#window(`${kind} ${who}`, limit, nowMs);
    window.used += 1;
    const headers = {
      'X-Gate-RateLimit-Limit': String(limit.requests),
      'X-Gate-RateLimit-Requests-Remain': String(Math.max(0, limit.requests - window.used)),
      'X-Gate-RateLimit-Reset-Timestamp': String(Math.ceil((window.startMs + limit.windowMs) / 1_000)),
    };
    if (window.used > limit.requests)
      throw new GateError(429, 'TOO_MANY_REQUESTS', 'Request Rate limit Exceeded', headers);
    return headers;
  }

  #window(name: string, limit: RateLimit, nowMs: number): Window {
    const known = this.#windows.get(name);
    if (known !== undefined && nowMs >= known.startMs && nowMs - known.startMs < limit.windowMs) return known;
    // Forgetting everything at the bound is generous to the client, and it keeps the memory bounded.
    if (this.#windows.size >= MAX_WINDOWS) this.#windows.clear();
    const fresh = { startMs: nowMs, used: 0 };
    this.#windows.set(name, fresh);
    return fresh;
  }
}
