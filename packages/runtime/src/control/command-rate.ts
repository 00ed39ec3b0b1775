import type { Clock } from '@mtrade/base';
import { type Guard, isRead } from './http-env.js';
import { Problem } from './problem.js';
import { TokenBucket } from './token-bucket.js';

/** Bounds the calls that change something: each one costs the cycler a commit. */
export function commandRate(
  options: { readonly perSecond: number; readonly burst: number },
  clock: Clock,
): Guard {
  const bucket = new TokenBucket(options, clock);
  return async (context, next) => {
    if (!isRead(context.req.method) && !bucket.tryTake()) {
      const retry = { 'Retry-After': String(bucket.retryAfterSeconds()) };
      throw new Problem(
        429,
        'HTTP_TOO_MANY',
        `more than ${options.perSecond} commands per second; try again`,
        retry,
      );
    }
    await next();
  };
}
