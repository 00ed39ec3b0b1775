import { cleanBooks, type CleanLimits, openReader, type Cleanable } from '@mtrade/store';
import { describe, expect, test } from 'vitest';
import { limit, newPath, NOW, open, SYMBOL, thrownBy, Trader, withSql } from './books.js';

const LATER: CleanLimits = { endedBeforeMs: NOW + 1, journalBeforeMs: NOW + 1 };

const look = <T>(path: string, action: (cleanable: Cleanable) => T, limits = LATER): T => {
  const reader = openReader({ path });
  if (!reader) throw new Error('no books');
  try {
    return action(reader.cleanable(limits));
  } finally {
    reader.close();
  }
};

const rows = (path: string, table: string): number[] =>
  withSql(path, (db) => db.prepare<[], number>(`SELECT id FROM ${table} ORDER BY id`).pluck().all());

/**
 * Cycle 1: killed start buy, abandoned. Cycle 2: bought, a killed averaging buy, sold. Cycle 3: abandoned, the newest of
 * those that are over. Cycle 4: bought, with a killed averaging buy; it runs.
 */
function books(): string {
  const path = newPath();
  const store = open(path);
  const trader = new Trader(store);
  const killed = (): void => trader.settle(trader.place(), []);
  const killedAverage = (): void => trader.settle(trader.place(limit('buy', 1, '1', '90')), []);
  killed(); // intent 1
  trader.startCycle(); // intent 2
  killedAverage(); // intent 3
  trader.sell('0.998'); // intent 4
  killed(); // intent 5
  trader.startCycle(); // intent 6
  killedAverage(); // intent 7
  store.close();
  return path;
}

describe('what may leave the books', () => {
  test('orders that came to nothing in cycles that are over, and cycles that never bought; nothing else', () => {
    look(books(), ({ intents, cycles }) => {
      expect(intents.map(({ id, state }) => [id, state])).toEqual([
        [1, 'KILLED'],
        [3, 'KILLED'],
        [5, 'KILLED'],
      ]);
      expect(cycles.map(({ id, intentIds }) => [id, intentIds])).toEqual([
        [1, [1]],
        [3, [5]],
      ]);
    });
  });

  test('nothing that is younger than the limit', () => {
    const young = { endedBeforeMs: NOW, journalBeforeMs: NOW };
    expect(look(books(), (cleanable) => cleanable, young)).toEqual({
      journalIds: [],
      intents: [],
      cycles: [],
    });
  });

  test('nothing of a pair that a human must look at: it is his evidence', () => {
    const path = books();
    withSql(path, (db) => db.exec(`UPDATE pair SET attention = 'coins are missing'`));
    look(path, ({ intents, cycles }) => expect([intents, cycles]).toEqual([[], []]));
  });

  test('of the journal nothing since the running cycle began, and never the last line', () => {
    const path = books();
    withSql(path, (db) => {
      db.exec('DELETE FROM journal');
      const line = db.prepare('INSERT INTO journal VALUES (?, ?, ?, ?, ?)');
      line.run(1, NOW - 5, SYMBOL, 'old', '{}');
      line.run(2, NOW - 5, null, 'old.engine', '{}');
      line.run(3, NOW, SYMBOL, 'of.the.running.cycle', '{}');
      line.run(4, NOW - 5, null, 'last', '{}');
    });
    expect(look(path, ({ journalIds }) => journalIds)).toEqual([1, 2]);
  });
});

describe('cleaning', () => {
  const OPTIONS = { limits: LATER, nowMs: NOW + 10, backup: 'copy.db' };

  test('removes what was chosen, leaves every fill, keeps the guards, and tells the journal', () => {
    const path = books();
    const fills = withSql(path, (db) => db.prepare('SELECT * FROM fill').all());
    const schema = withSql(path, (db) =>
      db.prepare('SELECT name, sql FROM sqlite_schema ORDER BY name').all(),
    );

    cleanBooks({ path, ...OPTIONS }, { journalIds: [], intentIds: [1, 3], cycleIds: [1] });

    expect([rows(path, 'intent'), rows(path, 'cycle')]).toEqual([
      [2, 4, 5, 6, 7],
      [2, 3, 4],
    ]);
    expect(withSql(path, (db) => db.prepare('SELECT * FROM fill').all())).toEqual(fills);
    expect(
      withSql(path, (db) => db.prepare('SELECT name, sql FROM sqlite_schema ORDER BY name').all()),
    ).toEqual(schema);
    expect(thrownBy(() => withSql(path, (db) => db.exec('DELETE FROM intent'))).message).toBe('PERMANENT');
    const store = open(path);
    expect(store.audit().cycles).toBe(2);
    expect(store.load()).toMatchObject({ nextIntentId: 8, nextCycleId: 5 });
    expect(store.queries.journal({ event: 'books' })).toMatchObject([
      { event: 'books.cleaned', details: { journal: 0, intents: 2, cycles: 1, backup: 'copy.db' } },
    ]);
  });

  test.each([
    ['an order with a trade', { intentIds: [2], cycleIds: [] }],
    ['an order of the running cycle', { intentIds: [7], cycleIds: [] }],
    ['a cycle whose order stays', { intentIds: [], cycleIds: [1] }],
    ['a cycle that has bought', { intentIds: [], cycleIds: [2] }],
    ['one good and one bad', { intentIds: [1, 2], cycleIds: [] }],
  ])('%s is refused, and then nothing at all is removed', (_what, choice) => {
    const path = books();
    const before = [rows(path, 'intent'), rows(path, 'cycle'), rows(path, 'journal')];

    const error = thrownBy(() => cleanBooks({ path, ...OPTIONS }, { journalIds: [], ...choice }));

    expect(error).toMatchObject({ code: 'MTRADE_CONTRADICTION' });
    expect([rows(path, 'intent'), rows(path, 'cycle'), rows(path, 'journal')]).toEqual(before);
  });
});
