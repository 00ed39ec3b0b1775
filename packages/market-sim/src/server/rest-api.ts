import type { Logger } from '@mtrade/log';
import type { Exchange } from '../core/exchange.js';
import { CancelCountdown } from './cancel-countdown.js';
import { GateError, requestExpired } from './gate-error.js';
import { RateLimiter, type RateLimits } from './rate-limit.js';
import { type RouteMatch, findRoute } from './rest-router.js';
import { bodyText } from './rest-types.js';
import type { KeyRing } from './signature.js';

/** A request as it came off the wire. `query` is the raw text behind the question mark. */
export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly header: (name: string) => string | undefined;
  readonly body: Buffer;
  readonly address: string;
}

export interface RestAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface RestApiDeps {
  readonly exchange: Exchange;
  readonly keys: KeyRing;
  readonly nowMs: () => number;
  readonly log: Logger;
}

/** Requests in, answers out: authentication, budget, expiry, then the route's handler. Knows nothing of sockets. */
export class RestApi {
  readonly #deps: RestApiDeps;
  readonly #limiter: RateLimiter;
  readonly #countdown: CancelCountdown;

  constructor(options: { readonly rateLimits?: RateLimits }, deps: RestApiDeps) {
    this.#deps = deps;
    this.#limiter = new RateLimiter(options.rateLimits ?? {});
    this.#countdown = new CancelCountdown(deps.exchange, deps.nowMs);
  }

  /** Never throws: an unexpected error is Gate's `SERVER_ERROR`. `hideNewerThanMs` belongs to a fault. */
  answer(request: RawRequest, hideNewerThanMs = 0): RestAnswer {
    try {
      return this.#serve(request, hideNewerThanMs);
    } catch (error) {
      if (error instanceof GateError)
        return { status: error.status, headers: error.headers, body: error.toBody() };
      this.#deps.log.error({ err: error, path: request.path }, 'exchange request failed');
      return {
        status: 500,
        headers: {},
        body: JSON.stringify({ label: 'SERVER_ERROR', message: 'Internal server error' }),
      };
    }
  }

  close(): void {
    this.#countdown.close();
  }

  #serve(request: RawRequest, hideNewerThanMs: number): RestAnswer {
    const nowMs = this.#deps.nowMs();
    const match = findRoute(request.method, request.path);
    if (match === null) throw new GateError(404, 'NOT_FOUND', 'Request path not found');
    if (match === 'wrong-method') throw new GateError(405, 'METHOD_NOT_ALLOWED', 'Method not allowed');
    const { route, params } = match;
    const userId = route.access === 'private' ? this.#authenticate(request, nowMs) : '';
    const body = parseBody(request.body);
    const headers = this.#takeBudget(match, request, userId, body, nowMs);
    if (route.order === true) refuseLate(request.header('x-gate-exptime'), nowMs);
    const call = {
      params,
      query: new URLSearchParams(request.query),
      body,
      userId,
      nowMs,
      hideNewerThanMs,
    };
    const { exchange, keys } = this.#deps;
    const value = route.handle(call, {
      exchange,
      countdown: this.#countdown,
      keyOf: (user) => keys.ofUser(user),
    });
    return { status: route.status ?? 200, headers, body: JSON.stringify(value) };
  }

  #authenticate(request: RawRequest, nowMs: number): string {
    const { method, path, query, body, header } = request;
    const signed = { key: header('key'), sign: header('sign'), timestamp: header('timestamp') };
    return this.#deps.keys.verifyRequest({ method, path, query, body, ...signed }, nowMs).userId;
  }

  #takeBudget(
    { route }: RouteMatch,
    request: RawRequest,
    userId: string,
    body: unknown,
    nowMs: number,
  ): Record<string, string> {
    const endpoint = `${route.method} ${route.path}`;
    if (route.access === 'public')
      return this.#limiter.take('public', `${request.address} ${endpoint}`, nowMs);
    const general = this.#limiter.take('private', `${userId} ${endpoint}`, nowMs);
    if (route.order !== true) return general;
    const first: unknown = Array.isArray(body) ? body[0] : body;
    const pair =
      typeof first === 'object' && first !== null ? bodyText({ ...first }, 'currency_pair') : undefined;
    return { ...general, ...this.#limiter.take('orders', `${userId} ${pair ?? ''}`, nowMs) };
  }
}

function parseBody(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    throw new GateError(400, 'INVALID_REQUEST_BODY', 'Invalid request body');
  }
}

/** The sender's own deadline: what arrives after it must not trade, however long the network held it. */
function refuseLate(deadline: string | undefined, nowMs: number): void {
  if (deadline === undefined) return;
  if (!/^\d{1,16}$/.test(deadline))
    throw new GateError(400, 'INVALID_PARAM_VALUE', 'Invalid request header `x-gate-exptime`');
  if (nowMs > Number(deadline))
    throw requestExpired(
      `request received after its expiration time, current_time:${Math.floor(nowMs)}, x-gate-exptime:${deadline}`,
    );
}
