import { createHash } from 'node:crypto';
import { MtradeError } from '@mtrade/base';
import { INTENT_STATES, INTENT_TRANSITIONS, type Intent, OPEN_INTENT_STATES } from '@mtrade/cycle';
import { price, quoteAmount } from '@mtrade/money';
import type { Database } from 'better-sqlite3';
import { beforeEach, describe, expect, test } from 'vitest';
import { MIGRATIONS } from '../src/schema/migrations.js';
import { limit, ms, newPath, NOW, open, SYMBOL, thrownBy, Trader, withSql } from './books.js';

/** Hash of every released migration. A difference means that somebody's database no longer fits its version number. */
const RELEASED = [
  '912955b21828a7b0',
  '25b588ec7d3d1c64',
  'c1fd0e4066def414',
  '4ebad835e757ee0e',
  '74561615c9e80ac9',
  'f326b0490e34968d',
];

test('a released migration is never edited', () => {
  const hashes = MIGRATIONS.map((sql) => createHash('sha256').update(sql).digest('hex').slice(0, 16));
  expect(hashes).toEqual(RELEASED);
});

let path: string;
let trader: Trader;
beforeEach(() => {
  path = newPath();
  trader = new Trader(open(path));
});

/** What a foreign program hears that tries this. */
const sqlError = (sql: string, ...values: unknown[]): string =>
  withSql(path, (db) => thrownBy(() => db.prepare(sql).run(...values)).message);

/** The only intent's row moved by plain SQL, first to `from` past all triggers, then to `to` under them. */
function sqlMove(db: Database, id: number, from: string, to: string): string {
  const closed = (state: string): string => (OPEN_INTENT_STATES.includes(state as never) ? 'NULL' : '1');
  const proof = JSON.stringify([1, 2].map(() => ({ complete: true, startedAtMs: NOW + 60_000 })));
  db.exec('BEGIN');
  try {
    const triggers = db
      .prepare<[], { name: string; sql: string }>(
        `SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'intent_%'`,
      )
      .all();
    for (const { name } of triggers) db.exec(`DROP TRIGGER ${name}`);
    db.exec(
      `UPDATE intent SET state = '${from}', closed_ms = ${closed(from)}, proof = '${proof}' WHERE id = ${id}`,
    );
    for (const { sql } of triggers) db.exec(sql);
    db.exec(`UPDATE intent SET state = '${to}', closed_ms = ${closed(to)} WHERE id = ${id}`);
    return 'moved';
  } catch (error) {
    return (error as Error).message;
  } finally {
    db.exec('ROLLBACK');
  }
}

describe('intents', () => {
  test.each(OPEN_INTENT_STATES)('a second buy while the first is %s is refused (I1)', (state) => {
    const intent = trader.place();
    withSql(path, (db) => {
      if (state === 'SUBMITTED') return;
      // LIVE is reached by way of ACKED; every other open state directly.
      if (state === 'LIVE') db.exec(`UPDATE intent SET state = 'ACKED' WHERE id = ${intent.id}`);
      db.exec(`UPDATE intent SET state = '${state}' WHERE id = ${intent.id}`);
    });

    const second: Intent = { ...intent, id: 2, clientOrderId: 'second' };
    const error = thrownBy(() => trader.store.commit({ newIntents: [second] }));

    expect(error).toMatchObject({ code: 'MTRADE_CONTRADICTION' });
    expect(error.message).toMatch(/UNIQUE.*intent\.symbol, intent\.side/);
  });

  test('a sale beside an open buy is another side, and allowed', () => {
    trader.startCycle();
    const buy = trader.place(limit('buy', 1, '2', '96'));
    const sale: Intent = { ...buy, ...limit('sell', 1, '0.5', '101'), id: buy.id + 1, clientOrderId: 'sale' };
    expect(() => trader.store.commit({ newIntents: [sale] })).not.toThrow();
  });

  test('a client order id is used once, ever', () => {
    const intent = trader.place();
    trader.settle(intent, []);
    const again = { ...trader.draft().intent, clientOrderId: intent.clientOrderId };
    const { change } = trader.draft();
    expect(thrownBy(() => trader.store.commit({ ...change, newIntents: [again] })).message).toMatch(
      /UNIQUE.*client_order_id/,
    );
  });

  const refused: readonly (readonly [string, string, (db: Database) => void, RegExp])[] = [
    [
      'FORBIDDEN',
      'a buy for a pair without permission',
      (db) => db.exec('UPDATE pair SET permitted = 0'),
      /FORBIDDEN/,
    ],
    ['PAUSED', 'a start buy for a paused pair', (db) => db.exec('UPDATE pair SET paused = 1'), /PAUSED/],
    [
      'ATTENTION',
      'a buy for a pair that needs attention',
      (db) => db.exec(`UPDATE pair SET attention = 'x'`),
      /ATTENTION/,
    ],
    ['STOPPED', 'a buy while the engine is off', (db) => db.exec('UPDATE engine SET trading = 0'), /STOPPED/],
  ];
  test.each(refused)('%s: %s', (promise, _, forbid, message) => {
    withSql(path, forbid);
    const { change } = trader.draft();
    const { pair: __, ...withoutPair } = change;
    const error = thrownBy(() => trader.store.commit(withoutPair));
    expect(error).toMatchObject({ code: 'MTRADE_CONTRADICTION', facts: { promise } });
    expect(error.message).toMatch(message);
    expect(trader.store.queries.intents()).toEqual([]);
  });

  test('permission is judged after the same change has written the pair (scenario 31)', () => {
    const { change } = trader.draft();
    const pair = { ...(change.pair as typeof trader.pair), permitted: false };
    expect(thrownBy(() => trader.store.commit({ ...change, pair })).message).toMatch(/FORBIDDEN/);
    expect(trader.store.load().pairs[0]).toMatchObject({ permitted: true, cycle: null });
  });

  test('without permission, paused and under attention an open position may still be sold', () => {
    trader.startCycle();
    trader.pair = { ...trader.pair, permitted: false, paused: true, attention: 'look' };
    trader.store.commit({ pair: trader.pair, trading: false });
    expect(() => trader.place(limit('sell', 0, '0.5', '101'))).not.toThrow();
  });

  test('an intent is born SUBMITTED and nothing else', () => {
    const { change } = trader.draft();
    const intent: Intent = { ...(change.newIntents?.[0] as Intent), state: 'ACKED' };
    expect(thrownBy(() => trader.store.commit({ ...change, newIntents: [intent] })).message).toMatch(
      /ILLEGAL/,
    );
  });

  test('an intent of a finished cycle, or of another pair, is refused', () => {
    trader.startCycle();
    trader.sell('0.998');
    const { intent } = trader.draft();
    const late: Intent = { ...intent, cycleId: 1 };
    expect(thrownBy(() => trader.store.commit({ newIntents: [late] })).message).toMatch(/CLOSED/);

    trader.place();
    trader.store.ensurePairs([{ symbol: 'BTC/USDT', permitted: true }]);
    const foreign: Intent = { ...intent, symbol: 'BTC/USDT', id: 9, clientOrderId: 'foreign' };
    expect(thrownBy(() => trader.store.commit({ newIntents: [foreign] })).message).toMatch(/MISMATCH/);
  });

  test('the moves that the schema allows are those of the state machine, no more and no fewer (I14)', () => {
    const { id } = trader.place();
    const wrong: string[] = [];
    withSql(path, (db) => {
      for (const from of INTENT_STATES)
        for (const to of INTENT_STATES) {
          const allowed = from === to || INTENT_TRANSITIONS[from].includes(to);
          const answer = sqlMove(db, id, from, to);
          const ended = !OPEN_INTENT_STATES.includes(from as never);
          const expected = allowed ? 'moved' : ended ? 'TERMINAL' : 'ILLEGAL';
          if (answer !== expected) wrong.push(`${from} -> ${to}: ${answer}, not ${expected}`);
        }
    });
    expect(wrong).toEqual([]);
  });

  const scan = (startedAtMs: number, complete = true) => ({
    startedAtMs: ms(startedAtMs),
    complete,
    openRows: 0,
    finishedRows: 0,
    tradeRows: 0,
  });
  const after = NOW + 20_000;
  test.each([
    ['no scan', []],
    ['one scan', [scan(after)]],
    ['one complete and one cut short', [scan(after), scan(after + 2_000, false)]],
    ['one from before the deadline', [scan(NOW), scan(after)]],
  ])('NEVER with %s is UNPROVEN (I13)', (_, proof) => {
    const intent = trader.place();
    const unknown: Intent = { ...intent, state: 'UNKNOWN', proof };
    trader.store.commit({ intentMoves: [{ intent: unknown, from: 'SUBMITTED' }] });
    const never: Intent = { ...unknown, state: 'NEVER', closedMs: NOW };
    const move = { intentMoves: [{ intent: never, from: 'UNKNOWN' as const }] };
    expect(thrownBy(() => trader.store.commit(move)).message).toMatch(/UNPROVEN/);
    expect(trader.store.queries.intents()[0]?.state).toBe('UNKNOWN');

    const proven: Intent = { ...never, proof: [scan(after), scan(after + 2_000)] };
    expect(() => trader.store.commit({ intentMoves: [{ intent: proven, from: 'UNKNOWN' }] })).not.toThrow();
  });

  test.each([
    ['amount', { quoteAmount: quoteAmount('999') }],
    ['client order id', { clientOrderId: 'other' }],
    ['deadline', { deadlineMs: ms(NOW + 9_999_999) }],
    ['step', { step: 5 }],
    ['side', { side: 'sell' as const }],
  ])("a move cannot change the order's %s", (_, change) => {
    const intent = trader.place();
    const moved: Intent = { ...intent, state: 'UNKNOWN', ...change };
    expect(
      thrownBy(() => trader.store.commit({ intentMoves: [{ intent: moved, from: 'SUBMITTED' }] })).message,
    ).toMatch(/FROZEN/);
  });

  test('an end has its time and an open state has none', () => {
    const { id } = trader.place();
    expect(sqlError(`UPDATE intent SET state = 'REJECTED' WHERE id = ?`, id)).toMatch(/ended_is_closed/);
    expect(sqlError(`UPDATE intent SET closed_ms = 1 WHERE id = ?`, id)).toMatch(/ended_is_closed/);
  });

  test('exactly one amount, and a limit has a price', () => {
    const { change, intent } = trader.draft();
    for (const [wrong, name] of [
      [{ baseAmount: intent.quoteAmount as never }, 'one_amount'],
      [{ quoteAmount: null }, 'one_amount'],
      [{ limitPrice: price('1') }, 'limit_has_price'],
    ] as const)
      expect(
        thrownBy(() => trader.store.commit({ ...change, newIntents: [{ ...intent, ...wrong }] })).message,
      ).toMatch(name);
  });
});

describe('cycles', () => {
  test('active without volume, start price or ladder is refused', () => {
    trader.startCycle();
    expect(sqlError(`UPDATE cycle SET base_volume = '0.00'`)).toMatch(/active_has_volume/);
    trader.sell('0.998');
    trader.place();
    expect(sqlError(`UPDATE cycle SET state = 'active', base_volume = '1' WHERE state = 'buying'`)).toMatch(
      /active_has_ladder/,
    );
  });

  test('one running cycle per pair, and a number is given once', () => {
    trader.startCycle();
    const copy = (state: string, number: number): string =>
      `INSERT INTO cycle SELECT 99, symbol, ${number}, ${state}, params, ladder, step, start_price, last_buy_price,
       base_volume, invested, proceeds, profit, started_ms, last_fill_ms, closed_ms FROM cycle`;
    expect(sqlError(copy(`'active'`, 2))).toMatch(/UNIQUE.*cycle\.symbol$/);
    expect(sqlError(copy(`'active'`, 1))).toMatch(/UNIQUE/);
  });

  test('parameters, ladder and start price are frozen (scenario 24)', () => {
    trader.startCycle();
    for (const change of [
      `params = '{}'`,
      `ladder = '{}'`,
      'ladder = NULL',
      `start_price = '99'`,
      'number = 7',
      'started_ms = 1',
    ])
      expect([change, sqlError(`UPDATE cycle SET ${change}`)]).toEqual([change, 'FROZEN']);
  });

  test('a finished cycle stays finished, an active one never goes back to buying', () => {
    trader.startCycle();
    expect(sqlError(`UPDATE cycle SET state = 'buying'`)).toBe('ILLEGAL');
    trader.sell('0.998');
    expect(sqlError(`UPDATE cycle SET state = 'active', closed_ms = NULL, profit = NULL`)).toBe('TERMINAL');
    expect(sqlError(`UPDATE cycle SET state = 'reset'`)).toBe('TERMINAL');
  });

  test('an end without time or profit is refused', () => {
    trader.startCycle();
    expect(sqlError(`UPDATE cycle SET state = 'closed'`)).toMatch(/over_is_complete/);
    expect(sqlError(`UPDATE cycle SET state = 'closed', closed_ms = 1`)).toMatch(/over_is_complete/);
  });
});

describe('fills', () => {
  test('a trade is booked once (I6)', () => {
    const intent = trader.startCycle();
    const { fill } = trader.store.queries.fills()[0] as never as { fill: never };
    const again = { fills: [{ fill, intentId: intent.id, cycleId: intent.cycleId }] };
    expect(thrownBy(() => trader.store.commit(again)).message).toMatch(/UNIQUE.*trade_id/);
  });

  test('a trade belongs to an intent of its pair, side and cycle', () => {
    const intent = trader.startCycle();
    const fill = trader.fill(intent, '1', '100');
    const book = (changes: object, intentId = intent.id, cycleId = intent.cycleId): string =>
      thrownBy(() => trader.store.commit({ fills: [{ fill: { ...fill, ...changes }, intentId, cycleId }] }))
        .message;
    expect(book({ side: 'sell' })).toMatch(/MISMATCH/);
    expect(book({ symbol: 'BTC/USDT' })).toMatch(/MISMATCH/);
    expect(book({}, intent.id, 99)).toMatch(/MISMATCH/);
    expect(book({}, 99)).toMatch(/FOREIGN KEY/);
  });

  test('is never changed', () => {
    trader.startCycle();
    expect(sqlError(`UPDATE fill SET price = '1'`)).toBe('FROZEN');
  });
});

test.each(['cycle', 'intent', 'fill', 'dust', 'meta', 'lease'])('a row of %s cannot be deleted', (table) => {
  trader.startCycle();
  withSql(path, (db) =>
    db.exec(
      `INSERT INTO dust (symbol, cycle_id, base, cost, epoch_ms) VALUES ('${SYMBOL}', NULL, '0', '0', 0)`,
    ),
  );
  expect(sqlError(`DELETE FROM ${table}`)).toBe('PERMANENT');
});

test.each(['dust', 'journal', 'meta'])('a row of %s cannot be changed', (table) => {
  trader.startCycle();
  withSql(path, (db) =>
    db.exec(
      `INSERT INTO dust (symbol, cycle_id, base, cost, epoch_ms) VALUES ('${SYMBOL}', NULL, '0', '0', 0)`,
    ),
  );
  expect(sqlError(`UPDATE ${table} SET id = id`)).toBe('FROZEN');
});

test('the lease only grows', () => {
  expect(sqlError('UPDATE lease SET epoch = epoch')).toBe('ILLEGAL');
});

test.each(['1e-7', '', '.5', '5.', '1.2.3', '0x10', ' 1', 'NaN', '--1', '+1'])(
  'the text %j is no amount in any column',
  (value) => {
    trader.startCycle();
    for (const column of [
      'pair.dust_base',
      'pair.realized_profit',
      'cycle.invested',
      'cycle.last_buy_price',
      'intent.filled_base',
    ]) {
      const [table, name] = column.split('.');
      expect([column, sqlError(`UPDATE ${table} SET ${name} = ?`, value)]).toEqual([
        column,
        expect.stringMatching(/CHECK constraint/),
      ]);
    }
  },
);

test('a number is refused where an amount or a whole time belongs', () => {
  expect(sqlError('UPDATE pair SET retry_at_ms = 1.5')).toMatch(/cannot store REAL value in INTEGER column/);
  expect(sqlError(`UPDATE pair SET failures = 'x'`)).toMatch(/cannot store TEXT value in INTEGER column/);
  expect(sqlError(`UPDATE pair SET dust_base = '-1'`)).toMatch(/CHECK constraint/);
});

test('a refusal is a contradiction that names the promise', () => {
  const error = thrownBy(() =>
    trader.store.commit({ fills: [{ fill: {} as never, intentId: 1, cycleId: 1 }] }),
  );
  expect(error).toBeInstanceOf(MtradeError);
  expect(error).toMatchObject({ code: 'MTRADE_CONTRADICTION', exitCode: 70 });
});
