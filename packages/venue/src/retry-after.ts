export interface WaitBounds {
  readonly withoutAWordMs: number;
  readonly longestMs: number;
}

const OF_429: WaitBounds = { withoutAWordMs: 1_000, longestMs: 10 * 60_000 };

/**
 * How long an answer asks us to wait, in ms, from `Retry-After` (seconds or a date) or Gate's
 * `X-Gate-RateLimit-Reset-Timestamp` (Unix time). Bounded, because a broken header must not stop trading for ever.
 */
export function retryAfterMs(
  headers: Readonly<Record<string, string>>,
  exchangeNowMs: number,
  { withoutAWordMs, longestMs }: WaitBounds = OF_429,
): number {
  const wait =
    fromRetryAfter(headers['retry-after']) ?? fromReset(headers['x-gate-ratelimit-reset-timestamp']);
  return wait === null ? withoutAWordMs : Math.min(Math.max(Math.ceil(wait), 0), longestMs);

  function fromRetryAfter(value: string | undefined): number | null {
    if (value === undefined || value === '') return null;
    if (/^\d{1,9}$/.test(value)) return Number(value) * 1_000;
    const date = Date.parse(value);
    return Number.isNaN(date) ? null : date - exchangeNowMs;
  }

  function fromReset(value: string | undefined): number | null {
    if (value === undefined || !/^\d{10,13}(\.\d+)?$/.test(value)) return null;
    const stamp = Number(value);
    return (stamp < 1e12 ? stamp * 1_000 : stamp) - exchangeNowMs;
  }
}
