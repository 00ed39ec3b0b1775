import type { Database } from 'better-sqlite3';

/** So much lies between two copies, so that none of them meets a number of another one. */
const APART = 1_000;

/** Columns that must differ from copy to copy. */
const SHIFTED: Readonly<Record<string, readonly string[]>> = {
  cycle: ['id', 'number', 'closed_ms'],
  intent: ['id', 'cycle_id', 'decision_no'],
  fill: ['intent_id', 'cycle_id', 'epoch_ms'],
  dust: ['id', 'cycle_id'],
};
const NAMED: Readonly<Record<string, string>> = { intent: 'client_order_id', fill: 'trade_id' };

const columnsOf = (db: Database, table: string): string[] =>
  db.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(table);

/** Adds the books' cycles, orders, trades and dust so many times over, past the triggers that guard each of them. */
export function multiply(db: Database, times: number): void {
  const triggers = db
    .prepare<[], { name: string; sql: string }>("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
    .all();
  db.transaction(() => {
    for (const { name } of triggers) db.exec(`DROP TRIGGER ${name}`);
    for (const [table, shifted] of Object.entries(SHIFTED)) {
      const values = columnsOf(db, table).map((column) => {
        if (shifted.includes(column)) return `t.${column} + i * ${APART}`;
        return column === NAMED[table] ? `t.${column} || '-' || i` : `t.${column}`;
      });
      db.exec(`INSERT INTO ${table} (${columnsOf(db, table).join(', ')})
        WITH RECURSIVE counted (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM counted WHERE i < ${times})
        SELECT ${values.join(', ')} FROM counted, (SELECT * FROM ${table}) AS t`);
    }
    for (const { sql } of triggers) db.exec(sql);
  })();
}
