import { type Guard, isRead } from './http-env.js';
import { Problem } from './problem.js';

/** Values of `Host` that a browser on this machine sends for the page we serve. */
export function allowedHosts(host: string, port: number): ReadonlySet<string> {
  const own = host.includes(':') ? `[${host}]` : host;
  return new Set([`${own}:${port}`, `127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]);
}

/**
 * Against DNS rebinding (S03): a page of another site can make its own name point at 127.0.0.1, but the browser
 * still sends that name as `Host`.
 */
export function hostGuard(): Guard {
  return async (context, next) => {
    const { allowedHosts: allowed } = context.env;
    const host = context.env.incoming.headers.host ?? '';
    // The private socket takes any name, but one that makes no address would fail wherever the address is read.
    if (!URL.canParse(context.req.raw.url))
      throw new Problem(400, 'HTTP_BAD_REQUEST', 'the Host header is not the name of a host');
    if (allowed !== null && !allowed.has(host.toLowerCase())) {
      throw new Problem(
        403,
        'HTTP_FORBIDDEN',
        'this server answers only to its own loopback address in the Host header',
      );
    }
    await next();
  };
}

/**
 * Against requests that a web page makes in the operator's browser (S02, S04). Reads need no check: the page cannot
 * send the token, nor read the answer. The event stream is checked all the same, since it would stay open.
 */
export function sameSiteGuard(eventPath: string): Guard {
  return async (context, next) => {
    const { method, path } = context.req;
    if ((!isRead(method) || path === eventPath) && isCrossSite(context.env)) {
      throw new Problem(403, 'HTTP_FORBIDDEN', 'requests from other web pages are refused');
    }
    await next();
  };
}

function isCrossSite({ incoming, allowedHosts: allowed }: Parameters<Guard>[0]['env']): boolean {
  const { origin, 'sec-fetch-site': site } = incoming.headers;
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  if (origin === undefined) return false;
  if (!origin.startsWith('http://')) return true;
  return allowed === null || !allowed.has(origin.slice('http://'.length).toLowerCase());
}
