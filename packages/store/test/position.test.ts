import {
  type Intent,
  OPEN_POSITION_STATES,
  type OrderDraft,
  type Position,
  POSITION_STATES,
  POSITION_TRANSITIONS,
} from '@mtrade/cycle';
import type { StopKey } from '@mtrade/engine';
import { baseQty, decimal, price } from '@mtrade/money';
import type { Database } from 'better-sqlite3';
import { beforeEach, describe, expect, test } from 'vitest';
import { ms, newPath, NOW, open, SYMBOL, thrownBy, Trader, withSql } from './books.js';

const STOP: OrderDraft = {
  side: 'sell',
  purpose: 'stop-loss',
  step: 0,
  type: 'market',
  timeInForce: 'ioc',
  baseAmount: baseQty('0.998'),
  quoteAmount: null,
  limitPrice: null,
  stop: { triggerPrice: price('95'), stopId: null },
};

let path: string;
let trader: Trader;
beforeEach(() => {
  path = newPath();
  trader = new Trader(open(path));
});

const position = (changes: Partial<Position> = {}): Position & { symbol: string } => ({
  symbol: SYMBOL,
  cycleId: 1,
  state: 'pending_entry',
  stopVolume: null,
  rollback: null,
  refusals: 0,
  retryAtMs: ms(0),
  unprotectedSinceMs: null,
  sellUntilMs: null,
  openedMs: NOW,
  closedMs: null,
  ...changes,
});

const ENDED = POSITION_STATES.filter((state) => !OPEN_POSITION_STATES.includes(state as never));
const columnsOf = (state: string): string => {
  const closed = ENDED.includes(state as never) ? '1' : 'NULL';
  return `state = '${state}', closed_ms = ${closed}, unprotected_since_ms = ${state === 'pending_sl' ? '1' : 'NULL'},
          rollback = 'refused'`;
};

/** The only position's row by plain SQL, past the triggers. */
function force(db: Database, state: string): void {
  db.exec('DROP TRIGGER position_moves; DROP TRIGGER position_terminal');
  db.exec(`UPDATE position SET ${columnsOf(state)}`);
}

describe('one open position per pair, account and mode (uniqueness over every open state)', () => {
  test.each(OPEN_POSITION_STATES)('a second position beside one that is %s is refused', (state) => {
    trader.startCycle();
    trader.store.commit({ position: position() });
    withSql(path, (db) => force(db, state));
    trader.sell('0.998');
    trader.place();

    const error = thrownBy(() => trader.store.commit({ position: position({ cycleId: 2 }) }));

    expect(error).toMatchObject({ code: 'MTRADE_CONTRADICTION' });
    expect(error.message).toMatch(/UNIQUE.*position\.symbol/);
  });

  test.each(ENDED)('one that is %s is history and in nobody’s way', (state) => {
    trader.startCycle();
    trader.store.commit({ position: position() });
    withSql(path, (db) => force(db, state));
    trader.sell('0.998');
    trader.place();
    expect(() => trader.store.commit({ position: position({ cycleId: 2 }) })).not.toThrow();
  });
});

test('the moves that the schema allows are those of the position, no more and no fewer', () => {
  trader.startCycle();
  trader.store.commit({ position: position() });
  const wrong: string[] = [];
  withSql(path, (db) => {
    const triggers = db
      .prepare<[], string>(
        `SELECT sql FROM sqlite_schema WHERE name IN ('position_moves', 'position_terminal')`,
      )
      .pluck()
      .all();
    for (const from of POSITION_STATES)
      for (const to of POSITION_STATES) {
        db.exec('BEGIN');
        force(db, from);
        for (const sql of triggers) db.exec(sql);
        let answer = 'moved';
        try {
          db.exec(`UPDATE position SET ${columnsOf(to)}`);
        } catch (error) {
          answer = (error as Error).message;
        }
        db.exec('ROLLBACK');
        const allowed = from === to || POSITION_TRANSITIONS[from].includes(to);
        const expected = allowed ? 'moved' : ENDED.includes(from) ? 'TERMINAL' : 'ILLEGAL';
        if (answer !== expected) wrong.push(`${from} -> ${to}: ${answer}, not ${expected}`);
      }
  });
  expect(wrong).toEqual([]);
});

test('a position is born pending_entry, belongs to its cycle and is never deleted', () => {
  trader.startCycle();
  const born = (changes: Partial<Position>): string =>
    thrownBy(() => trader.store.commit({ position: position(changes) })).message;
  expect(born({ state: 'active' })).toMatch(/ILLEGAL/);
  expect(born({ cycleId: 7 })).toMatch(/FOREIGN KEY/);
  trader.store.commit({ position: position() });
  const sql = (statement: string): string =>
    withSql(path, (db) => thrownBy(() => db.prepare(statement).run()).message);
  expect(sql('DELETE FROM position')).toBe('PERMANENT');
  expect(sql('UPDATE position SET opened_ms = 1')).toBe('FROZEN');
  expect(sql(`UPDATE position SET state = 'pending_sl'`)).toMatch(/pending_has_time/);
  expect(sql(`UPDATE position SET state = 'closed'`)).toMatch(/position_ended_is_closed/);
});

test('an open position is loaded with its pair, an ended one is history', () => {
  trader.startCycle();
  const held = position({ stopVolume: baseQty('0.998'), refusals: 2, retryAtMs: ms(5), rollback: 'refused' });
  trader.store.commit({ position: position() });
  const pending = { ...held, state: 'pending_sl' as const, unprotectedSinceMs: ms(7) };
  trader.store.commit({ position: pending });
  const { symbol: _, ...expected } = pending;
  expect(trader.store.load().pairs[0]?.position).toEqual(expected);

  const closed = { ...held, state: 'rolled_back' as const, closedMs: NOW };
  trader.store.commit({ position: closed });
  expect(trader.store.load().pairs[0]?.position).toBeNull();
  expect(trader.store.queries.positions()).toEqual([closed]);
});

describe('a stop among the intents', () => {
  const stopped = (): Intent => {
    trader.startCycle();
    return trader.place(STOP);
  };

  test('is read back as it was written, with the id that the exchange gave it', () => {
    const intent = stopped();
    const live: Intent = { ...intent, state: 'LIVE', stop: { triggerPrice: price('95'), stopId: '77' } };
    trader.store.commit({ intentMoves: [{ intent: live, from: 'SUBMITTED' }] });
    expect(trader.store.load().pairs[0]?.openIntents).toEqual([live]);
    const found = (symbol: string, key: StopKey): number[] =>
      trader.store.queries.stopIntents(symbol, key).map(({ id }) => id);
    expect(found(SYMBOL, { stopId: '77' })).toHaveLength(1);
    expect(found(SYMBOL, { stopId: '78' })).toEqual([]);
    expect(found('BTC/USDT', { stopId: '77' })).toEqual([]);
    expect(found(SYMBOL, { triggerPrice: decimal('95.00') })).toEqual(found(SYMBOL, { stopId: '77' }));
    expect(found(SYMBOL, { triggerPrice: decimal('95.01') })).toEqual([]);
  });

  test('its price and its id are frozen, and no other intent may have that id', () => {
    const intent = stopped();
    const live: Intent = { ...intent, state: 'LIVE', stop: { triggerPrice: price('95'), stopId: '77' } };
    trader.store.commit({ intentMoves: [{ intent: live, from: 'SUBMITTED' }] });
    const moved = (stop: Intent['stop']): string =>
      thrownBy(() =>
        trader.store.commit({
          intentMoves: [{ intent: { ...live, ...(stop && { stop }) }, from: 'LIVE' }],
        }),
      ).message;
    expect(moved({ triggerPrice: price('94'), stopId: '77' })).toMatch(/FROZEN/);
    expect(moved({ triggerPrice: price('95'), stopId: '78' })).toMatch(/FROZEN/);
    const ended = { ...live, state: 'KILLED' as const, closedMs: NOW };
    trader.store.commit({ intentMoves: [{ intent: ended, from: 'LIVE' }] });
    trader.pair = { ...trader.pair, openIntents: [] };
    const second = trader.place(STOP);
    const stolen: Intent = { ...second, state: 'LIVE', stop: { triggerPrice: price('95'), stopId: '77' } };
    expect(
      thrownBy(() => trader.store.commit({ intentMoves: [{ intent: stolen, from: 'SUBMITTED' }] })).message,
    ).toMatch(/UNIQUE.*stop_id/);
  });

  test.each(['SUBMITTED', 'LIVE'] as const)(
    'while it is %s no second sale of the pair can be written, and a buy can (I1)',
    (state) => {
      const intent = stopped();
      if (state === 'LIVE')
        trader.store.commit({ intentMoves: [{ intent: { ...intent, state }, from: 'SUBMITTED' }] });
      const sale: Intent = { ...intent, id: intent.id + 1, clientOrderId: 'sale' };
      expect(thrownBy(() => trader.store.commit({ newIntents: [sale] })).message).toMatch(/UNIQUE/);
      const { stop: _, ...rest } = sale;
      const buy: Intent = { ...rest, side: 'buy', purpose: 'average' };
      expect(() => trader.store.commit({ newIntents: [buy] })).not.toThrow();
    },
  );

  test('only a sale of a position can be one', () => {
    trader.startCycle();
    const { change, intent } = trader.draft(STOP);
    const { baseAmount, ...rest } = intent;
    const wrong: Intent[] = [
      { ...intent, side: 'buy' },
      { ...intent, purpose: 'take-profit' },
      { ...rest, baseAmount: null, quoteAmount: baseAmount as never },
    ];
    for (const one of wrong)
      expect(thrownBy(() => trader.store.commit({ ...change, newIntents: [one] })).message).toMatch(
        /MISMATCH/,
      );
  });
});
