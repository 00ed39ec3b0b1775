import { openReader } from '@mtrade/store';
import { describe, expect, test } from 'vitest';
import { limit, newPath, open, SYMBOL, Trader, withSql } from './books.js';

const BUY = limit('buy', 1, '2', '96');

function bought() {
  const path = newPath();
  const store = open(path);
  const trader = new Trader(store);
  trader.startCycle();
  return { path, store, trader };
}

const rowOf = (path: string): { decisions: number; retry_at_ms: number } =>
  withSql(
    path,
    (db) =>
      db.prepare('SELECT decisions, retry_at_ms FROM pair WHERE symbol = ?').get(SYMBOL) as ReturnType<
        typeof rowOf
      >,
  );

describe("the number of a pair's last decision", () => {
  test('is in the row of an order while it is open, and in the pair from its end on: no start ever gives it twice', () => {
    const { path, store, trader } = bought();
    for (const [decisionNo, amount] of [
      [2, null],
      [3, '2'],
    ] as const) {
      const before = rowOf(path);
      const order = trader.place(BUY);
      expect(order.decisionNo).toBe(decisionNo);
      expect(rowOf(path)).toEqual(before);
      expect(store.load().pairs).toEqual([trader.pair]);

      trader.settle(order, amount === null ? [] : [trader.fill(order, amount, '96')]);
      expect(rowOf(path).decisions).toBe(decisionNo);
    }
    store.close();

    const reader = openReader({ path });
    expect(reader?.pairs()).toEqual([trader.pair]);
    reader?.close();
    expect(new Trader(open(path)).place({ ...BUY, step: 2 }).decisionNo).toBe(4);
  });

  test('comes to the pair with the end of its order, even when a foreign hand writes that end', () => {
    const { path, store, trader } = bought();
    const order = trader.place(BUY);
    store.close();
    withSql(path, (db) =>
      db.exec(`UPDATE intent SET state = 'KILLED', closed_ms = 1 WHERE id = ${order.id}`),
    );
    expect(rowOf(path).decisions).toBe(order.decisionNo);
  });
});

describe("a pair's row", () => {
  test('has every other change at once, with an order or without one', () => {
    const { path, store, trader } = bought();
    store.commit({ pair: { ...trader.pair, retryAtMs: 5 as never } });
    expect(rowOf(path).retry_at_ms).toBe(5);

    trader.pair = { ...trader.pair, retryAtMs: 7 as never };
    const order = trader.place(BUY);
    expect(rowOf(path)).toEqual({ decisions: order.decisionNo, retry_at_ms: 7 });
  });

  test('that a failed commit has not written is written by the next one', () => {
    const { path, store, trader } = bought();
    const pair = { ...trader.pair, retryAtMs: 9 as never };
    const cycle = { ...(pair.cycle as NonNullable<typeof pair.cycle>), symbol: 'NO/SUCH' };
    expect(() => store.commit({ pair, cycle })).toThrow('FROZEN');
    expect(rowOf(path).retry_at_ms).not.toBe(9);
    store.commit({ pair });
    expect(rowOf(path).retry_at_ms).toBe(9);
  });
});
