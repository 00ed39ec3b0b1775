import { startExchangeServer } from '@mtrade/market-sim';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  ADMIN_TOKEN,
  KEY,
  OTHER_KEY,
  type TestExchange,
  json,
  marketBuy,
  orderCall,
  raw,
  rawPrivate,
  rows,
  signed,
  startTestExchange,
} from './server-harness.js';

let exchange: TestExchange;
beforeEach(async () => {
  exchange = await startTestExchange();
});
afterEach(() => exchange.close());

const label = (text: string): unknown => (JSON.parse(text) as { label: unknown }).label;
const accounts = { path: '/api/v4/spot/accounts' };

describe('APIv4 signatures', () => {
  test('a request without the three headers is refused, and the missing one is named', async () => {
    const answer = await raw(exchange.port, accounts);

    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text)).toEqual({
      label: 'MISSING_REQUIRED_HEADER',
      message: 'Missing required header: Timestamp',
    });
  });

  test('N17: an unknown key is INVALID_KEY, a wrong secret INVALID_SIGNATURE, both 401', async () => {
    const unknown = signed(exchange, accounts, { key: 'nobody', secret: 'x' });
    const wrong = signed(exchange, accounts, { key: KEY.key, secret: 'not the secret' });

    const first = await raw(exchange.port, { ...accounts, headers: unknown });
    const second = await raw(exchange.port, { ...accounts, headers: wrong });

    expect([first.status, label(first.text)]).toEqual([401, 'INVALID_KEY']);
    expect([second.status, label(second.text)]).toEqual([401, 'INVALID_SIGNATURE']);
  });

  test('the signature covers the body: a changed amount is INVALID_SIGNATURE and places nothing', async () => {
    const call = orderCall();
    const headers = signed(exchange, call);

    const answer = await raw(exchange.port, {
      ...call,
      headers,
      body: call.body?.replace('0.001', '0.002') ?? '',
    });

    expect([answer.status, label(answer.text)]).toEqual([401, 'INVALID_SIGNATURE']);
    expect(exchange.records().orders).toEqual([]);
  });

  test.each([-61, 61])(
    'N19: a clock %i s off is REQUEST_EXPIRED (403), even with an unknown key',
    async (offS) => {
      const nowS = Math.floor(exchange.nowMs() / 1_000);
      const headers = signed(exchange, accounts, { key: 'nobody', secret: 'x' }, nowS + offS);

      const answer = await raw(exchange.port, { ...accounts, headers });

      expect([answer.status, label(answer.text)]).toEqual([403, 'REQUEST_EXPIRED']);
    },
  );

  test('a clock 60 s off is accepted', async () => {
    const nowS = Math.floor(exchange.nowMs() / 1_000);
    const headers = signed(exchange, accounts, KEY, nowS - 60);

    const answer = await raw(exchange.port, { ...accounts, headers });

    expect(answer.status).toBe(200);
  });

  test('a read-only key reads, and is refused everything else (N18)', async () => {
    const readOnly = await startTestExchange({ apiKeys: [{ ...KEY, readOnly: true }] });

    const read = await rawPrivate(readOnly, accounts);
    const write = await rawPrivate(readOnly, orderCall());
    await readOnly.close();

    expect(read.status).toBe(200);
    expect([write.status, label(write.text)]).toEqual([403, 'READ_ONLY']);
  });

  test('a user sees his own orders only', async () => {
    await rawPrivate(exchange, orderCall());
    const call = { path: '/api/v4/spot/open_orders' };

    const answer = await raw(exchange.port, { ...call, headers: signed(exchange, call, OTHER_KEY) });

    expect(JSON.parse(answer.text)).toEqual([]);
  });
});

describe('every answer', () => {
  test('carries the microseconds of its arrival and departure by the clock of the exchange', async () => {
    const answer = await raw(exchange.port, { path: '/api/v4/spot/time' });

    expect(answer.headers['x-in-time']).toBe(String(exchange.nowMs() * 1_000));
    expect(answer.headers['x-out-time']).toBe(String(exchange.nowMs() * 1_000));
    expect(JSON.parse(answer.text)).toEqual({ server_time: exchange.nowMs() });
  });

  test.each([
    ['GET', '/api/v4/spot/nothing', 404, 'NOT_FOUND'],
    ['PUT', '/api/v4/spot/time', 405, 'METHOD_NOT_ALLOWED'],
    ['GET', '/api/v4/spot/order_book?currency_pair=XXX_USDT', 400, 'INVALID_CURRENCY_PAIR'],
    ['GET', '/api/v4/spot/order_book', 400, 'MISSING_REQUIRED_PARAM'],
    ['GET', '/api/v4/spot/currencies/XXX', 400, 'INVALID_CURRENCY'],
    ['GET', '/api/v4/spot/candlesticks?currency_pair=BTC_USDT&interval=3m', 400, 'INVALID_PARAM_VALUE'],
    [
      'GET',
      '/api/v4/spot/candlesticks?currency_pair=BTC_USDT&from=1&to=99999999',
      400,
      'INVALID_PARAM_VALUE',
    ],
    ['GET', '/sim/records', 403, 'FORBIDDEN'],
  ])('%s %s is refused as %i %s', async (method, path, status, expected) => {
    const answer = await raw(exchange.port, { method, path });

    expect([answer.status, label(answer.text)]).toEqual([status, expected]);
  });

  test('a body over 1 MiB is refused without being kept', async () => {
    const answer = await raw(exchange.port, { ...orderCall(), body: 'x'.repeat(1_100_000) }).catch(
      (error: NodeJS.ErrnoException) => error.code,
    );

    expect([413, 'ECONNRESET', 'EPIPE']).toContain(typeof answer === 'object' ? answer.status : answer);
  });
});

describe('orders', () => {
  test('a market buy is answered 201 with its fills, fee and end', async () => {
    const { status, body } = await json(exchange, marketBuy());

    expect(status).toBe(201);
    expect(body).toMatchObject({
      text: 't-test',
      status: 'closed',
      finish_as: 'filled',
      amount: '60',
      fee_currency: 'BTC',
      create_time: '1800000000',
      create_time_ms: 1_800_000_000_000,
    });
    expect(Number(body['filled_total'])).toBeGreaterThan(59);
    expect(Number(body['filled_amount'])).toBeGreaterThan(0);
  });

  test('an order without fills has no average price', async () => {
    const { body } = await json(exchange, orderCall());

    expect(body).not.toHaveProperty('avg_deal_price');
    expect(body).toMatchObject({ status: 'open', finish_as: 'open', filled_amount: '0' });
  });

  test('an amount as a JSON number is taken as its digits', async () => {
    const { status, body } = await json(exchange, orderCall({ amount: 0.001 }));

    expect([status, body['amount']]).toEqual([201, '0.001']);
  });

  test.each([
    [{ amount: undefined }, 'MISSING_REQUIRED_PARAM'],
    [{ price: undefined }, 'MISSING_REQUIRED_PARAM'],
    [{ side: 'hold' }, 'INVALID_PARAM_VALUE'],
    [{ type: 'stop' }, 'INVALID_PARAM_VALUE'],
    [{ time_in_force: 'day' }, 'INVALID_PARAM_VALUE'],
    [{ text: 'no-prefix' }, 'INVALID_PARAM_VALUE'],
    [{ text: `t-${'x'.repeat(29)}` }, 'INVALID_PARAM_VALUE'],
    [{ currency_pair: 'XXX_USDT' }, 'INVALID_CURRENCY_PAIR'],
    [{ account: 'margin' }, 'MARGIN_NOT_SUPPORTED'],
    [{ amount: '1' }, 'BALANCE_NOT_ENOUGH'],
    [{ amount: { a: 1 } }, 'INVALID_PARAM_VALUE'],
    [{ time_in_force: 'poc', price: '60000' }, 'POC_FILL_IMMEDIATELY'],
  ])('%j is refused with 400 and its label', async (fields, expected) => {
    const { status, body } = await json(exchange, orderCall(fields));

    expect([status, body['label']]).toEqual([400, expected]);
    expect(exchange.records().orders).toEqual([]);
  });

  test('a body that is no JSON is INVALID_REQUEST_BODY', async () => {
    const { status, body } = await json(exchange, { ...orderCall(), body: '{"currency_pair":' });

    expect([status, body['label']]).toEqual([400, 'INVALID_REQUEST_BODY']);
  });

  test('an order that arrives after its x-gate-exptime is refused and places nothing (N03)', async () => {
    const late = String(exchange.nowMs() - 1);

    const { status, body } = await json(exchange, orderCall({}, { 'x-gate-exptime': late }));

    expect([status, body['label']]).toEqual([403, 'REQUEST_EXPIRED']);
    expect(exchange.records().orders).toEqual([]);
  });

  test('an order that arrives at its x-gate-exptime is placed', async () => {
    const { status } = await json(exchange, orderCall({}, { 'x-gate-exptime': String(exchange.nowMs()) }));

    expect(status).toBe(201);
  });

  test('a custom id finds an order only while it is pending', async () => {
    const { body } = await json(exchange, orderCall());
    const byText = { path: '/api/v4/spot/orders/t-test?currency_pair=BTC_USDT' };

    const pending = await json(exchange, byText);
    await rawPrivate(exchange, {
      method: 'DELETE',
      path: `/api/v4/spot/orders/${String(body['id'])}?currency_pair=BTC_USDT`,
    });
    const ended = await json(exchange, byText);

    expect([pending.status, pending.body['id']]).toEqual([200, body['id']]);
    expect([ended.status, ended.body['label']]).toEqual([404, 'CLIENT_ID_NOT_FOUND']);
  });

  test('a filled order is not found by its custom id, but by its id, the finished list and the trades', async () => {
    const { body } = await json(exchange, marketBuy({ text: 't-gone' }));
    const id = String(body['id']);

    const byText = await json(exchange, { path: '/api/v4/spot/orders/t-gone?currency_pair=BTC_USDT' });
    const byId = await json(exchange, { path: `/api/v4/spot/orders/${id}?currency_pair=BTC_USDT` });
    const finished = await rows(exchange, {
      path: '/api/v4/spot/orders?currency_pair=BTC_USDT&status=finished',
    });
    const trades = await rows(exchange, {
      path: `/api/v4/spot/my_trades?currency_pair=BTC_USDT&order_id=${id}`,
    });

    expect(byText.body['label']).toBe('CLIENT_ID_NOT_FOUND');
    expect(byId.body['text']).toBe('t-gone');
    expect(finished.map((order) => order['text'])).toEqual(['t-gone']);
    expect(trades.every((trade) => trade['text'] === 't-gone' && trade['order_id'] === id)).toBe(true);
    expect(trades.length).toBeGreaterThan(0);
  });

  test('finished orders are ranged by the time of their end, not of their start', async () => {
    const { body } = await json(exchange, orderCall());
    const startS = Math.floor(exchange.nowMs() / 1_000);
    exchange.advance(10_000);
    exchange.setMid('BTC/USDT', '39000');
    const range = (from: number, to: number) => ({
      path: `/api/v4/spot/orders?currency_pair=BTC_USDT&status=finished&from=${from}&to=${to}`,
    });

    const atStart = await rows(exchange, range(startS - 5, startS + 5));
    const atEnd = await rows(exchange, range(startS + 10, startS + 10));

    expect(atStart).toEqual([]);
    expect(atEnd.map((order) => order['id'])).toEqual([body['id']]);
  });

  test('X28: own trades are listed for a week unless a begin is named, and for a month at most', async () => {
    await rawPrivate(exchange, marketBuy({ text: 't-old' }));
    const trades = { path: '/api/v4/spot/my_trades' };
    expect(await rows(exchange, trades)).not.toEqual([]);
    exchange.advance(8 * 86_400_000);
    const now = Math.floor(exchange.nowMs() / 1_000);
    const from = (days: number) => ({ path: `${trades.path}?from=${now - days * 86_400}` });

    expect(await rows(exchange, trades)).toEqual([]);
    expect(await rows(exchange, from(29))).not.toEqual([]);
    expect(await json(exchange, from(31))).toMatchObject({
      status: 400,
      body: { label: 'INVALID_PARAM_VALUE' },
    });
  });

  test('open orders of all pairs come at once; a page is one of each pair', async () => {
    for (let n = 0; n < 3; n += 1)
      for (const pair of ['BTC_USDT', 'ETH_USDT'])
        await rawPrivate(
          exchange,
          orderCall({ currency_pair: pair, amount: '0.01', price: '1000', text: `t-${n}` }),
        );
    const page = (number: number) =>
      rows(exchange, { path: `/api/v4/spot/open_orders?limit=2&page=${number}` });

    const [first, second] = [await page(1), await page(2)];

    const counts = (groups: typeof first) =>
      groups.map(({ total, orders }) => [total, (orders as []).length]);
    expect(counts(first)).toEqual([
      [3, 2],
      [3, 2],
    ]);
    expect(counts(second)).toEqual([
      [3, 1],
      [3, 1],
    ]);
  });

  test('lists come in pages; a page over 1000 rows (100 for open orders) is refused (N30)', async () => {
    for (let n = 0; n < 5; n += 1) await rawPrivate(exchange, marketBuy({ amount: '10', text: `t-${n}` }));
    const list = (query: string) => ({ path: `/api/v4/spot/orders?currency_pair=BTC_USDT&${query}` });

    const pages = await Promise.all(
      [1, 2, 3].map((page) => rows(exchange, list(`status=finished&limit=2&page=${page}`))),
    );
    const tooMany = await json(exchange, list('status=finished&limit=1001'));
    const tooManyOpen = await json(exchange, list('status=open&limit=101'));

    expect(pages.flat().map((order) => order['text'])).toEqual(['t-4', 't-3', 't-2', 't-1', 't-0']);
    expect(tooMany.status).toBe(400);
    expect(tooManyOpen.status).toBe(400);
  });

  test('a batch answers each order by itself', async () => {
    const good = JSON.parse(orderCall({ text: 't-good' }).body ?? '') as object;
    const bad = JSON.parse(orderCall({ text: 't-bad', amount: '1' }).body ?? '') as object;

    const batch = await rows(exchange, {
      method: 'POST',
      path: '/api/v4/spot/batch_orders',
      body: JSON.stringify([good, bad]),
    });

    expect(batch.map((row) => [row['text'], row['succeeded'], row['label']])).toEqual([
      ['t-good', true, ''],
      ['t-bad', false, 'BALANCE_NOT_ENOUGH'],
    ]);
  });

  test('an untradable pair refuses orders', async () => {
    const freeze = {
      method: 'POST',
      path: '/sim/trade-status',
      headers: { 'x-sim-token': ADMIN_TOKEN },
      body: JSON.stringify({ symbol: 'BTC/USDT', status: 'untradable' }),
    };

    const frozen = await raw(exchange.port, freeze);
    const { status, body } = await json(exchange, orderCall());

    expect(frozen.status).toBe(200);
    expect([status, body['label']]).toEqual([400, 'TRADE_RESTRICTED']);
  });
});

describe('rate limits', () => {
  test('N14: one request too many is 429 TOO_MANY_REQUESTS with the headers, and the window passes', async () => {
    const limited = await startTestExchange({
      rateLimits: { public: { requests: 2, windowMs: 10_000 }, orders: { requests: 1, windowMs: 1_000 } },
    });
    const time = { path: '/api/v4/spot/time' };

    const allowed = await raw(limited.port, time);
    await raw(limited.port, time);
    const refused = await raw(limited.port, time);
    const other = await raw(limited.port, { path: '/api/v4/spot/currency_pairs' });
    const order = await rawPrivate(limited, orderCall());
    const secondOrder = await rawPrivate(limited, orderCall());
    limited.advance(10_000);
    const later = await raw(limited.port, time);
    await limited.close();

    expect(allowed.headers['x-gate-ratelimit-requests-remain']).toBe('1');
    expect([refused.status, label(refused.text)]).toEqual([429, 'TOO_MANY_REQUESTS']);
    expect(refused.headers).toMatchObject({
      'x-gate-ratelimit-limit': '2',
      'x-gate-ratelimit-requests-remain': '0',
      'x-gate-ratelimit-reset-timestamp': '1800000010',
    });
    expect([other.status, order.status, secondOrder.status, later.status]).toEqual([200, 201, 429, 200]);
    expect(limited.records().orders).toHaveLength(1);
  });
});

describe('operator routes', () => {
  const admin = (method: string, path: string, body?: object) =>
    raw(exchange.port, {
      method,
      path: `/sim${path}`,
      headers: { 'x-sim-token': ADMIN_TOKEN },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  test('do not exist when the exchange was started without a token', async () => {
    const closed = await startExchangeServer({ apiKeys: [KEY] }, { exchange: exchange.exchange });

    const answer = await raw(closed.port, { path: '/sim/records', headers: { 'x-sim-token': '' } });
    await closed.close();

    expect(answer.status).toBe(404);
  });

  test('set a quote, move coins, and show everything that happened', async () => {
    const quote = await admin('POST', '/quote', { symbol: 'BTC/USDT', bid: '40000.0', ask: '40000.1' });
    await admin('POST', '/deposit', { currency: 'BTC', amount: '0.5' });
    await admin('POST', '/withdraw', { currency: 'USDT', amount: '9000' });
    const tooMuch = await admin('POST', '/withdraw', { currency: 'USDT', amount: '9000' });
    await rawPrivate(exchange, marketBuy());
    const records = JSON.parse((await admin('GET', '/records')).text) as Record<string, unknown[]>;
    const requests = JSON.parse((await admin('GET', '/requests')).text) as Record<string, unknown>[];

    expect(JSON.parse(quote.text)).toMatchObject({ bid: '40000.0', ask: '40000.1' });
    expect([tooMuch.status, label(tooMuch.text)]).toEqual([400, 'BALANCE_NOT_ENOUGH']);
    expect(records['orders']).toHaveLength(1);
    expect(records['transfers']).toHaveLength(3);
    expect(records['balances']).toHaveProperty(['1000', 'BTC']);
    expect(requests).toMatchObject([
      { method: 'POST', path: '/api/v4/spot/orders', text: 't-test', status: 201 },
    ]);
  });

  test('a wrong fault rule is refused with the key that is wrong', async () => {
    const answer = await admin('POST', '/faults', { match: { transport: 'rest' }, fault: { kind: 'drop' } });

    expect(answer.status).toBe(400);
    expect(answer.text).toContain('fault.process');
  });
});

test('a port that is taken is a coded error that names the address', async () => {
  await expect(startTestExchange({ port: exchange.port })).rejects.toMatchObject({
    code: 'MTRADE_EXCHANGE_UNAVAILABLE',
    message: expect.stringContaining(String(exchange.port)) as string,
  });
});
