import type { Clock, EpochMs } from '@mtrade/base';
import type { Balances, Listing, OwnTrade, StopEvidence } from '@mtrade/engine';
import { asRows } from './answer.js';
import { createGateApi } from './gate-api.js';
import { type GateCall, apiBase, createGateSigner } from './gate-signer.js';
import { createHttpClient } from './http-client.js';
import { type KeyRights, askKeyRights } from './key-rights.js';
import { createListings } from './listings.js';
import { loadGateClass } from './load-gate-class.js';
import { measureClock } from './measure-clock.js';
import { type OrderRow, readBalance } from './rows.js';
import { createScrubber } from './scrub.js';
import { listAllStops } from './stop-scan.js';

/** Reads an account, changes nothing: it has no way to send an order. */
export interface AccountReader {
  /** To be called first: signatures carry the exchange's time. Rejects when the exchange does not answer. */
  readonly measureClock: () => Promise<void>;
  readonly balances: () => Promise<Balances>;
  /** Null when the exchange does not tell. */
  readonly keyRights: () => Promise<KeyRights | null>;
  readonly openOrders: (symbol: string) => Promise<Listing<OrderRow>>;
  /** Orders that ended since `fromMs`. */
  readonly finishedOrders: (symbol: string, fromMs: EpochMs) => Promise<Listing<OrderRow>>;
  readonly trades: (symbol: string, fromMs: EpochMs) => Promise<Listing<OwnTrade>>;
  /** Stops of all pairs, whoever made them: open ones, and those that ended since `fromMs`. */
  readonly stops: (fromMs: EpochMs) => Promise<Listing<StopEvidence>>;
  readonly close: () => Promise<void>;
}

export interface AccountReaderOptions {
  readonly restUrl: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  /** For each request as a whole, body included. */
  readonly requestDeadlineMs: number;
}

/** A Gate.io spot account to look at. Loads one ccxt class, makes no request by itself. */
export async function createGateAccountReader(
  options: AccountReaderOptions,
  clock: Clock,
): Promise<AccountReader> {
  let exchangeMinusMono: number | null = null;
  const exchangeNowMs = (): number =>
    Math.round(exchangeMinusMono === null ? clock.epochMs() : clock.monoMs() + exchangeMinusMono);
  const scrub = createScrubber([options.apiKey, options.apiSecret]);
  const sign = createGateSigner({ ...options, exchangeNowMs }, await loadGateClass());
  const http = createHttpClient({
    baseUrl: apiBase(options.restUrl),
    requestDeadlineMs: options.requestDeadlineMs,
    connections: 4,
    maxReplyBytes: 8 * 1024 * 1024,
  });
  const api = createGateApi({ sign, http, clock, exchangeNowMs, scrub });
  const get = (path: string, params: GateCall['params'], access = 'private' as const) =>
    api.read({ method: 'GET', section: 'spot', access, path, params });

  const lists = createListings(get, scrub);

  return {
    measureClock: async () => {
      const readTime = () =>
        api.read({ method: 'GET', section: 'spot', access: 'public', path: 'time', params: {} });
      ({ exchangeMinusMono } = await measureClock(readTime, clock));
    },
    balances: async () => Object.fromEntries(asRows(await get('accounts', {})).map(readBalance)),
    keyRights: () => askKeyRights(api, options.apiKey),
    openOrders: lists.openOrdersOf,
    finishedOrders: lists.finishedOrdersOf,
    trades: lists.tradesOf,
    stops: async (fromMs) => {
      const { rows, missing } = await listAllStops(api.read, fromMs, null);
      return { rows, missing: missing === null ? null : scrub(missing) };
    },
    close: () => http.close(),
  };
}
