import { describe, expect, test } from 'vitest';
import { Exchange } from '../src/index.js';
import type { ExchangeRecord, OrderRetention } from '../src/index.js';
import { ETH, USER, limit, market, openExchange, placed } from './core-fixture.js';

const TEN: OrderRetention = { finishedOrders: 10, youngMs: 1_000 };

/** `count` small purchases, one a millisecond from `fromMs` on; their ids. */
function buy(exchange: Exchange, count: number, fromMs: number): string[] {
  return Array.from(
    { length: count },
    (_, index) => placed(exchange, market('buy', '2', { text: `t-${fromMs}-${index}` }), fromMs + index).id,
  );
}

const kept = (exchange: Exchange): string[] => exchange.records().orders.map((order) => order.id);

describe('an exchange that forgets', () => {
  test('keeps everything unless it is told otherwise', () => {
    const exchange = openExchange();

    buy(exchange, 100, 10);
    buy(exchange, 1, 1e9);

    expect(kept(exchange)).toHaveLength(101);
    expect(exchange.records().forgotten).toBeNull();
  });

  test('holds no more finished orders than its bound, however many there were, and their trades with them', () => {
    const exchange = openExchange({ retention: TEN });
    const ids: string[] = [];

    for (let round = 0; round < 50; round += 1) ids.push(...buy(exchange, 4, 10 + round * 10_000));

    expect(kept(exchange)).toEqual(ids.slice(-10));
    expect(new Set(exchange.records().trades.map((trade) => trade.orderId))).toEqual(new Set(ids.slice(-10)));
    expect(exchange.snapshot().orders).toHaveLength(10);
    expect(exchange.snapshot().trades).toHaveLength(10);
    expect(exchange.records().forgotten).toMatchObject({ orders: 190, trades: 190 });
  });

  test('never forgets what is young, even beyond the bound', () => {
    const exchange = openExchange({ retention: TEN });

    const ids = buy(exchange, 60, 10_000);

    expect(kept(exchange)).toEqual(ids);
    expect(exchange.myTrades({ userId: USER }, 10_100)).toHaveLength(60);
  });

  test('never forgets an open order, nor the trades it already has', () => {
    const exchange = openExchange({ retention: TEN });
    const resting = placed(exchange, limit('buy', '0.6', '2000'), 10);
    buy(exchange, 40, 1_000_000);
    buy(exchange, 40, 2_000_000);
    buy(exchange, 1, 3_000_000);

    expect(exchange.order(USER, 'ETH/USDT', resting.id, 3_000_000)).toMatchObject({
      ok: true,
      value: { status: 'open', filledAmount: '0.5' },
    });
    expect(exchange.myTrades({ userId: USER, orderId: resting.id }, 3_000_000)).toMatchObject([
      { amount: '0.5' },
    ]);
    exchange.cancel(USER, 'ETH/USDT', resting.id, 3_000_001);
    expect(exchange.order(USER, 'ETH/USDT', resting.id, 3_000_002)).toMatchObject({ ok: true });
  });

  test('says in the same record that it forgets, and a forgotten order is found by nobody', () => {
    const records: ExchangeRecord[] = [];
    const exchange = openExchange({ retention: TEN, onRecord: (record) => records.push(record) });
    const [first = ''] = buy(exchange, 10, 10);
    buy(exchange, 1, 20_000);

    expect(records.at(-1)?.forgotten).toEqual([first]);
    expect(exchange.order(USER, 'ETH/USDT', first, 20_001)).toMatchObject({
      ok: false,
      error: { label: 'ORDER_NOT_FOUND' },
    });
    expect(exchange.myTrades({ userId: USER, orderId: first }, 20_001)).toEqual([]);
  });

  test('goes on with new ids and sequence numbers although the newest of them are forgotten', () => {
    const quick: OrderRetention = { finishedOrders: 0, youngMs: 0 };
    const records: ExchangeRecord[] = [];
    const exchange = openExchange({ retention: quick, onRecord: (record) => records.push(record) });
    buy(exchange, 5, 10);
    exchange.deposit(USER, 'USDT', '1', 20);
    expect(kept(exchange)).toEqual([]);

    const restored = new Exchange({ pairs: [ETH], retention: quick });
    restored.restore(JSON.parse(JSON.stringify(exchange.snapshot())) as ReturnType<Exchange['snapshot']>);
    restored.setQuote('ETH/USDT', { kind: 'book', bids: [], asks: [['2000.00', '1']] }, 30);
    exchange.setQuote('ETH/USDT', { kind: 'book', bids: [], asks: [['2000.00', '1']] }, 30);

    const [there = ''] = buy(restored, 1, 31);
    const [here = ''] = buy(exchange, 1, 31);
    expect(there).toBe(here);
    expect(restored.snapshot()).toEqual(exchange.snapshot());
  });

  test('forgets in small portions: no record and no call ever carries more than a few hundred', () => {
    const sizes: number[] = [];
    const exchange = openExchange({
      retention: { finishedOrders: 4_000, youngMs: 1_000 },
      onRecord: (record) => sizes.push(record.forgotten?.length ?? 0),
    });
    exchange.deposit(USER, 'USDT', '100000', 1);
    for (let index = 0; index < 7_000; index += 1)
      exchange.place(USER, limit('buy', '0.6', '2000', { timeInForce: 'fok' }), 10);
    for (let index = 0; index < 40; index += 1) exchange.deposit(USER, 'USDT', '1', 10_000);

    expect(Math.max(...sizes)).toBe(256);
    const left = kept(exchange).length;
    expect(left).toBeGreaterThanOrEqual(4_000);
    expect(left).toBeLessThan(4_256);
  });
});
