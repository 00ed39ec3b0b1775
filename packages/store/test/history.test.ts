import { dayIn, openReader, type Page, type PageFilter, profitOf, type Reader } from '@mtrade/store';
import { expect, test } from 'vitest';
import { newPath, NOW, open, SYMBOL, thrownBy, Trader } from './books.js';

/** Cycles of 1 ETH bought at 100 and sold at 101, fees of 0.002 ETH and 0.1 USDT: each earns 0.698. */
function booksWith(cycles: number, symbols: readonly string[] = [SYMBOL]): Reader {
  const path = newPath();
  const store = open(path);
  for (const symbol of symbols) {
    const trader = new Trader(store, symbol);
    for (let i = 0; i < cycles; i += 1) {
      trader.startCycle();
      trader.sell('0.998');
    }
  }
  store.close();
  return openReader({ path }) as Reader;
}

/** Every row of a history, read page by page. */
function leaf<T>(read: (filter: PageFilter) => Page<T>, limit: number): T[] {
  const rows: T[] = [];
  let before: string | null = null;
  do {
    const page: Page<T> = read({ limit, ...(before === null ? {} : { before }) });
    expect(page.rows.length).toBeLessThanOrEqual(limit);
    rows.push(...page.rows);
    before = page.next;
  } while (before !== null);
  return rows;
}

test('pages of trades, cycles and journal show every row once, the newest first, whatever the page size', () => {
  const { history, close } = booksWith(5);
  for (const limit of [1, 2, 3, 7, 1_000]) {
    expect(leaf(history.cycles, limit).map(({ number }) => number)).toEqual([5, 4, 3, 2, 1]);
    const trades = leaf(history.trades, limit).map(({ tradeId }) => tradeId);
    expect(new Set(trades).size).toBe(10);
    expect(trades).toHaveLength(10);
    const ids = leaf(history.journal, limit).map(({ id }) => id);
    expect(ids).toEqual([...ids].sort((a, b) => b - a));
    expect(ids).toHaveLength(21);
    expect(new Set(ids).size).toBe(21);
  }
  close();
});

test('a trade names its order, its cycle and what it cost, exactly', () => {
  const { history, close } = booksWith(1);
  const [sale, buy] = history.trades({}).rows;
  expect(buy).toMatchObject({ side: 'buy', amount: '1', price: '100', cost: '100', fee: '0.002', feeCoin: 'ETH', purpose: 'start', cycleNumber: 1 }); // prettier-ignore
  expect(sale).toMatchObject({ side: 'sell', cost: '100.798', fee: '0.1', feeCoin: 'USDT', purpose: 'take-profit', orderId: 'x2' }); // prettier-ignore
  expect(sale?.clientOrderId).toMatch(/^t-m1-/);
  close();
});

test('a cycle shows its profit after fees and what the exchange took in each coin', () => {
  const { history, close } = booksWith(1);
  const [cycle] = history.cycles({}).rows;
  expect(cycle).toMatchObject({ outcome: 'closed', invested: '100', proceeds: '100.698', profit: '0.698' });
  expect(cycle?.fees).toEqual({ ETH: '0.002', USDT: '0.1' });
  expect(history.cycle(cycle?.id ?? 0)).toEqual(cycle);
  expect(history.cycle(99)).toBeNull();
  close();
});

test('history is narrowed by pair, time and event', () => {
  const { history, close } = booksWith(2, [SYMBOL, 'ETH/EUR']);
  expect(history.trades({ symbol: 'ETH/EUR' }).rows).toHaveLength(4);
  expect(history.trades({ untilMs: NOW }).rows).toEqual([]);
  expect(history.trades({ fromMs: NOW }).rows).toHaveLength(8);
  expect(history.journal({ event: 'order' }).rows).toHaveLength(16);
  expect(history.journal({ event: 'order.filled', symbol: SYMBOL }).rows).toHaveLength(4);
  expect(history.journal({ event: 'ord' }).rows).toEqual([]);
  close();
});

test('scenario 26: profit per pair and per day is the exact sum of the cycles that ended there, per quote coin', () => {
  const { history, close } = booksWith(3, [SYMBOL, 'ETH/EUR']);
  const ended = () => ({ cycles: history.cyclesBetween({}), forgotten: history.forgotten({}) });
  const none = { resets: 0, unsold: '0', kept: '0', letGo: '0', letGoCoins: {}, takenIn: '0' };
  const fees = { ETH: '0.006', USDT: '0.3' };
  // 1 ETH at 100 and 0.998 at 101, as the trades have it; the fee of the purchase is coins that are missing.
  const amounts = { ...none, cycles: 3, bought: '300', sold: '302.394', fees };
  const usdt = { ...amounts, quote: 'USDT', quoteFees: '0.3', profit: '2.094', otherFees: {} };
  // Here the fee of the sale was taken in a third coin: it is told and is no part of the profit.
  const eur = { ...amounts, quote: 'EUR', quoteFees: '0', profit: '2.394', otherFees: { USDT: '0.3' } };
  expect(profitOf(ended(), ({ symbol }) => symbol).lines).toEqual([
    { key: 'ETH/USDT', ...usdt },
    { key: 'ETH/EUR', ...eur },
  ]);
  expect(profitOf(ended(), dayIn('UTC')).lines).toEqual([
    { key: '2023-11-14', ...usdt },
    { key: '2023-11-14', ...eur },
  ]);
  const inTokyo = profitOf(ended(), dayIn('Asia/Tokyo'));
  expect(inTokyo.lines.map(({ key }) => key)).toEqual(['2023-11-15', '2023-11-15']);
  expect(inTokyo.totals.map(({ quote, profit }) => [quote, profit])).toEqual([
    ['USDT', '2.094'],
    ['EUR', '2.394'],
  ]);
  close();
});

test('a place in history that nobody gave and a page size out of range are refused', () => {
  const { history, close } = booksWith(1);
  for (const before of ['', 'x', '1', '1.x', '1.2.3'])
    expect(thrownBy(() => history.cycles({ before })).message).toContain('no place in history');
  for (const limit of [0, -1, 1.5, 1_001, Number.NaN])
    expect(thrownBy(() => history.trades({ limit })).message).toContain('limit is a whole number');
  close();
});
