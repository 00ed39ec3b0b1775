import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '@mtrade/base';
import type { Logger } from '@mtrade/log';
import { type Guard, isHealthCheck } from './http-env.js';
import { Problem } from './problem.js';
import { TokenBucket } from './token-bucket.js';

/** The length cap comes first, so that no pattern ever meets a long text. */
const MAX_HEADER_CHARS = 256;
const BEARER = /^Bearer +([^\s]+)$/i;
const CHALLENGE = { 'WWW-Authenticate': 'Bearer realm="mtrade"' };

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * Asks for the token on every call but the health checks, on the Unix socket too (S01).
 *
 * Digests are compared, in constant time, so neither length nor content of the token leaks. Wrong tokens run into a
 * back-off; the right one never does, or a stranger on the machine could lock the operator out of the stop button.
 */
export function bearerAuth(
  options: { readonly token: string; readonly badTokensPerMinute: number },
  deps: { readonly clock: Clock; readonly log: Logger },
): Guard {
  const expected = digest(options.token);
  const wrong = new TokenBucket(
    { perSecond: options.badTokensPerMinute / 60, burst: options.badTokensPerMinute },
    deps.clock,
  );
  return async (context, next) => {
    if (isHealthCheck(context.req.path)) return next();
    const header = context.env.incoming.headers.authorization;
    if (header === undefined) {
      throw new Problem(
        401,
        'HTTP_UNAUTHORIZED',
        'send "Authorization: Bearer" with the token of control.token',
        CHALLENGE,
      );
    }
    const given = header.length <= MAX_HEADER_CHARS ? (BEARER.exec(header)?.[1] ?? '') : '';
    if (timingSafeEqual(digest(given), expected)) return next();
    if (!wrong.tryTake()) {
      const retry = { 'Retry-After': String(wrong.retryAfterSeconds()) };
      throw new Problem(429, 'HTTP_TOO_MANY', 'too many wrong tokens; wait before the next try', retry);
    }
    deps.log.warn({ via: context.env.via, path: context.req.path }, 'control call with a wrong token');
    throw new Problem(401, 'HTTP_UNAUTHORIZED', 'the token is not the one in control.token', CHALLENGE);
  };
}
