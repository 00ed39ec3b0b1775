import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { reset, settle, settleLate } from '@mtrade/cycle';
import type { ChangeSet } from '@mtrade/engine';
import { baseQty, quoteAmount, text, ZERO } from '@mtrade/money';
import SqliteDatabase from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { createCommit } from '../src/commit.js';
import { openWriter } from '../src/connection.js';
import { storeError } from '../src/errors.js';
import { intentToRow } from '../src/rows/intent-row.js';
import { INTENT_COLUMNS } from '../src/rows/sql.js';
import { clock, limit, newPath, NOW, open, SYMBOL, thrownBy, Trader, withSql } from './books.js';

/** Every table's rows as text: equal dumps are equal books. */
const dump = (path: string): string =>
  withSql(path, (db) =>
    ['pair', 'cycle', 'intent', 'fill', 'dust', 'journal', 'engine']
      .map((table) => JSON.stringify(db.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all()))
      .join('\n'),
  );

function begun() {
  const path = newPath();
  const store = open(path);
  return { path, store, trader: new Trader(store) };
}

describe('a change is whole or absent', () => {
  test('what was committed is what is loaded, to the last digit', () => {
    const { path, store, trader } = begun();
    trader.startCycle();
    const buy = trader.place(limit('buy', 1, '2.0725', '96.35'));
    trader.settle(buy, [
      trader.fill(buy, '1', '96.3', '0.002'),
      trader.fill(buy, '1.0725', '96.35', '0.51', 'GT'),
    ]);
    trader.place(limit('sell', 1, '3.0684', '98.1'));
    store.close();

    const [pair] = open(path).load().pairs;

    expect(pair).toEqual(trader.pair);
    expect(pair?.openIntents).toHaveLength(1);
    expect(text(pair?.cycle?.baseVolume ?? ZERO)).toBe('3.0685');
  });

  test("an order's values are written by their place: they stand in the order of the columns", () => {
    const { trader } = begun();
    expect(Object.keys(intentToRow(trader.draft().intent))).toEqual([...INTENT_COLUMNS]);
  });

  test('an intent that has ended is found by its row and by its name, with its trades; an open one is not', () => {
    const { store, trader } = begun();
    const intent = trader.place();
    expect(store.closedIntent({ id: intent.id })).toBeNull();
    const fill = trader.fill(intent, '1', '100');
    trader.settle(intent, [fill]);
    const found = store.closedIntent({ clientOrderId: intent.clientOrderId });
    expect(found).toMatchObject({ intent: { id: intent.id, state: 'FILLED' }, fills: [fill] });
    expect(store.closedIntent({ id: intent.id })).toEqual(found);
    expect(store.closedIntent({ clientOrderId: 't-m1-none' })).toBeNull();
  });

  test('a step refused at its last row leaves no trace of the others', () => {
    const { path, trader } = begun();
    const intent = trader.place();
    const before = dump(path);
    const fill = trader.fill(intent, '1', '100');
    const { moves } = trader.settlement(intent, [fill]);
    trader.store.commit(moves[0]);
    const afterAck = dump(path);
    expect(afterAck).not.toBe(before);

    const twice = (moves[1]?.fills ?? []).flatMap((booked) => [booked, booked]);
    const journal = [{ epochMs: NOW, symbol: null, event: 'x', details: {} }];
    expect(() => trader.store.commit({ ...moves[1], fills: twice, journal })).toThrow(/UNIQUE/);

    expect(dump(path)).toBe(afterAck);
  });

  test('a move is compare-and-set: an intent that is elsewhere fails the whole change (N25)', () => {
    const { path, trader } = begun();
    const intent = trader.place();
    const { moves } = trader.settlement(intent, []);
    for (const change of moves) trader.store.commit(change);
    const before = dump(path);

    const again = { ...moves[1], trading: false };
    expect(thrownBy(() => trader.store.commit(again))).toMatchObject({
      code: 'MTRADE_CONTRADICTION',
      facts: { promise: 'COMPARE_AND_SET', intentId: intent.id, from: 'ACKED', actual: 'KILLED' },
    });
    const missing = [{ intent: { ...intent, id: 99 }, from: 'SUBMITTED' as const }];
    expect(() => trader.store.commit({ intentMoves: missing })).toThrow(/it is missing/);
    expect(dump(path)).toBe(before);
  });

  test('one change may end an order and begin the next one on the same side', () => {
    const { trader } = begun();
    trader.startCycle();
    const killed = trader.place(limit('buy', 1, '2', '96'));
    const { moves, pair } = trader.settlement(killed, []);
    trader.store.commit(moves[0]);
    trader.pair = pair;
    const next = {
      ...trader.draft(limit('buy', 1, '2', '96')).intent,
      id: killed.id + 1,
      clientOrderId: 'next',
    };
    expect(() => trader.store.commit({ ...moves[1], newIntents: [next] })).not.toThrow();
  });

  test('one change may close a cycle and begin the next', () => {
    const { trader } = begun();
    trader.startCycle();
    const sale = trader.place(limit('sell', 0, '0.998', '101'));
    const { moves, pair } = trader.settlement(sale, [trader.fill(sale, '0.998', '101')]);
    trader.store.commit(moves[0]);
    trader.pair = pair;
    const { change } = trader.draft();
    expect(() =>
      trader.store.commit({ ...moves[1], ...change, intentMoves: moves[1]?.intentMoves ?? [] }),
    ).not.toThrow();
  });
});

describe('fencing (I11)', () => {
  test('an engine that was replaced cannot write anything: not an order, not a switch', () => {
    const { path, trader } = begun();
    const intent = trader.place();
    open(path);
    const before = dump(path);
    const { moves } = trader.settlement(intent, []);
    for (const change of [moves[0], { trading: false }, { pair: trader.pair }])
      expect(thrownBy(() => trader.store.commit(change))).toMatchObject({
        code: 'MTRADE_LOCK_LOST',
        exitCode: 75,
      });
    expect(dump(path)).toBe(before);
  });

  test('the schema itself refuses an order of an older epoch', () => {
    const { path, trader } = begun();
    const { change } = trader.draft();
    open(path);
    // A program that believes in its old epoch so firmly that it does not look at the lease.
    const db = openWriter(path);
    const epoch = db.prepare<[], number>('SELECT epoch FROM lease').pluck().get() as number;
    const commit = createCommit({
      db,
      identity: { mode: 'paper', exchange: 'gate', account: 'paper' },
      epoch,
      nowMs: () => NOW,
    });
    expect(() => commit(change)).toThrow('FENCED');
    db.close();
    expect(thrownBy(() => trader.place())).toMatchObject({ code: 'MTRADE_LOCK_LOST' });
  });

  test.each(['deleted', 'replaced'])('no order is committed once the file is %s (P30)', (how) => {
    const { path, trader } = begun();
    if (how === 'deleted') rmSync(path);
    else {
      writeFileSync(`${path}.other`, 'x');
      renameSync(`${path}.other`, path);
    }
    expect(trader.store.fileInPlace()).toBe(false);
    expect(thrownBy(() => trader.place())).toMatchObject({ code: 'MTRADE_LOCK_LOST', exitCode: 75 });
  });
});

describe('the disk', () => {
  test('full: the change is absent, nothing before it is lost, and it goes on when there is space again (P25)', () => {
    const path = newPath();
    open(path).close();
    const db = openWriter(path);
    const epoch = db.prepare<[], number>('SELECT epoch FROM lease').pluck().get() as number;
    const commit = createCommit({
      db,
      identity: { mode: 'paper', exchange: 'gate', account: 'paper' },
      epoch,
      nowMs: () => NOW,
    });
    const line = (n: number): ChangeSet => ({
      journal: [{ epochMs: NOW, symbol: null, event: 'line', details: { n, padding: 'x'.repeat(3_000) } }],
    });
    const pages = db.pragma('page_count', { simple: true }) as number;
    db.pragma(`max_page_count = ${pages + 10}`);
    let acknowledged = 0;
    const error = thrownBy(() => {
      for (;;) {
        commit(line(acknowledged));
        acknowledged += 1;
      }
    });
    const mapped = storeError(error, path, 'a change');
    expect(mapped).toMatchObject({ code: 'MTRADE_DISK', exitCode: 74, facts: { fatal: false } });
    expect(mapped.message).toContain(path);

    db.pragma('max_page_count = 1000000');
    commit(line(acknowledged));
    const rows = db.prepare<[], { n: number }>(`SELECT json_extract(details, '$.n') AS n FROM journal`).all();
    db.close();
    expect(acknowledged).toBeGreaterThan(3);
    expect(rows.map(({ n }) => n)).toEqual(Array.from({ length: acknowledged + 1 }, (_, n) => n));
  });

  test('a failed fsync is fatal: the commit must not be tried again (P26)', () => {
    for (const code of ['SQLITE_IOERR_FSYNC', 'SQLITE_IOERR_WRITE', 'SQLITE_IOERR']) {
      const error = new SqliteDatabase.SqliteError('disk I/O error', code);
      expect(storeError(error, 'x.db', 'a change')).toMatchObject({
        code: 'MTRADE_DISK',
        facts: { fatal: true },
      });
    }
  });
});

describe('the ledger is the sum of the fills (I8)', () => {
  const tampering: readonly (readonly [string, string, RegExp])[] = [
    [
      'volume',
      `UPDATE cycle SET base_volume = '0.997'`,
      /base volume is stored as 0.997, its rows add up to 0.998/,
    ],
    ['cost', `UPDATE cycle SET invested = '100.0000000001'`, /invested is stored as 100.0000000001/],
    ['proceeds', `UPDATE cycle SET proceeds = '1'`, /proceeds/],
    ['profit', `UPDATE pair SET realized_profit = '5'`, /realized profit is stored as 5/],
    ['dust', `UPDATE pair SET dust_base = '0.1'`, /dust is stored as 0.1/],
    ['number of cycles', 'UPDATE pair SET cycles_started = 9', /counts 9 cycles, the last one is 1/],
  ];
  test.each(tampering)('a stored %s that differs is a contradiction at the next start', (_, sql, message) => {
    const { path, store, trader } = begun();
    trader.startCycle();
    store.close();
    withSql(path, (db) => db.exec(sql));

    const error = thrownBy(() => open(path).load());

    expect(error).toMatchObject({ code: 'MTRADE_CONTRADICTION', exitCode: 70 });
    expect(error.message).toMatch(message);
    expect(error.message).toContain(path);
  });

  test('dust goes from a cycle to the pair and into the next cycle, and every step adds up (scenario 21)', () => {
    const { path, store, trader } = begun();
    const intent = trader.place();
    trader.settle(intent, [trader.fill(intent, '1', '100', '0.00005')]);
    trader.sell('0.9999');
    expect(text(trader.pair.dust.base)).toBe('0.00005');
    expect(store.audit()).toEqual({ pairs: 1, cycles: 1 });

    trader.startCycle();
    expect(text(trader.pair.cycle?.baseVolume ?? ZERO)).toBe('0.99805');
    store.close();

    const again = open(path);
    expect(again.load().pairs[0]).toEqual(trader.pair);
    expect(again.audit()).toEqual({ pairs: 1, cycles: 1 });
    const ledger = withSql(path, (db) => db.prepare('SELECT cycle_id, base FROM dust ORDER BY id').all());
    expect(ledger).toEqual([
      { cycle_id: 1, base: '0.00005' },
      { cycle_id: 2, base: '-0.00005' },
    ]);
  });

  test('a reset keeps its coins out of the books, and a fill that comes later lands on the closed cycle (scenario 29)', () => {
    const { path, store, trader } = begun();
    trader.startCycle();
    const late = trader.place(limit('buy', 1, '2', '96'));
    const { pair, closed } = reset(trader.pair, NOW);
    store.commit({ pair, ...(closed ? { closedCycle: { ...closed, symbol: SYMBOL } } : {}) });
    store.close();

    const again = open(path);
    const [loaded] = again.load().pairs;
    expect(loaded).toMatchObject({ cycle: null, paused: true, openIntents: [{ id: late.id }] });
    const stored = again.queries.cycle(late.cycleId) as never;
    const fill = trader.fill(late, '2', '96', '0.004');
    const acked = { ...late, state: 'ACKED' as const, exchangeOrderId: 'x' };
    const filled = {
      ...acked,
      state: 'FILLED' as const,
      filledBase: baseQty('2'),
      filledQuote: quoteAmount('192'),
      closedMs: NOW,
    };
    const after = settleLate(loaded, stored, filled, [fill], NOW);
    again.commit({ intentMoves: [{ intent: acked, from: 'SUBMITTED' }] });
    again.commit({
      pair: after.pair,
      closedCycle: { ...(after.closed as NonNullable<typeof after.closed>), symbol: SYMBOL },
      intentMoves: [{ intent: filled, from: 'ACKED' }],
      fills: [{ fill, intentId: late.id, cycleId: late.cycleId }],
    });

    expect(again.audit()).toEqual({ pairs: 1, cycles: 1 });
    const [cycle] = again.queries.closedCycles();
    expect([cycle?.outcome, text(cycle?.baseVolume ?? ZERO), text(cycle?.invested ?? ZERO)]).toEqual([
      'reset',
      '2.994',
      '292',
    ]);
    expect(again.load().pairs[0]).toMatchObject({ paused: true, openIntents: [] });
  });

  test('an abandoned start leaves a finished cycle without money', () => {
    const { store, trader } = begun();
    const intent = trader.place();
    const killed = { ...intent, state: 'REJECTED' as const, finishAs: 'BALANCE_NOT_ENOUGH', closedMs: NOW };
    const { pair, closed } = settle(trader.pair, killed, [], null, NOW);
    store.commit({
      pair,
      ...(closed ? { closedCycle: { ...closed, symbol: SYMBOL } } : {}),
      intentMoves: [{ intent: killed, from: 'SUBMITTED' }],
    });
    expect(store.audit()).toEqual({ pairs: 1, cycles: 1 });
    expect(store.load()).toMatchObject({
      nextCycleId: 2,
      nextIntentId: 2,
      pairs: [{ cycle: null, cyclesStarted: 1 }],
    });
  });
});

describe('pairs and switches', () => {
  test('a new pair gets its permission from the configuration, a known one keeps its operator (scenario 32)', () => {
    const path = newPath();
    const store = open(path);
    const added = store.ensurePairs([
      { symbol: 'ETH/USDT', permitted: false },
      { symbol: 'BTC/USDT', permitted: true },
    ]);
    expect(added).toEqual(['ETH/USDT', 'BTC/USDT']);
    const [eth, btc] = store.load().pairs;
    store.commit({ pair: { ...eth, permitted: true } });
    store.commit({ pair: { ...btc, permitted: false, paused: true } });
    store.close();

    const again = open(path);
    expect(
      again.ensurePairs([
        { symbol: 'ETH/USDT', permitted: false },
        { symbol: 'BTC/USDT', permitted: true },
        { symbol: 'SOL/USDT', permitted: false },
      ]),
    ).toEqual(['SOL/USDT']);
    expect(again.load().pairs.map(({ symbol, permitted, paused }) => [symbol, permitted, paused])).toEqual([
      ['ETH/USDT', true, false],
      ['BTC/USDT', false, true],
      ['SOL/USDT', false, false],
    ]);
    expect(again.queries.journal({ event: 'pair' }).map(({ symbol }) => symbol)).toEqual([
      'SOL/USDT',
      'BTC/USDT',
      'ETH/USDT',
    ]);
  });

  test.each(['ETHUSDT', 'eth/usdt', 'A/B/C', '/USDT', ''])('%j is no symbol', (symbol) => {
    expect(() => open().ensurePairs([{ symbol, permitted: true }])).toThrow(/CHECK/);
  });

  test('the engine switch is on at first and keeps its last value over restarts', () => {
    const path = newPath();
    const store = open(path);
    expect(store.load().trading).toBe(true);
    store.commit({ trading: false });
    store.close();
    expect(open(path).load().trading).toBe(false);
  });

  test('journal details come back as they were written', () => {
    const store = open();
    const details = { text: 'line\n"quoted"', list: [1, 'a'], nested: { ok: true } };
    store.commit({ journal: [{ epochMs: clock.epochMs(), symbol: null, event: 'test.event', details }] });
    expect(store.queries.journal()[0]).toMatchObject({ event: 'test.event', symbol: null, details });
  });
});
