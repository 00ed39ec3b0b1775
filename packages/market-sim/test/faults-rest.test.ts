import { REST_FAULTS, type RestFault } from '@mtrade/market-sim';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type RawAnswer,
  type TestExchange,
  json,
  marketBuy,
  orderCall,
  rawPrivate,
  rows,
  startTestExchange,
} from './server-harness.js';

let exchange: TestExchange;
beforeEach(async () => {
  exchange = await startTestExchange();
});
afterEach(() => exchange.close());

const seen = new Set<string>();
/** The next order request meets this fault. */
function onNextOrder(...faults: RestFault[]): void {
  for (const fault of faults) {
    seen.add(fault.kind);
    exchange.faults.add({
      id: fault.kind,
      match: { transport: 'rest', method: 'POST', path: '/api/v4/spot/orders', count: 1 },
      fault,
    });
  }
}

/** A whole answer, or the code of what went wrong at the socket. */
const send = (timeoutMs = 5_000): Promise<RawAnswer | string> =>
  rawPrivate(exchange, { ...orderCall(), timeoutMs }).catch(
    (error: NodeJS.ErrnoException) => error.code ?? '',
  );

const placed = (): number => exchange.records().orders.length;
const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe('the answer is lost', () => {
  test.each([
    ['N01 N04', true, 1],
    ['N02', false, 0],
  ])('%s: a dropped socket, processed %s', async (_, process, orders) => {
    onNextOrder({ kind: 'drop', process });

    expect(await send()).toBe('ECONNRESET');
    expect(placed()).toBe(orders);
    expect(exchange.faults.fired('drop')).toBe(1);
  });

  test('N23: a TCP reset', async () => {
    onNextOrder({ kind: 'drop', process: true, reset: true });

    expect(await send()).toBe('ECONNRESET');
  });

  test.each([
    ['N01', true, 1],
    ['N02', false, 0],
  ])('%s: silence on an open socket, processed %s', async (_, process, orders) => {
    onNextOrder({ kind: 'silence', process });

    expect(await send(60)).toBe('TIMEOUT');
    expect(placed()).toBe(orders);
  });

  test('N07: headers, a piece of the body, then nothing', async () => {
    onNextOrder({ kind: 'stall-body', bytes: 5 });

    expect(await send(60)).toBe('TIMEOUT');
    expect(placed()).toBe(1);
  });

  test('N08: Content-Length is longer than the body, then the socket closes', async () => {
    onNextOrder({ kind: 'long-content-length', extraBytes: 7 });

    expect(await send()).toBe('ECONNRESET');
    expect(placed()).toBe(1);
  });
});

describe('the answer is wrong', () => {
  const answer = async (): Promise<RawAnswer> => {
    const result = await send();
    if (typeof result === 'string') throw new Error(result);
    return result;
  };

  test('N09: 201 with JSON that ends early', async () => {
    onNextOrder({ kind: 'truncate-body' });

    const { status, text } = await answer();

    expect([status, text.length > 0, isJson(text)]).toEqual([201, true, false]);
    expect(placed()).toBe(1);
  });

  test.each([
    [undefined, true, 1],
    [202, true, 1],
    [202, false, 0],
  ])('N10: an empty body with status %s', async (status, process, orders) => {
    onNextOrder({ kind: 'empty-body', process, ...(status === undefined ? {} : { status }) });

    const got = await answer();

    expect([got.status, got.text]).toEqual([status ?? 201, '']);
    expect(placed()).toBe(orders);
  });

  test.each([
    ['N11', undefined],
    ['N12', 520],
    ['N12', 523],
    ['N12', 524],
    ['N12', 529],
    ['N16', 403],
  ])('%s: HTML with status %s', async (_, status) => {
    onNextOrder({ kind: 'html', process: false, ...(status === undefined ? {} : { status }) });

    const got = await answer();

    expect(got.status).toBe(status ?? 200);
    expect(got.headers['content-type']).toContain('text/html');
    expect(got.text).toContain('<html>');
    expect(placed()).toBe(0);
  });

  test.each([
    ['N05', 500, true, 1],
    ['N06', 500, false, 0],
    ['N05', 504, true, 1],
    ['N17', 401, false, 0],
    ['N18', 403, false, 0],
    ['N16', 404, false, 0],
  ])('%s: status %i with a label, processed %s', async (_, status, process, orders) => {
    onNextOrder({ kind: 'error', process, status, label: 'SOME_LABEL', message: 'words' });

    const got = await answer();

    expect([got.status, JSON.parse(got.text)]).toEqual([status, { label: 'SOME_LABEL', message: 'words' }]);
    expect(placed()).toBe(orders);
  });

  test.each([
    [
      'N14',
      429,
      'TOO_MANY_REQUESTS',
      { 'Retry-After': '3', 'X-Gate-RateLimit-Reset-Timestamp': '1800000003' },
    ],
    ['N15', 418, undefined, { 'Retry-After': '120' }],
  ])('%s: status %i with its headers', async (_, status, label, headers) => {
    onNextOrder({
      kind: 'error',
      process: false,
      status,
      headers,
      ...(label === undefined ? {} : { label }),
    });

    const got = await answer();

    expect(got.status).toBe(status);
    expect(got.headers['retry-after']).toBe(headers['Retry-After']);
    expect(placed()).toBe(0);
  });

  test('N13: a redirect elsewhere', async () => {
    onNextOrder({ kind: 'redirect', status: 301, location: 'http://127.0.0.1:9/elsewhere' });

    const got = await answer();

    expect([got.status, got.headers.location]).toEqual([301, 'http://127.0.0.1:9/elsewhere']);
    expect(placed()).toBe(0);
  });

  test('N26: the answer names another order', async () => {
    onNextOrder({ kind: 'rewrite', set: { text: 't-somebody-else' } });

    const got = await answer();

    expect(JSON.parse(got.text)).toMatchObject({ text: 't-somebody-else', currency_pair: 'BTC_USDT' });
    expect(exchange.records().orders[0]?.text).toBe('t-test');
  });
});

describe('the request is mistreated', () => {
  test('N24: a replayed POST places two orders with one text', async () => {
    onNextOrder({ kind: 'duplicate' });

    await send();

    expect(exchange.records().orders.map((order) => order.text)).toEqual(['t-test', 't-test']);
    expect(exchange.requests()).toHaveLength(1);
  });

  test('N03: a request that the network holds past its expiry is refused', async () => {
    onNextOrder({ kind: 'delay-before', ms: 500 });
    const call = orderCall({}, { 'x-gate-exptime': String(exchange.nowMs() + 3_000) });

    const late = rawPrivate(exchange, call);
    exchange.advance(3_001);
    const answer = await late;

    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([403, { label: 'REQUEST_EXPIRED' }]);
    expect(placed()).toBe(0);
  });

  test('N01: an answer that comes late belongs to an order that was placed at once', async () => {
    onNextOrder({ kind: 'delay-after', ms: 500 });

    const answer = send();
    while (placed() === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const isPending = await Promise.race([answer.then(() => false), Promise.resolve(true)]);

    expect(isPending).toBe(true);
    expect(await answer).toMatchObject({ status: 201 });
  });

  test('order-protocol 0A: fresh orders and trades are missing from lists and look-ups for a while', async () => {
    seen.add('hide-recent');
    exchange.faults.add({
      match: { transport: 'rest', method: 'GET' },
      fault: { kind: 'hide-recent', ms: 10_000 },
    });
    const { body } = await json(exchange, marketBuy());
    const count = async (): Promise<number> => {
      const lists = await Promise.all([
        rows(exchange, { path: '/api/v4/spot/orders?currency_pair=BTC_USDT&status=finished' }),
        rows(exchange, { path: '/api/v4/spot/my_trades?currency_pair=BTC_USDT' }),
      ]);
      return lists.reduce((sum, list) => sum + list.length, 0);
    };

    const hidden = await count();
    const byId = await json(exchange, {
      path: `/api/v4/spot/orders/${String(body['id'])}?currency_pair=BTC_USDT`,
    });
    exchange.advance(10_000);

    expect(hidden).toBe(0);
    expect(byId.body['label']).toBe('ORDER_NOT_FOUND');
    expect(await count()).toBe(2);
  });

  test('N19: a skewed exchange clock makes good requests REQUEST_EXPIRED', async () => {
    const call = orderCall({}, { 'x-gate-exptime': String(exchange.nowMs() + 3_000) });
    exchange.setClockOffsetMs(30_000);
    const skewed = await rawPrivate(exchange, call);

    expect([skewed.status, JSON.parse(skewed.text)]).toMatchObject([403, { label: 'REQUEST_EXPIRED' }]);
  });

  test('N31: an outage of everything, until the rule is removed', async () => {
    exchange.faults.add({
      id: 'outage',
      match: { transport: 'rest' },
      fault: { kind: 'drop', process: false },
    });

    const during = [await send(), await send()];
    exchange.faults.remove('outage');
    const after = await send();

    expect(during).toEqual(['ECONNRESET', 'ECONNRESET']);
    expect(after).toMatchObject({ status: 201 });
  });
});

test('the exchange closes while requests hang, stall and wait', async () => {
  const other = await startTestExchange();
  const faults: Readonly<Record<string, RestFault>> = {
    '/api/v4/spot/accounts': { kind: 'silence', process: true },
    '/api/v4/spot/open_orders': { kind: 'stall-body' },
    '/api/v4/wallet/fee': { kind: 'delay-before', ms: 60_000 },
  };
  for (const [path, fault] of Object.entries(faults))
    other.faults.add({ match: { transport: 'rest', path }, fault });
  const hanging = Object.keys(faults).map((path) =>
    rawPrivate(other, { path }).catch((error: NodeJS.ErrnoException) => error.code),
  );
  while (other.faults.list().some(({ fired }) => fired === 0))
    await new Promise((resolve) => setTimeout(resolve, 1));

  await other.close();

  expect(await Promise.all(hanging)).toEqual(['ECONNRESET', 'ECONNRESET', 'ECONNRESET']);
});

test('every kind of REST fault was seen by a raw client', () => {
  expect([...seen].sort()).toEqual(Object.keys(REST_FAULTS).sort());
});
