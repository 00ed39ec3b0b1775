export interface BackoffOptions {
  /** Bound of the first retry after a healthy connection: a single drop should cost next to nothing. */
  readonly firstMs: number;
  readonly baseMs: number;
  readonly maxMs: number;
  /** A connection that lived this long forgives all failures before it. */
  readonly healthyMs: number;
}

export const DEFAULT_BACKOFF: BackoffOptions = {
  firstMs: 250,
  baseMs: 1_000,
  maxMs: 60_000,
  healthyMs: 60_000,
};

/** Exponential back-off with full jitter (W08): many clients that lost one exchange do not come back as one wave. */
export interface Backoff {
  /** How long to wait before the next attempt, given how long the last connection lived (0: it never opened). */
  readonly nextDelayMs: (livedMs: number) => number;
}

export function createBackoff(options: BackoffOptions, random: () => number): Backoff {
  let failures = 0;
  return {
    nextDelayMs: (livedMs) => {
      if (livedMs >= options.healthyMs) failures = 0;
      const boundMs =
        failures === 0 ? options.firstMs : Math.min(options.maxMs, options.baseMs * 2 ** (failures - 1));
      failures = Math.min(failures + 1, 32);
      return Math.floor(random() * boundMs);
    },
  };
}
