import { createHash, createHmac } from 'node:crypto';
import { inspect } from 'node:util';
import { MtradeError } from '@mtrade/base';
import type { HttpRequest } from './http-client.js';
import type { CcxtGateClass } from './load-gate-class.js';

type Param = string | number | boolean;

export interface GateCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly section: 'account' | 'spot' | 'wallet';
  readonly access: 'public' | 'private';
  /** Below the section, with ccxt's placeholders: `orders/{order_id}`. */
  readonly path: string;
  /** JSON body of a POST, query of anything else; text stays exactly as it is given. */
  readonly params: Readonly<Record<string, Param | Readonly<Record<string, Param>>>>;
  /** Extra headers; they are not part of Gate's signature. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface GateSignerOptions {
  readonly restUrl: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  /** Exchange clock in ms. */
  readonly exchangeNowMs: () => number;
}

/** Builds and signs a request; does no I/O. */
export type GateSigner = (call: GateCall) => HttpRequest;

/** `https://host` alone means the API's usual place on that host. */
export function apiBase(restUrl: string): string {
  const { origin, pathname } = new URL(restUrl);
  const path = pathname.replace(/\/+$/, '');
  return origin + (path === '' ? '/api/v4' : path);
}

/**
 * Makes ccxt build and sign while our own client sends. The exchange object lives in this closure only: it holds the
 * secret in plain sight (order-protocol, fact O). Its own network access is cut off, so that it can neither send a second
 * request within an order (lazy market loading, N28) nor repeat one (N29).
 */
export function createGateSigner(options: GateSignerOptions, Gate: CcxtGateClass): GateSigner {
  class SigningGate extends Gate {
    override nonce(): number {
      return options.exchangeNowMs();
    }
    override fetch(): Promise<never> {
      throw new MtradeError('MTRADE_CONTRADICTION', 'ccxt tried to use the network by itself', {});
    }
    toJSON(): string {
      return '[exchange]';
    }
    [inspect.custom](): string {
      return '[exchange]';
    }
  }
  const exchange = new SigningGate({ enableRateLimit: false, options: { maxRetriesOnFailure: 0 } });
  Object.defineProperty(exchange, 'apiKey', { value: options.apiKey, enumerable: false });
  Object.defineProperty(exchange, 'secret', { value: options.apiSecret, enumerable: false });
  // Gate signs with SHA-512 only; node:crypto does it in native code.
  exchange.hash = (payload) => createHash('sha512').update(payload).digest('hex');
  exchange.hmac = (payload, secret) => createHmac('sha512', secret).update(payload).digest('hex');
  const base = apiBase(options.restUrl);
  for (const access of ['public', 'private'])
    for (const section of ['account', 'spot', 'wallet']) (exchange.urls.api[access] ??= {})[section] = base;

  return (call) => {
    const signed = exchange.sign(call.path, [call.access, call.section], call.method, call.params);
    return {
      method: signed.method,
      url: signed.url,
      headers: { accept: 'application/json', 'user-agent': 'mtrade', ...call.headers, ...signed.headers },
      body: signed.body ?? null,
    };
  };
}
