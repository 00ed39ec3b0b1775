import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  KEY,
  OTHER_KEY,
  type RawCall,
  type Row,
  type TestExchange,
  json,
  marketBuy,
  openSocket,
  raw,
  rawPrivate,
  rows,
  signed,
  startTestExchange,
} from './server-harness.js';

const PATH = '/api/v4/spot/price_orders';

/** Sells 0.001 BTC at market at 45,000 or lower; the price is 50,000. */
const stopCall = (change: { trigger?: object; put?: object; market?: string } = {}): RawCall => ({
  method: 'POST',
  path: PATH,
  body: JSON.stringify({
    trigger: { price: '45000', rule: '<=', expiration: 86_400, ...change.trigger },
    put: {
      type: 'market',
      side: 'sell',
      price: '0',
      amount: '0.001',
      account: 'normal',
      time_in_force: 'ioc',
      text: 'api',
      ...change.put,
    },
    market: change.market ?? 'BTC_USDT',
  }),
});

let exchange: TestExchange;
beforeEach(async () => {
  exchange = await startTestExchange();
  await rawPrivate(exchange, marketBuy({ amount: '600' }));
});
afterEach(() => exchange.close());

async function armed(change = {}): Promise<number> {
  const { status, body } = await json(exchange, stopCall(change));
  expect(status).toBe(201);
  expect(Object.keys(body)).toEqual(['id']);
  return body['id'] as number;
}
const one = async (id: number): Promise<Row> => (await json(exchange, { path: `${PATH}/${id}` })).body;
const list = (status: string, more = ''): Promise<readonly Row[]> =>
  rows(exchange, { path: `${PATH}?status=${status}${more}` });
const label = async (call: RawCall): Promise<unknown[]> => {
  const { status, body } = await json(exchange, call);
  return [status, body['label']];
};
const sent = (): number =>
  exchange.requests().filter(({ method, path }) => method === 'POST' && path === PATH).length;

describe('/spot/price_orders', () => {
  test('a created one is listed and told as the exchange tells it', async () => {
    const id = await armed();

    expect(await one(id)).toEqual({
      market: 'BTC_USDT',
      user: 1000,
      trigger: { price: '45000', rule: '<=', expiration: 86_400 },
      put: {
        type: 'market',
        side: 'sell',
        price: '0',
        amount: '0.00100000000000000000',
        account: 'normal',
        time_in_force: 'ioc',
        text: 'api',
      },
      id,
      ctime: 1_800_000_000,
      fired_order_id: 0,
      status: 'open',
      reason: '',
    });
    expect(await list('open')).toEqual([await one(id)]);
    expect(await list('finished')).toEqual([]);
  });

  test('fired, it names an order that is in the lists and trades like any other, under no name of ours', async () => {
    const id = await armed();
    exchange.advance(5_000);
    exchange.setMid('BTC/USDT', '44000');

    const fired = await one(id);
    const path = `/api/v4/spot/orders/${String(fired['fired_order_id'])}?currency_pair=BTC_USDT`;
    const { body: order } = await json(exchange, { path });
    const trades = await rows(exchange, {
      path: `/api/v4/spot/my_trades?currency_pair=BTC_USDT&order_id=${String(fired['fired_order_id'])}`,
    });

    expect(fired).toMatchObject({ status: 'finish', ftime: 1_800_000_005, reason: '' });
    expect(order).toMatchObject({ text: 'apiv4', status: 'closed', filled_amount: '0.001', account: 'spot' });
    expect(trades).toMatchObject([{ text: 'apiv4', side: 'sell', amount: '0.001' }]);
    expect([(await list('open')).length, (await list('finished')).length]).toEqual([0, 1]);
  });

  test('the private stream tells the order and the trade of one that fires', async () => {
    const socket = await openSocket(exchange);
    socket.subscribePrivate('spot.orders', ['BTC_USDT']);
    await socket.next('spot.orders', 'subscribe');
    socket.subscribePrivate('spot.usertrades', ['BTC_USDT']);
    await socket.next('spot.usertrades', 'subscribe');
    await armed();

    exchange.setMid('BTC/USDT', '44000');

    const order = (await socket.next('spot.orders')).result as unknown as Row[];
    const trade = (await socket.next('spot.usertrades')).result as unknown as Row[];
    expect(order[0]).toMatchObject({ event: 'put', text: 'apiv4', side: 'sell' });
    expect(trade[0]).toMatchObject({ text: 'apiv4', side: 'sell', amount: '0.001' });
    socket.close();
  });

  test('pages by limit and offset, and filters by market', async () => {
    const ids: number[] = [];
    for (let n = 0; n < 5; n += 1) ids.push(await armed());
    await armed({ market: 'ETH_USDT', trigger: { price: '2000' }, put: { amount: '0.1' } });

    const page = async (offset: number): Promise<unknown[]> =>
      (await list('open', `&market=BTC_USDT&limit=2&offset=${offset}`)).map((row) => row['id']);

    expect([await page(0), await page(2), await page(4)]).toEqual([
      [ids[4], ids[3]],
      [ids[2], ids[1]],
      [ids[0]],
    ]);
    expect(await list('open')).toHaveLength(6);
  });

  test('one is cancelled by its id, all of a market by the market; both answer how they ended', async () => {
    const first = await armed();
    await armed();
    await armed({ market: 'ETH_USDT', trigger: { price: '2000' }, put: { amount: '0.1' } });

    const cancelled = await json(exchange, { method: 'DELETE', path: `${PATH}/${first}` });
    const all = await rows(exchange, { method: 'DELETE', path: `${PATH}?market=BTC_USDT` });

    expect(cancelled).toMatchObject({ status: 200, body: { id: first, status: 'cancelled' } });
    expect(all).toMatchObject([{ status: 'cancelled', market: 'BTC_USDT' }]);
    expect(await list('open')).toMatchObject([{ market: 'ETH_USDT' }]);
    expect(await label({ method: 'DELETE', path: `${PATH}/${first}` })).toEqual([
      400,
      'AUTO_ORDER_NOT_FOUND',
    ]);
    expect(await label({ path: `${PATH}/1` })).toEqual([400, 'AUTO_ORDER_NOT_FOUND']);
  });

  test.each([
    ['X26: a price that was reached', { trigger: { price: '50100' } }, 'AUTO_TRIGGER_PRICE_LESS_LAST'],
    ['X26: the same upwards', { trigger: { rule: '>=' } }, 'AUTO_TRIGGER_PRICE_GREATE_LAST'],
    ['an unknown rule', { trigger: { rule: '<' } }, 'INVALID_PARAM_VALUE'],
    ['an expiration of words', { trigger: { expiration: 'soon' } }, 'INVALID_PARAM_VALUE'],
    ['no expiration', { trigger: { expiration: undefined } }, 'MISSING_REQUIRED_PARAM'],
    ['no price of the order', { put: { price: undefined } }, 'MISSING_REQUIRED_PARAM'],
    ['a time in force it has not', { put: { time_in_force: 'fok' } }, 'INVALID_PARAM_VALUE'],
    ['the account of ordinary orders', { put: { account: 'spot' } }, 'INVALID_PARAM_VALUE'],
    ['an unknown pair', { market: 'XXX_USDT' }, 'INVALID_CURRENCY_PAIR'],
  ])('%s is refused', async (_, change, expected) => {
    expect(await label(stopCall(change))).toEqual([400, expected]);
    expect(await list('open')).toEqual([]);
  });

  test('another user neither sees nor cancels it', async () => {
    const id = await armed();
    const call = { method: 'DELETE', path: `${PATH}/${id}` };

    const answer = await raw(exchange.port, { ...call, headers: signed(exchange, call, OTHER_KEY) });

    expect(answer.status).toBe(400);
    expect(await one(id)).toMatchObject({ status: 'open' });
    expect(KEY.userId).not.toBe(OTHER_KEY.userId);
  });
});

describe('faults of /spot/price_orders', () => {
  test('an answer that is lost leaves the order behind', async () => {
    exchange.faults.add({
      match: {
        transport: 'rest',
        method: 'POST',
        path: `${PATH}*`,
        symbol: 'BTC_USDT',
        side: 'sell',
        count: 1,
      },
      fault: { kind: 'drop', process: true },
    });

    await expect(rawPrivate(exchange, stopCall())).rejects.toThrowError('socket hang up');

    expect(await list('open')).toHaveLength(1);
  });

  test('a 5xx says nothing about whether it was made', async () => {
    for (const process of [true, false]) {
      exchange.faults.add({
        match: { transport: 'rest', method: 'POST', path: PATH, count: 1 },
        fault: { kind: 'error', status: 502, process },
      });
      expect((await rawPrivate(exchange, stopCall())).status).toBe(502);
      exchange.faults.clear();
    }

    expect(await list('open')).toHaveLength(1);
  });

  test('a request that is doubled on the way makes two: there is no client id to stop it', async () => {
    exchange.faults.add({
      match: { transport: 'rest', method: 'POST', count: 1 },
      fault: { kind: 'duplicate' },
    });

    await armed();

    expect([sent(), (await list('open')).length]).toEqual([1, 2]);
  });

  test('a young one is missing from lists and look-ups when they lag', async () => {
    const id = await armed();
    exchange.faults.add({
      match: { transport: 'rest', method: 'GET', path: `${PATH}*` },
      fault: { kind: 'hide-recent', ms: 1_000 },
    });

    expect([await list('open'), (await one(id))['label']]).toEqual([[], 'AUTO_ORDER_NOT_FOUND']);
    exchange.advance(1_000);
    expect([(await list('open')).length, (await one(id))['id']]).toEqual([1, id]);
  });

  test('X24: it fires while its cancel is under way: the cancel is refused, the sale stands', async () => {
    const id = await armed();
    exchange.faults.add({
      match: { transport: 'rest', method: 'DELETE', path: `${PATH}/*` },
      fault: { kind: 'delay-before', ms: 100 },
    });

    const cancelling = label({ method: 'DELETE', path: `${PATH}/${id}` });
    await new Promise((resolve) => setTimeout(resolve, 20));
    exchange.setMid('BTC/USDT', '44000');

    expect(await cancelling).toEqual([400, 'AUTO_ORDER_NOT_FOUND']);
    expect(await one(id)).toMatchObject({ status: 'finish' });
  });
});
