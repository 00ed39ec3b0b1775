import { lookup, type LookupAddress } from 'node:dns';
import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { addressKind, hostKind } from '@mtrade/config';
import { cleanText } from '@mtrade/log';
import { DeliveryError } from './channel.js';

export interface Post {
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Addresses inside a network and plain http are the operator's explicit wish. */
  readonly allowPrivate: boolean;
}

export interface PostReply {
  readonly status: number;
  readonly text: string;
}

/** Enough for any reason a receiver gives; the rest is not read. */
const MAX_REPLY_BYTES = 4_096;
const MAX_WAIT_MS = 600_000;

/**
 * One POST to an address that the configuration names. Redirects are not followed and no proxy is used, so nothing but
 * that address is reached; a name is judged by what it resolves to at the moment of the connection (S14).
 */
export async function post(options: Post): Promise<PostReply> {
  const url = new URL(options.url);
  const kind = hostKind(url.hostname);
  if (!options.allowPrivate) {
    if (kind === 'private') throw refused(url.hostname);
    if (url.protocol !== 'https:' && kind !== 'loopback')
      throw new DeliveryError('http is not allowed', FINAL);
  }
  const reply = await send(url, options, kind === 'loopback' || options.allowPrivate);
  if (reply.status >= 200 && reply.status < 300) return reply;
  const words = cleanText(reply.text, 200);
  throw new DeliveryError(`the receiver answered HTTP ${reply.status}${words === '' ? '' : `: ${words}`}`, {
    retryAfterMs: reply.retryAfterMs,
    isFinal: reply.status < 500 && reply.status !== 408 && reply.status !== 429,
  });
}

const FINAL = { isFinal: true } as const;
const refused = (host: string): DeliveryError =>
  new DeliveryError(`${host} is an address inside a network; see alerts.allow_private`, FINAL);

type FullReply = PostReply & { readonly retryAfterMs: number | null };

function send(url: URL, { body, headers, signal }: Post, anyAddress: boolean): Promise<FullReply> {
  const request = url.protocol === 'https:' ? tlsRequest : plainRequest;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      {
        method: 'POST',
        agent: false,
        signal,
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        ...(anyAddress ? {} : { lookup: publicOnly }),
      },
      (incoming) => {
        let text = '';
        incoming.setEncoding('utf8');
        const done = (): void => {
          resolve({
            status: incoming.statusCode ?? 0,
            text,
            retryAfterMs: retryAfter(incoming.headers['retry-after']),
          });
          outgoing.destroy();
        };
        incoming.on('data', (chunk: string) => {
          text += chunk;
          if (text.length > MAX_REPLY_BYTES) done();
        });
        incoming.on('end', done);
        incoming.on('error', reject);
      },
    );
    outgoing.on('error', (error) => reject(signal.aborted ? new DeliveryError('no answer in time') : error));
    outgoing.end(body);
  });
}

/** The resolver's answer, refused as a whole when any of it lies inside a network: a name must not be a way in. */
const publicOnly: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
    const [first] = found ?? [];
    if (error !== null || first === undefined) return callback(error ?? refused(hostname), '');
    if (found.some(({ address }) => addressKind(address) !== 'public'))
      return callback(refused(hostname), '');
    if (options.all === true) return callback(null, found);
    return callback(null, first.address, first.family);
  });
};

const retryAfter = (value: string | undefined): number | null => {
  const seconds = Number(value);
  return value !== undefined && Number.isFinite(seconds) && seconds >= 0
    ? Math.min(MAX_WAIT_MS, seconds * 1_000)
    : null;
};
