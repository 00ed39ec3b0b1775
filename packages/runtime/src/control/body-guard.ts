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
    context.req.raw.headers.set('content-type', 'application/json');
    // As hono itself keeps a body that was read once. A second Request around it would take longer than the checks here.
    Object.assign(context.req.bodyCache, { text: Promise.resolve(text.trim() === '' ? '{}' : text) });
    return next();
  };
}

const UNMAKEABLE_METHODS: ReadonlySet<string> = new Set(['CONNECT', 'TRACE', 'TRACK']);

function readBounded(incoming: IncomingMessage, limitBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    if (Number(incoming.headers['content-length'] ?? 0) > limitBytes) return reject(tooLarge(limitBytes));
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    incoming.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes <= limitBytes) return void chunks.push(chunk);
      // Nothing more is kept, but the connection stays: the refusal still has to go out on it.
      incoming.pause();
      reject(tooLarge(limitBytes));
    });
    incoming.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    // The client has gone in the middle, which Node.js calls an error of the stream; it is none of the engine's.
    incoming.on('error', () => reject(brokenOff()));
    // After the end this comes too late to mean anything.
    incoming.on('close', () => reject(brokenOff()));
  });
}

const brokenOff = (): Problem => new Problem(400, 'HTTP_BAD_REQUEST', 'the body breaks off');

const tooLarge = (limitBytes: number): Problem =>
  new Problem(413, 'HTTP_TOO_LARGE', `the body is larger than ${limitBytes} bytes`, { Connection: 'close' });
