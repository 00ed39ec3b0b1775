import { decimal, text, ZERO } from '@mtrade/money';
import { type ExportLine, openReader, profitOf, type Reader } from '@mtrade/store';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newPath, NOW, open, SYMBOL, Trader, withSql } from './books.js';

const reader = (path: string): Reader => openReader({ path }) as Reader;
const ids = (lines: Iterable<ExportLine>): string[] => [...lines].map(({ tradeId }) => tradeId);

function cycles(count: number, symbols: readonly string[] = [SYMBOL]) {
  const path = newPath();
  const store = open(path);
  for (const symbol of symbols) {
    const trader = new Trader(store, symbol);
    for (let i = 0; i < count; i += 1) {
      trader.startCycle();
      trader.sell('0.998');
    }
  }
  return { path, store };
}

test('an export has every trade once, the oldest first, with exchange, order and cycle', () => {
  const { path, store } = cycles(3);
  store.close();
  const { history, close } = reader(path);
  expect(ids(history.exported({}))).toEqual(
    history
      .trades({ limit: 1_000 })
      .rows.map(({ tradeId }) => tradeId)
      .toReversed(),
  );
  const [first] = history.exported({});
  expect(first).toMatchObject({ exchange: 'gate', symbol: SYMBOL, side: 'buy', cost: '100', feeCoin: 'ETH', cycleNumber: 1, realizedProfit: null }); // prettier-ignore
  close();
});

test('the realized profit stands once per ended cycle, on its last trade, and adds up to the report', () => {
  const { path, store } = cycles(3);
  new Trader(store).startCycle();
  store.close();
  const { history, close } = reader(path);
  const lines = [...history.exported({})];
  expect(lines.map(({ side, realizedProfit }) => [side, realizedProfit])).toEqual([
    ...Array.from({ length: 3 }, () => [
      ['buy', null],
      ['sell', '0.698'],
    ]).flat(),
    ['buy', null],
  ]);
  const sum = lines.reduce((total, { realizedProfit }) => total.plus(decimal(realizedProfit ?? '0')), ZERO);
  const ended = { cycles: history.cyclesBetween({}), forgotten: [] };
  expect(text(sum)).toBe(profitOf(ended, () => 'all').lines[0]?.profit);
  close();
});

test('an export is narrowed by pair and time', () => {
  const { path, store } = cycles(2, [SYMBOL, 'ETH/EUR']);
  store.close();
  const { history, close } = reader(path);
  expect(ids(history.exported({ symbol: 'ETH/EUR' }))).toHaveLength(4);
  expect(ids(history.exported({ untilMs: NOW }))).toEqual([]);
  expect(ids(history.exported({ fromMs: NOW }))).toHaveLength(8);
  close();
});

test('a reader who stops in the middle of an export holds nothing: the engine writes and folds its log back', () => {
  const { path, store } = cycles(3);
  const { history, close } = reader(path);
  const rows = history.exported({})[Symbol.iterator]();
  rows.next();
  new Trader(store).startCycle();

  const [checkpoint] = withSql(path, (db) => db.pragma('wal_checkpoint(TRUNCATE)')) as { busy: number }[];

  expect(checkpoint?.busy).toBe(0);
  // And what is read on is of the moment in which the export began.
  expect([...{ [Symbol.iterator]: () => rows }]).toHaveLength(5);
  expect(ids(history.exported({}))).toHaveLength(7);
  close();
});

test('large books of a stopped engine are read from a copy on the disk, which is removed', () => {
  const { path, store } = cycles(1);
  store.close();
  withSql(path, (db) => db.exec('CREATE TABLE ballast AS SELECT zeroblob(70000000) AS zeros'));
  const before = process.memoryUsage().arrayBuffers;
  const directory = mkdtempSync(join(tmpdir(), 'mtrade-large-'));
  const { TMPDIR } = process.env;
  process.env['TMPDIR'] = directory;
  try {
    const { history, close } = reader(path);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000);
    expect(ids(history.exported({}))).toHaveLength(2);
    close();
    expect(readdirSync(directory)).toEqual([]);
  } finally {
    if (TMPDIR === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = TMPDIR;
    rmSync(directory, { recursive: true });
  }
});
