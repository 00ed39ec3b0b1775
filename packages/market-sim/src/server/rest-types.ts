import type { Exchange } from '../core/exchange.js';
import type { Result } from '../core/result.js';
import type { PairSpec } from '../core/types.js';
import type { ApiKey } from './signature.js';
import type { CancelCountdown } from './cancel-countdown.js';
import { GateError, invalidParam, missingParam, unknownPair } from './gate-error.js';

/** A request as a handler sees it: already authenticated when its route is private. */
export interface RestCall {
  /** Path segments that stand for a `:name` in the route. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Parsed JSON body; undefined when there was none. */
  readonly body: unknown;
  /** Empty on public routes. */
  readonly userId: string;
  /** Arrival, by the exchange's clock. */
  readonly nowMs: number;
  /** Rows younger than this are left out of the answer (a fault); 0 = none. */
  readonly hideNewerThanMs: number;
}

/** What handlers may use. */
export interface RestServices {
  readonly exchange: Exchange;
  readonly countdown: CancelCountdown;
  readonly keyOf: (userId: string) => ApiKey | undefined;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE' | 'PATCH' | 'PUT';
  /** Below `/api/v4`; a segment `:name` matches anything. */
  readonly path: string;
  readonly access: 'public' | 'private';
  /** Default 200. */
  readonly status?: number;
  /** Counts against the order budget, and honours `x-gate-exptime`. */
  readonly order?: boolean;
  readonly handle: (call: RestCall, services: RestServices) => unknown;
}

/** The value of a core result; a refusal becomes the HTTP error of its label. */
export function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new GateError(result.error.status, result.error.label, result.error.message);
}

export function pairOf(exchange: Exchange, id: string | null | undefined): PairSpec {
  if (id === null || id === undefined || id === '') throw missingParam('currency_pair');
  const pair = exchange.pair(id);
  if (pair === undefined) throw unknownPair(id);
  return pair;
}

export const optionalPair = (exchange: Exchange, id: string | null): PairSpec | undefined =>
  id === null || id === '' ? undefined : pairOf(exchange, id);

/** A whole number of the query within bounds, or `fallback` when absent. */
export function wholeNumber(
  query: URLSearchParams,
  name: string,
  fallback: number,
  min: number,
  max: number,
): number {
  const given = query.get(name);
  if (given === null || given === '') return fallback;
  const value = Number(given);
  if (!/^\d{1,13}$/.test(given) || value < min || value > max)
    throw invalidParam(`Invalid request parameter \`${name}\` value: ${given.slice(0, 40)}`);
  return value;
}

/** `from` or `to`: seconds on the wire, milliseconds inside. Undefined when absent. */
export function secondsAsMs(query: URLSearchParams, name: string): number | undefined {
  const given = query.get(name);
  if (given === null || given === '') return undefined;
  if (!/^\d{1,12}$/.test(given)) throw invalidParam(`Invalid request parameter \`${name}\` value: ${given}`);
  return Number(given) * 1_000;
}

export function recordBody(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new GateError(400, 'INVALID_REQUEST_BODY', 'Invalid request body');
  return body as Record<string, unknown>;
}

/** A text field of a JSON body; a JSON number is taken as its digits, as the exchange does. */
export function bodyText(body: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw invalidParam(`Invalid request parameter \`${name}\``);
}
