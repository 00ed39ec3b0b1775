import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { GateError, requestExpired } from './gate-error.js';

export interface ApiKey {
  readonly key: string;
  readonly secret: string;
  readonly userId: string;
  /** Refuses everything that is not a GET. */
  readonly readOnly?: boolean;
  /** Rights beside those to the spot account, such as `wallet`; only told, never needed here. */
  readonly moreRights?: readonly string[];
}

/** A signature older or younger than this is refused (APIv4 documentation). */
export const SIGNATURE_WINDOW_S = 60;

/** What is signed of a request. `query` is the text behind the question mark, as it came. */
export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly body: string | Buffer;
  readonly key: string | undefined;
  readonly sign: string | undefined;
  readonly timestamp: string | undefined;
}

const sha512 = (body: string | Buffer): string => createHash('sha512').update(body).digest('hex');
const hmac512 = (secret: string, text: string): string =>
  createHmac('sha512', secret).update(text).digest('hex');

/** The SIGN header of an APIv4 request: HMAC-SHA512 over method, path, query, SHA-512 of the body, and seconds. */
export const signRequest = (
  secret: string,
  request: Pick<SignedRequest, 'method' | 'path' | 'query' | 'body'> & { readonly timestamp: string },
): string =>
  hmac512(
    secret,
    [request.method, request.path, request.query, sha512(request.body), request.timestamp].join('\n'),
  );

/** The `auth.SIGN` of a private subscription. */
export const signSubscription = (secret: string, channel: string, event: string, timeS: number): string =>
  hmac512(secret, `channel=${channel}&event=${event}&time=${timeS}`);

function sameText(expected: string, given: string): boolean {
  const left = Buffer.from(expected);
  const right = Buffer.from(given.toLowerCase());
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Gate signs the query before URL encoding; clients that encode first are accepted too when the text is the same. */
function decoded(query: string): string {
  try {
    return decodeURIComponent(query);
  } catch {
    return query;
  }
}

export class KeyRing {
  readonly #keys = new Map<string, ApiKey>();

  constructor(keys: readonly ApiKey[]) {
    for (const key of keys) this.#keys.set(key.key, key);
  }

  /** Who sent this request. Throws the `GateError` that the exchange answers with. */
  verifyRequest(request: SignedRequest, nowMs: number): ApiKey {
    const { key, sign, timestamp } = request;
    if (timestamp === undefined) throw missingHeader('Timestamp');
    if (key === undefined) throw missingHeader('KEY');
    if (sign === undefined) throw missingHeader('SIGN');
    // The exchange judges the time before the key: a stale request with an unknown key is REQUEST_EXPIRED.
    checkWindow(Number(timestamp), nowMs);
    const owner = this.#owner(key);
    const expected = signRequest(owner.secret, { ...request, timestamp, query: decoded(request.query) });
    if (!sameText(expected, sign) && !sameText(signRequest(owner.secret, { ...request, timestamp }), sign))
      throw new GateError(401, 'INVALID_SIGNATURE', 'Signature mismatch');
    if (owner.readOnly === true && request.method !== 'GET')
      throw new GateError(403, 'READ_ONLY', 'Key is read only');
    return owner;
  }

  /** Who asks for a private channel. Throws like `verifyRequest`. */
  verifySubscription(
    auth: { readonly key: string; readonly sign: string; readonly channel: string; readonly event: string },
    timeS: number,
    nowMs: number,
  ): ApiKey {
    checkWindow(timeS, nowMs);
    const owner = this.#owner(auth.key);
    if (!sameText(signSubscription(owner.secret, auth.channel, auth.event, timeS), auth.sign))
      throw new GateError(401, 'INVALID_SIGNATURE', 'Signature mismatch');
    return owner;
  }

  ofUser(userId: string): ApiKey | undefined {
    return [...this.#keys.values()].find((key) => key.userId === userId);
  }

  #owner(key: string): ApiKey {
    const owner = this.#keys.get(key);
    if (owner === undefined) throw new GateError(401, 'INVALID_KEY', 'Invalid key provided');
    return owner;
  }
}

const missingHeader = (name: string): GateError =>
  new GateError(400, 'MISSING_REQUIRED_HEADER', `Missing required header: ${name}`);

function checkWindow(timestampS: number, nowMs: number): void {
  const gapS = Math.abs(nowMs / 1_000 - timestampS);
  if (!(gapS <= SIGNATURE_WINDOW_S))
    throw requestExpired(
      `gap between request Timestamp and server time exceeds ${SIGNATURE_WINDOW_S}, ` +
        `current_time:${Math.floor(nowMs / 1_000)}, header.timestamp:${timestampS}`,
    );
}
