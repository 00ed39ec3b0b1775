import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '@mtrade/base';
import type { Logger } from '@mtrade/log';
import { type Guard, isHealthCheck, isRead, plainPath } from './http-env.js';
import { Problem } from './problem.js';
import { TokenBucket } from './token-bucket.js';

/** The length cap comes first, so that no pattern ever meets a long text. */
const MAX_HEADER_CHARS = 256;
const BEARER = /^Bearer +([^\s]+)$/i;
const CHALLENGE = { 'WWW-Authenticate': 'Bearer realm="mtrade"' };

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** The two tokens: `control` may do everything, `read` may look. */
export interface Tokens {
  readonly control: string;
  readonly read: string;
}

/**
 * Asks for a token on every call but the health checks and the files of the page, on the Unix socket too (S01).
 *
 * Digests are compared, in constant time, so neither length nor content of the token leaks. Wrong tokens run into a
 * back-off; the right one never does, or a stranger on the machine could lock the operator out of the stop button.
 */
export function bearerAuth(
  options: {
    readonly tokens: Tokens;
    readonly badTokensPerMinute: number;
    /** Paths of the web page's own files, which anybody on this machine may read. */
    readonly openPaths: ReadonlySet<string>;
  },
  deps: { readonly clock: Clock; readonly log: Logger },
): Guard {
  const control = digest(options.tokens.control);
  const read = digest(options.tokens.read);
  const wrong = new TokenBucket(
    { perSecond: options.badTokensPerMinute / 60, burst: options.badTokensPerMinute },
    deps.clock,
  );
  return async (context, next) => {
    const { method, path } = context.req;
    if (isHealthCheck(path) || (isRead(method) && options.openPaths.has(path))) return next();
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
    const presented = digest(given);
    if (timingSafeEqual(presented, control)) {
      context.set('scope', 'control');
      return next();
    }
    if (timingSafeEqual(presented, read)) {
      context.set('scope', 'read');
      if (isRead(method)) return next();
      throw new Problem(
        403,
        'HTTP_FORBIDDEN',
        'this token may only look; commands need the one of control.token',
      );
    }
    if (!wrong.tryTake()) {
      const retry = { 'Retry-After': String(wrong.retryAfterSeconds()) };
      throw new Problem(429, 'HTTP_TOO_MANY', 'too many wrong tokens; wait before the next try', retry);
    }
    deps.log.warn({ via: context.env.via, path: plainPath(path) }, 'control call with a wrong token');
    throw new Problem(
      401,
      'HTTP_UNAUTHORIZED',
      'the token is neither the one in control.token nor the one in read.token',
      CHALLENGE,
    );
  };
}
