import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  Exchange,
  type ExchangeServer,
  pairSpec,
  scaledPrice,
  startExchangeServer,
} from '@mtrade/market-sim';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KEY, type RawAnswer, TestSocket, openSocket, raw, rawPrivate, signed } from './server-harness.js';

/** Recorded requests and answers of the real exchange; they are not part of the project. */
const data = process.env['MTRADE_DATA'] ?? '';
const excerpt = join(data, 'rest/ccxt_gate_excerpt');
const wiremock = join(data, 'rest/xchange_gateio_v4_wiremock/__files');
const frames = join(data, 'ws/cryptofeed_gateio_spot_2021-04-22/GATEIO.ws.1.0');
const present = [excerpt, wiremock, frames].every((path) => existsSync(path));
const reason = present ? '' : ' (skipped: MTRADE_DATA names no folder with the recordings)';

interface RequestCase {
  readonly method: string;
  readonly description?: string;
  readonly url: string;
  readonly body?: unknown;
}
interface ResponseCase {
  readonly method: string;
  readonly description?: string;
  readonly httpResponse: unknown;
}
const casesOf = <T>(file: string): T[] =>
  present ? (JSON.parse(readFileSync(join(excerpt, file), 'utf8')) as { cases: T[] }).cases : [];

const HTTP_METHODS: Readonly<Record<string, string>> = {
  createOrder: 'POST',
  createOrders: 'POST',
  createMarketBuyOrderWithCost: 'POST',
  editOrder: 'PATCH',
  cancelAllOrders: 'DELETE',
};

let server: ExchangeServer;
let socket: TestSocket;

beforeAll(async () => {
  const exchange = new Exchange({
    pairs: ['BTC/USDT', 'LTC/USDT', 'ETH/USDT'].map((symbol) =>
      pairSpec(symbol, { amountDecimals: 5, priceDecimals: 2, minQuote: '3' }),
    ),
    users: [KEY.userId],
  });
  for (const [symbol, price] of [
    ['BTC/USDT', '50000'],
    ['LTC/USDT', '70'],
    ['ETH/USDT', '3000'],
  ] as const)
    exchange.setQuote(symbol, { kind: 'mid', mid: scaledPrice(price) }, Date.now());
  for (const [currency, amount] of [
    ['USDT', '1000'],
    ['BTC', '1'],
  ] as const)
    exchange.deposit(KEY.userId, currency, amount, Date.now());
  server = await startExchangeServer({ apiKeys: [KEY] }, { exchange });
  socket = await openSocket(server);
});
afterAll(async () => {
  socket.close();
  await server.close();
});

const parsed = (answer: RawAnswer): unknown => JSON.parse(answer.text);
const first = (value: unknown): unknown => (Array.isArray(value) ? value[0] : value);
const keysOf = (value: unknown): string[] => Object.keys(value as object);

const call = (method: string, path: string, body?: object): Promise<RawAnswer> =>
  rawPrivate(server, {
    method,
    path: `/api/v4${path}`,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

const ltcOrder = {
  currency_pair: 'LTC_USDT',
  type: 'market',
  side: 'buy',
  amount: '5',
  time_in_force: 'ioc',
};
const btcRest = { currency_pair: 'BTC_USDT', type: 'limit', side: 'sell', amount: '0.001', price: '69662.3' };

describe.skipIf(!present)(`recorded requests${reason}`, () => {
  test.each(casesOf<RequestCase>('request_spot.json'))(
    '$method $description: $url',
    async ({ method, url, body }) => {
      const { pathname, searchParams } = new URL(url);
      // Recorded long ago: its time is moved to where the exchange still lists it.
      if (searchParams.has('from')) searchParams.set('from', String(Math.floor(Date.now() / 1_000) - 3_600));
      const search = searchParams.size === 0 ? '' : `?${searchParams.toString()}`;

      const answer = await rawPrivate(server, {
        method: HTTP_METHODS[method] ?? 'GET',
        path: `${pathname}${search}`,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });

      // Two of them name an order of somebody else; the exchange then says that it does not know it.
      const namesForeignOrder = /\/orders\/[\w-]+$/.test(pathname);
      const isNewOrder = pathname.endsWith('/orders') && body !== undefined;
      expect(answer.status).toBe(namesForeignOrder ? 404 : isNewOrder ? 201 : 200);
      expect(namesForeignOrder ? (parsed(answer) as { label: string }).label : 'ORDER_NOT_FOUND').toBe(
        'ORDER_NOT_FOUND',
      );
      const batch = method === 'createOrders' ? (parsed(answer) as { succeeded: boolean }[]) : [];
      expect(batch.filter(({ succeeded }) => !succeeded)).toEqual([]);
    },
  );
});

describe.skipIf(!present)(`recorded answers${reason}`, () => {
  /** How to make this exchange give an answer of the same kind. */
  const ours: Readonly<Record<string, () => Promise<unknown>>> = {
    fetchMyTrades: async () => {
      await call('POST', '/spot/orders', ltcOrder);
      return parsed(await call('GET', '/spot/my_trades?currency_pair=LTC_USDT'));
    },
    fetchClosedOrders: async () => {
      await call('POST', '/spot/orders', ltcOrder);
      return parsed(await call('GET', '/spot/orders?currency_pair=LTC_USDT&status=finished'));
    },
    fetchTrades: async () => {
      await call('POST', '/spot/orders', { ...ltcOrder, currency_pair: 'BTC_USDT' });
      return parsed(await call('GET', '/spot/trades?currency_pair=BTC_USDT'));
    },
    fetchTicker: async () => parsed(await call('GET', '/spot/tickers?currency_pair=BTC_USDT')),
    fetchOHLCV: async () =>
      parsed(await call('GET', '/spot/candlesticks?currency_pair=BTC_USDT&interval=1h&limit=1')),
    fetchOpenOrders: async () => {
      await call('POST', '/spot/orders', btcRest);
      return parsed(await call('GET', '/spot/open_orders'));
    },
    fetchTime: async () => parsed(await call('GET', '/spot/time')),
  };
  const cases = casesOf<ResponseCase>('response_spot.json').filter(
    // Price-triggered orders do not exist on this exchange.
    ({ description }) => description === undefined || !description.startsWith('trigger'),
  );

  test.each(cases)('$method $description: no recorded field is missing', async ({ method, httpResponse }) => {
    const answer = await ours[method]?.();

    const [recorded, given] = [first(httpResponse), first(answer)];
    expect(keysOf(given)).toEqual(expect.arrayContaining(keysOf(recorded)));
    const innerOrder = (value: unknown): object => (value as { orders?: object[] }).orders?.[0] ?? {};
    expect(keysOf(innerOrder(given))).toEqual(expect.arrayContaining(keysOf(innerOrder(recorded))));
  });

  const WIREMOCK: [file: string, method: string, path: string, body?: object][] = [
    ['api_v4_spot_accounts.json', 'GET', '/spot/accounts'],
    ['api_v4_spot_currencies.json', 'GET', '/spot/currencies'],
    ['api_v4_spot_currency_pairs.json', 'GET', '/spot/currency_pairs'],
    ['api_v4_spot_currency_pairs_chz_usdt.json', 'GET', '/spot/currency_pairs/BTC_USDT'],
    ['api_v4_spot_order_book.json', 'GET', '/spot/order_book?currency_pair=BTC_USDT'],
    ['api_v4_spot_tickers_btc-usdt.json', 'GET', '/spot/tickers?currency_pair=BTC_USDT'],
    ['api_v4_spot_my_trades.json', 'GET', '/spot/my_trades?currency_pair=LTC_USDT'],
    ['api_v4_spot_orders-valid-market-buy-order.json', 'POST', '/spot/orders', ltcOrder],
    ['api_v4_spot_orders-valid-limit-sell-order.json', 'POST', '/spot/orders', btcRest],
    ['api_v4_spot_orders.json', 'GET', '/spot/orders?currency_pair=BTC_USDT&status=open'],
  ];

  test.each(WIREMOCK)('%s: every recorded field is there with its type', async (file, method, path, body) => {
    const recorded = first(JSON.parse(readFileSync(join(wiremock, file), 'utf8')));

    const given = first(parsed(await call(method, path, body)));

    const types = (value: unknown, keys: readonly string[]): (readonly [string, string])[] =>
      keys.map((key) => [key, typeof (value as Record<string, unknown>)[key]]);
    const keys = keysOf(recorded);
    expect(types(given, keys)).toEqual(types(recorded, keys));
  });

  test('the recorded error bodies that this exchange can cause are the same, with their status', async () => {
    const errors = readdirSync(join(wiremock, 'exceptions'));
    const recorded = (name: string): { label: string } =>
      JSON.parse(
        readFileSync(join(wiremock, 'exceptions', errors.find((file) => file.includes(name)) ?? ''), 'utf8'),
      ) as { label: string };
    const accounts = { path: '/api/v4/spot/accounts' };
    const wrongKey = signed(server, accounts, { key: 'unknown', secret: '' });
    const wrongSecret = signed(server, accounts, { key: KEY.key, secret: '' });

    const answers = [
      await raw(server.port, { ...accounts, headers: wrongKey }),
      await raw(server.port, { ...accounts, headers: wrongSecret }),
      await call('POST', '/spot/orders', { ...ltcOrder, amount: '100000' }),
      await call('GET', '/spot/currencies/XXX'),
    ];

    expect(answers.map(({ status }) => status)).toEqual([401, 401, 400, 400]);
    expect(answers.slice(0, 2).map(parsed)).toEqual([recorded('invalid_key'), recorded('invalid_signature')]);
    expect(answers.slice(2).map((answer) => (parsed(answer) as { label: string }).label)).toEqual([
      recorded('balance-not-enough').label,
      recorded('invalid_currency').label,
    ]);
  });
});

describe.skipIf(!present)(`recorded frames${reason}`, () => {
  interface Recorded {
    readonly channel: string;
    readonly event: string;
    readonly result: Record<string, unknown>;
  }
  const recorded = (channel: string): Recorded => {
    const line = readFileSync(frames, 'utf8')
      .split('\n')
      .find((text) => text.includes(`"channel":"${channel}","event":"update"`));
    return JSON.parse((line ?? '').slice((line ?? '').indexOf('{'))) as Recorded;
  };

  test.each([
    ['spot.trades', ['BTC_USDT']],
    ['spot.tickers', ['BTC_USDT']],
    ['spot.candlesticks', ['1m', 'BTC_USDT']],
    ['spot.order_book_update', ['BTC_USDT', '100ms']],
  ])('%s: every recorded field is there with its type', async (channel, payload) => {
    const theirs = recorded(channel);

    socket.subscribe(channel, payload);
    await socket.next(channel, 'subscribe');
    await call('POST', '/spot/orders', { ...ltcOrder, currency_pair: 'BTC_USDT' });
    const given = await socket.next(channel);

    const types = (value: Record<string, unknown>): (readonly [string, string])[] =>
      keysOf(theirs.result).map((key) => [key, typeof value[key]]);
    expect(types(given.result)).toEqual(types(theirs.result));
    expect(given).toMatchObject({
      time: expect.any(Number) as number,
      time_ms: expect.any(Number) as number,
    });
  });
});
