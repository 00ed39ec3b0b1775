import { openReader, type BooksFault } from '@mtrade/store';
import { describe, expect, test } from 'vitest';
import { newPath, open, SYMBOL, Trader, withSql } from './books.js';

/** Books with one finished cycle and one that runs; damaged by `sql` through a connection that knows no constraint. */
function faultsAfter(...sql: readonly string[]): readonly BooksFault[] {
  const path = newPath();
  const store = open(path);
  const trader = new Trader(store);
  trader.startCycle();
  trader.sell('0.998');
  trader.startCycle();
  withSql(path, (db) => {
    db.pragma('foreign_keys = OFF');
    for (const statement of sql) db.exec(statement);
  });
  const reader = openReader({ path });
  if (!reader) throw new Error('no books');
  try {
    return reader.atOnce(() => reader.examine());
  } finally {
    reader.close();
  }
}

const kinds = (faults: readonly BooksFault[]): string[] => faults.map(({ kind }) => kind);
const COPY_INTENT = (changes: Readonly<Record<string, string>>): string => {
  const columns = `id, client_order_id, epoch, mode, exchange, account, symbol, side, purpose, cycle_id, decision_no,
    step, type, time_in_force, base_amount, quote_amount, limit_price, state, created_ms, deadline_ms, offset_error_ms,
    exchange_order_id, finish_as, filled_base, filled_quote, proof, closed_ms`;
  const values = columns.split(',').map((column) => changes[column.trim()] ?? column.trim());
  return `INSERT INTO intent (${columns}) SELECT ${values.join(', ')} FROM intent ORDER BY id DESC LIMIT 1`;
};

describe('examine', () => {
  test('sound books have no fault', () => {
    expect(faultsAfter()).toEqual([]);
  });

  test('a guard that somebody dropped or changed is told by its name', () => {
    expect(faultsAfter('DROP INDEX one_open', 'DROP TRIGGER fill_permanent')).toMatchObject([
      { kind: 'schema', detail: 'the index one_open is missing' },
      { kind: 'schema', detail: 'the trigger fill_permanent is missing' },
    ]);
    const narrowed = faultsAfter(
      'DROP INDEX one_open',
      `CREATE UNIQUE INDEX one_open ON intent (symbol) WHERE state = 'ACKED'`,
    );
    expect(narrowed).toMatchObject([{ kind: 'schema', detail: expect.stringContaining('one_open is not') }]);
  });

  test('a cached number that its fills do not add up to is told with both numbers, and the others are still looked at', () => {
    const faults = faultsAfter(
      `UPDATE cycle SET invested = '99' WHERE closed_ms IS NULL`,
      `UPDATE pair SET realized_profit = '7'`,
    );
    expect(kinds(faults)).toEqual(['sum']);
    expect(faults[0]).toMatchObject({ symbol: SYMBOL, detail: expect.stringMatching(/99.*100/) });
    expect(kinds(faultsAfter(`UPDATE pair SET realized_profit = '7'`))).toEqual(['sum']);
  });

  test('two running cycles and two open orders of one pair are found without the index that forbids them', () => {
    const faults = faultsAfter(
      'DROP INDEX one_cycle',
      'DROP INDEX one_open',
      `INSERT INTO cycle SELECT 99, symbol, 99, 'buying', params, NULL, 0, NULL, NULL, '0', '0', '0', NULL, started_ms,
         NULL, NULL FROM cycle WHERE closed_ms IS NULL`,
      ...[1, 2].map((n) =>
        COPY_INTENT({
          id: `max(id) + ${n}`,
          client_order_id: `'twin-${n}'`,
          state: `'SUBMITTED'`,
          closed_ms: 'NULL',
        }),
      ),
    );
    expect(faults).toContainEqual(
      expect.objectContaining({
        kind: 'two-cycles',
        symbol: SYMBOL,
        detail: '2 running cycles: numbers 2, 99',
      }),
    );
    expect(faults).toContainEqual(
      expect.objectContaining({ kind: 'two-open-intents', detail: '2 open buy orders: twin-1, twin-2' }),
    );
  });

  test('N24: a row of the ladder that was bought by two orders is a duplicate purchase', () => {
    const faults = faultsAfter(
      'DROP TRIGGER intent_born',
      COPY_INTENT({ id: 'max(id) + 1', client_order_id: `'twin'` }),
      `INSERT INTO fill SELECT exchange, symbol, 'twin', (SELECT max(id) FROM intent), cycle_id, side, base_amount, price,
         fee, fee_coin, role, epoch_ms FROM fill WHERE cycle_id = (SELECT max(id) FROM cycle)`,
    );
    expect(faults).toContainEqual(
      expect.objectContaining({
        kind: 'two-fills',
        detail: expect.stringMatching(/^cycle 2, row 0 was bought 2 times: t-m1-.*, twin$/),
      }),
    );
  });

  test('an order that ended as never placed and has trades is told', () => {
    const faults = faultsAfter(
      'DROP TRIGGER intent_terminal',
      'DROP TRIGGER intent_moves',
      'DROP TRIGGER intent_unproven',
      `UPDATE intent SET state = 'NEVER' WHERE id = (SELECT max(id) FROM intent)`,
    );
    expect(kinds(faults)).toContain('late-fill');
  });
});
