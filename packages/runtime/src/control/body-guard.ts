import type { IncomingMessage } from 'node:http';
import { type Guard, isRead } from './http-env.js';
import { jsonDepthExceeds } from './json-depth.js';
import { Problem } from './problem.js';

/**
 * Reads the body of a command within its bound and hands it on as JSON, whatever its content type says: `curl -d` and
 * bare sockets then work. The content type would be no defence; the bearer header is (a page cannot send it).
 */
export function bodyGuard(options: { readonly bodyBytes: number; readonly jsonDepth: number }): Guard {
  return async (context, next) => {
    const { method } = context.req;
    if (isRead(method)) return next();
    // The platform's Request refuses to be made with these; no route takes them, and the router says so.
    if (UNMAKEABLE_METHODS.has(method.toUpperCase())) return next();
    const text = await readBounded(context.env.incoming, options.bodyBytes);
    if (jsonDepthExceeds(text, options.jsonDepth)) {
      throw new Problem(
        400,
        'HTTP_BAD_REQUEST',
        `the body is nested deeper than ${options.jsonDepth} levels`,
      );
    }
    const headers = new Headers(context.req.raw.headers);
    headers.delete('content-length');
    headers.set('content-type', 'application/json');
    context.req.raw = new Request(context.req.url, {
      method,
      headers,
      body: text.trim() === '' ? '{}' : text,
    });
    return next();
  };
}

const UNMAKEABLE_METHODS: ReadonlySet<string> = new Set(['CONNECT', 'TRACE', 'TRACK']);

async function readBounded(incoming: IncomingMessage, limitBytes: number): Promise<string> {
  if (Number(incoming.headers['content-length'] ?? 0) > limitBytes) throw tooLarge(limitBytes);
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  // Leaving the loop must not destroy the request: the refusal still has to go out on its connection.
  for await (const chunk of incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > limitBytes) throw tooLarge(limitBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const tooLarge = (limitBytes: number): Problem =>
  new Problem(413, 'HTTP_TOO_LARGE', `the body is larger than ${limitBytes} bytes`, { Connection: 'close' });
