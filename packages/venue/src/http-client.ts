import type { Socket } from 'node:net';
import { errorText } from '@mtrade/base';
import { Pool } from './undici-pool.js';
import { type RequestPhase, VenueError } from './venue-error.js';

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export interface HttpReply {
  readonly status: number;
  /** Names in lower case; repeated headers are joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

export interface HttpClientOptions {
  readonly baseUrl: string;
  /** For the whole request, connecting and body included. */
  readonly requestDeadlineMs: number;
  readonly connections: number;
  readonly maxReplyBytes: number;
  /** Makes the connections; by default TCP, or TLS for `https`. */
  readonly connect?: HttpConnector;
}

export type HttpConnector = (options: unknown, connected: (error: null, connection: Socket) => void) => void;

export interface SendHooks {
  /**
   * Asked right before the first byte is written, when the connection is there and nothing else is left to do; false,
   * or an exception, means that nothing was or will be sent. It may block the thread for a while.
   */
  readonly mayStart?: (() => boolean) | undefined;
  /** Told right before the first byte, when nothing can keep the request back any more. */
  readonly onStart?: (() => void) | undefined;
  /** Told once the whole request has been written to the socket. */
  readonly onSent?: (() => void) | undefined;
}

/** Sends one request exactly once, or not at all. Rejects with a VenueError that names the phase it died in. */
export interface HttpClient {
  readonly send: (request: HttpRequest, hooks?: SendHooks) => Promise<HttpReply>;
  readonly close: () => Promise<void>;
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'FAILED';

const flatten = (headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );

/** Why the request stays unsent; null when it may start. Who cannot be asked has not agreed. */
function refusalOf(mayStart: () => boolean): { readonly what: string; readonly label: string } | null {
  try {
    return mayStart() ? null : { what: 'too late', label: 'TOO_LATE' };
  } catch (error) {
    return { what: errorText(error), label: 'NOT_ASKED' };
  }
}

/**
 * HTTP with what an order needs and a general client does not promise: one deadline that also covers the body, no
 * redirect, no retry, a bound on the answer, and the phase of every failure.
 */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { requestDeadlineMs, maxReplyBytes } = options;
  const pool = new Pool(new URL(options.baseUrl).origin, {
    connections: options.connections,
    pipelining: 1,
    connect: options.connect ?? { timeout: requestDeadlineMs },
    // The deadline below is the only time limit of a request.
    headersTimeout: 0,
    bodyTimeout: 0,
  });

  const send: HttpClient['send'] = (request, { mayStart = () => true, onStart, onSent } = {}) =>
    new Promise((resolve, reject) => {
      const { origin, pathname, search } = new URL(request.url);
      const url = `${origin}${pathname}`;
      const chunks: Buffer[] = [];
      let phase: RequestPhase = 'connect';
      let status = 0;
      let headers: Record<string, string> = {};
      let size = 0;
      let settled = false;
      let abort: ((reason: Error) => void) | null = null;

      const failed = (what: string, label: string, at: RequestPhase = phase): VenueError =>
        new VenueError(`${request.method} ${pathname}: ${what} (phase ${at})`, {
          url,
          phase: at,
          label,
          ...(status === 0 ? {} : { status }),
        });
      const settle = (finish: () => void): void => {
        if (settled) return;
        settled = true;
        clearTimeout(deadline);
        finish();
      };
      const fail = (error: VenueError): void => {
        settle(() => {
          reject(error);
          abort?.(error);
        });
      };
      const deadline = setTimeout(() => {
        fail(failed(`no complete answer within ${requestDeadlineMs} ms`, 'DEADLINE'));
      }, requestDeadlineMs);

      pool.dispatch(
        {
          path: pathname + search,
          method: request.method,
          headers: request.headers,
          body: request.body,
        },
        {
          onRequestStart: (controller) => {
            // Also reached when the deadline fired in the pool's queue, or if the client ever started a request again:
            // throwing here keeps it off the wire.
            if (settled || abort !== null) throw new Error('request is already over');
            const refusal = refusalOf(mayStart);
            if (refusal !== null) {
              const error = failed(`not sent: ${refusal.what}`, refusal.label, 'not-sent');
              fail(error);
              throw error;
            }
            abort = (reason) => controller.abort(reason);
            phase = 'headers';
            // The client writes head and body as soon as this returns, before any microtask can run.
            if (onSent) queueMicrotask(onSent);
            onStart?.();
          },
          onResponseStart: (_controller, statusCode, replyHeaders) => {
            // 1xx answers are only announcements.
            if (statusCode < 200) return;
            phase = 'body';
            status = statusCode;
            headers = flatten(replyHeaders);
          },
          onResponseData: (_controller, chunk) => {
            size += chunk.length;
            if (size > maxReplyBytes) fail(failed(`answer longer than ${maxReplyBytes} bytes`, 'TOO_LONG'));
            else if (!settled) chunks.push(chunk);
          },
          onResponseEnd: () => {
            settle(() => {
              try {
                const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks, size));
                resolve({ status, headers, text });
              } catch {
                reject(failed('answer is not UTF-8', 'NOT_UTF8'));
              }
            });
          },
          onResponseError: (_controller, error) => {
            abort = null;
            fail(failed(error.message, codeOf(error)));
          },
        },
      );
    });

  return { send, close: () => pool.destroy() };
}
