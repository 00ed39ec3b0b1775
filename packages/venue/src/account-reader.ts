import { type Clock, type EpochMs, errorText } from '@mtrade/base';
import type { Fill } from '@mtrade/cycle';
import type { Balances } from '@mtrade/engine';
import { asRow, asRows, idField, optional, textField } from './answer.js';
import { createGateApi } from './gate-api.js';
import { apiBase, createGateSigner } from './gate-signer.js';
import { createHttpClient } from './http-client.js';
import { loadGateClass } from './load-gate-class.js';
import { measureClock } from './measure-clock.js';
import { PAGE_ROWS, readPages } from './pages.js';
import { type OrderRow, pairOf, readBalance, readFill, readOrder } from './rows.js';
import { createScrubber } from './scrub.js';

/** A list read to its end, or as far as it went: then `missing` says why, and absence from `rows` proves nothing. */
export interface Listing<T> {
  readonly rows: readonly T[];
  readonly missing: string | null;
}

/** One line of the own trades with the name under which its order was sent; empty when it had none. */
export interface OwnTrade {
  readonly clientOrderId: string;
  readonly exchangeOrderId: string;
  readonly fill: Fill;
}

/** Reads an account, changes nothing: it has no way to send an order. */
export interface AccountReader {
  /** To be called first: signatures carry the exchange's time. Rejects when the exchange does not answer. */
  readonly measureClock: () => Promise<void>;
  readonly balances: () => Promise<Balances>;
  readonly openOrders: (symbol: string) => Promise<Listing<OrderRow>>;
  /** Orders that ended since `fromMs`. */
  readonly finishedOrders: (symbol: string, fromMs: EpochMs) => Promise<Listing<OrderRow>>;
  readonly trades: (symbol: string, fromMs: EpochMs) => Promise<Listing<OwnTrade>>;
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
  const get = (
    path: string,
    params: Readonly<Record<string, string | number>>,
    access = 'private' as const,
  ) => api.read({ method: 'GET', section: 'spot', access, path, params });

  const list = async <T>(
    path: string,
    symbol: string,
    params: Readonly<Record<string, string | number>>,
    read: (row: unknown) => T,
  ): Promise<Listing<T>> => {
    const query = { currency_pair: pairOf(symbol), ...params };
    const { rows, missing } = await readPages((page) => get(path, { ...query, page, limit: PAGE_ROWS }));
    const good: T[] = [];
    let bad: string | null = null;
    for (const row of rows) {
      try {
        good.push(read(row));
      } catch (error) {
        bad = errorText(error);
      }
    }
    const why = missing ?? bad;
    return { rows: good, missing: why === null ? null : scrub(why) };
  };
  const seconds = (ms: number): number => Math.max(0, Math.floor(ms / 1_000));

  return {
    measureClock: async () => {
      const readTime = () =>
        api.read({ method: 'GET', section: 'spot', access: 'public', path: 'time', params: {} });
      ({ exchangeMinusMono } = await measureClock(readTime, clock));
    },
    balances: async () => Object.fromEntries(asRows(await get('accounts', {})).map(readBalance)),
    openOrders: (symbol) => list('orders', symbol, { status: 'open' }, (row) => readOrder(row, symbol)),
    finishedOrders: (symbol, fromMs) =>
      list('orders', symbol, { status: 'finished', from: seconds(fromMs) }, (row) => readOrder(row, symbol)),
    trades: (symbol, fromMs) =>
      list('my_trades', symbol, { from: seconds(fromMs) }, (row) => {
        const exchangeOrderId = idField(asRow(row), 'order_id');
        return {
          clientOrderId: optional(asRow(row), 'text', textField) ?? '',
          exchangeOrderId,
          fill: readFill(row, symbol, exchangeOrderId),
        };
      }),
    close: () => http.close(),
  };
}
