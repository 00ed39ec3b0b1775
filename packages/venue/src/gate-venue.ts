import { type Clock, type EpochMs, errorText } from '@mtrade/base';
import type { MarketRules } from '@mtrade/cycle';
import { HISTORY_REACH_MS, type RestPrice, type Venue, type VenueNews } from '@mtrade/engine';
import type { Logger } from '@mtrade/log';
import type { Decimal } from '@mtrade/money';
import { amountField, asRow, asRows, type Row, textField } from './answer.js';
import { createGateApi } from './gate-api.js';
import { type GateCall, apiBase, createGateSigner } from './gate-signer.js';
import { createPlacer } from './placer.js';
import { createRehearsal, type Rehearsal } from './rehearsal.js';
import { createGateStops } from './gate-stops.js';
import { createHttpClient, type HttpClient } from './http-client.js';
import { type KeyRights, askKeyRights } from './key-rights.js';
import { createListings } from './listings.js';
import { loadGateClass } from './load-gate-class.js';
import { measureClock } from './measure-clock.js';
import { PAGE_ROWS, readPages } from './pages.js';
import { pairOf, readBalance, readFill, readOrder, readRules } from './rows.js';
import { readBook, readTicker } from './rest-price.js';
import { scanForOrder } from './scan.js';
import { createScrubber } from './scrub.js';
import { VenueError } from './venue-error.js';

export interface GateVenueOptions {
  /** `https://api.gateio.ws/api/v4`; `https://host` alone means the same path on that host. */
  readonly restUrl: string;
  /** Empty for public data only. */
  readonly apiKey: string;
  readonly apiSecret: string;
  /** Configured pairs: an order for any other is not sent. */
  readonly symbols: readonly string[];
  /** For each request as a whole, body included. */
  readonly requestDeadlineMs?: number;
}

export interface GateVenueDeps {
  readonly log: Logger;
  readonly clock: Clock;
  /** How requests travel; a client of our own for `restUrl` when not given. */
  readonly http?: HttpClient;
  readonly onNews?: (news: VenueNews) => void;
}

/** What the engine uses of an exchange, and what a start asks besides. */
export interface GateVenue extends Venue {
  /** Null when the exchange does not tell. Rejects with a VenueError, also where a key may not ask. */
  readonly keyRights: () => Promise<KeyRights | null>;
  /** The same way of an order, up to an exchange in memory instead of the socket. */
  readonly rehearsal: Rehearsal;
  /** One small public request, so that a connection lies open when an order comes. Rejects with a VenueError. */
  readonly ping: () => Promise<void>;
}

/** Gate.io spot as the engine's `Venue`. Loads one ccxt class, makes no request. */
export async function createGateVenue(options: GateVenueOptions, deps: GateVenueDeps): Promise<GateVenue> {
  const { clock, log } = deps;
  const symbols = new Set(options.symbols);
  const scrub = createScrubber([options.apiKey, options.apiSecret]);
  // Once measured, the exchange's clock hangs on the monotonic one: a jump of the wall clock changes nothing (N20).
  let exchangeMinusMono: number | null = null;
  const exchangeNowMs = (): EpochMs =>
    Math.round(exchangeMinusMono === null ? clock.epochMs() : clock.monoMs() + exchangeMinusMono) as EpochMs;
  const sign = createGateSigner({ ...options, exchangeNowMs }, await loadGateClass());
  const http =
    deps.http ??
    createHttpClient({
      baseUrl: apiBase(options.restUrl),
      requestDeadlineMs: options.requestDeadlineMs ?? 5_000,
      connections: 16,
      maxReplyBytes: 8 * 1024 * 1024,
    });
  const api = createGateApi({ sign, http, clock, exchangeNowMs, scrub, onNews: deps.onNews });

  const get = (path: string, params: GateCall['params'] = {}, access: GateCall['access'] = 'private') =>
    api.read({ method: 'GET', section: 'spot', access, path, params });
  const rehearsal = createRehearsal({ sign, clock, scrub });
  const lists = createListings(get, scrub);
  /** A well-formed JSON answer of the wrong shape is a failed read like any other. */
  const reading = async <T>(what: string, read: () => Promise<T>): Promise<T> => {
    try {
      return await read();
    } catch (error) {
      if (error instanceof VenueError) throw error;
      const message = scrub(`${what}: ${errorText(error)}`);
      throw new VenueError(message, { url: options.restUrl, phase: 'answer' }, { cause: error });
    }
  };

  const accountFee = async (): Promise<Decimal | null> => {
    if (options.apiKey === '') return null;
    try {
      const answer = await api.read({
        method: 'GET',
        section: 'wallet',
        access: 'private',
        path: 'fee',
        params: {},
      });
      return amountField(asRow(answer), 'taker_fee');
    } catch (error) {
      log.warn({ reason: scrub(errorText(error)) }, 'no account fee: the fee of the pair is used');
      return null;
    }
  };

  return {
    place: createPlacer({ api, symbols, exchangeNowMs, scrub }),

    order: (symbol, exchangeOrderId) =>
      reading('order', async () => {
        const params = { order_id: exchangeOrderId, currency_pair: pairOf(symbol) };
        const { side: _, ...evidence } = readOrder(await get('orders/{order_id}', params), symbol);
        if (evidence.exchangeOrderId !== exchangeOrderId)
          throw new Error('the answer is about another order');
        return evidence;
      }),

    fills: (symbol, exchangeOrderId) =>
      reading('trades of an order', async () => {
        // Without a begin only the last week is listed, and a stop may have been longer (X28).
        const from = Math.ceil((exchangeNowMs() - HISTORY_REACH_MS) / 1_000);
        const params = { currency_pair: pairOf(symbol), order_id: exchangeOrderId, from };
        const { rows, missing } = await readPages((page) =>
          get('my_trades', { ...params, page, limit: PAGE_ROWS }),
        );
        if (missing !== null) throw new Error(missing);
        return rows.map((row) => readFill(row, symbol, exchangeOrderId));
      }),

    scan: (symbol, clientOrderId, fromMs) =>
      scanForOrder(api.read, { symbol, clientOrderId, fromMs, startedAtMs: exchangeNowMs() }, (reason) =>
        log.warn({ symbol, clientOrderId, reason: scrub(reason) }, 'scan is incomplete'),
      ),

    openOrders: lists.openOrders,
    trades: lists.trades,
    ...createGateStops({ api, exchangeNowMs, symbols, scrub, log, reading }),

    balances: () =>
      reading('balances', async () => Object.fromEntries(asRows(await get('accounts')).map(readBalance))),

    measureClock: () =>
      reading('clock', async () => {
        const measured = await measureClock(() => get('time', {}, 'public'), clock);
        ({ exchangeMinusMono } = measured);
        return measured;
      }),

    book: (symbol, depth) =>
      reading('order book', async () => {
        const sentMs = exchangeNowMs();
        const answer = await get('order_book', { currency_pair: pairOf(symbol), limit: depth }, 'public');
        return readBook(answer, symbol, { sentMs, answeredMs: exchangeNowMs() });
      }),

    tickers: (wanted) =>
      reading('tickers', async () => {
        const sentMs = exchangeNowMs();
        const rows = new Map<unknown, Row>();
        for (const row of asRows(await get('tickers', {}, 'public')).map(asRow))
          rows.set(row['currency_pair'], row);
        const at = { sentMs, answeredMs: exchangeNowMs() };
        return wanted.flatMap((symbol): RestPrice[] => {
          const row = rows.get(pairOf(symbol));
          return row === undefined ? [] : [readTicker(row, symbol, at)];
        });
      }),

    loadRules: (wanted) =>
      reading('market rules', async () => {
        const fee = await accountFee();
        const rows = new Map<string, unknown>();
        for (const row of asRows(await get('currency_pairs', {}, 'public')))
          rows.set(textField(asRow(row), 'id'), row);
        return wanted.flatMap((symbol): MarketRules[] => {
          const row = rows.get(pairOf(symbol));
          return row === undefined ? [] : [readRules(row, symbol, fee)];
        });
      }),

    keyRights: () => reading('rights of the key', () => askKeyRights(api, options.apiKey)),

    rehearsal,
    ping: async () => void (await get('time', {}, 'public')),

    close: async () => {
      await Promise.all([http.close(), rehearsal.close()]);
    },
  };
}
