import SqliteDatabase from 'better-sqlite3';

/**
 * How an earlier generation opened positions, kept for one purpose: `mtrade reproduce` has to show that it finds
 * duplicates where there are some. Nothing else may use it. The three mistakes are the original ones:
 *
 *   1. the unique index covers `active` only, so a position that is being opened is not in it
 *   2. the check asks for `active`, too: check and index share the same hole
 *   3. the row is made in one transaction and becomes active in another, with the order in between
 */
const SCHEMA = `
CREATE TABLE position (
  id          INTEGER PRIMARY KEY,
  symbol      TEXT NOT NULL,
  status      TEXT NOT NULL,
  opener      TEXT NOT NULL,
  opened_mono REAL NOT NULL   -- monotonic ms, the same clock in every process of this machine
) STRICT;
CREATE UNIQUE INDEX one_active ON position (symbol) WHERE status = 'active';`;

/** `opened`: a position of its own; `too-late`: the index objects when the order has long been sent; `seen`: nothing done. */
export type FlawedOutcome = 'opened' | 'too-late' | 'seen';

export interface FlawedBooks {
  /** Check, insert, order (`placeOrder` blocks for its round trip), update. */
  readonly open: (symbol: string, opener: string, placeOrder: () => void) => FlawedOutcome;
  /** Monotonic ms of every position's insert, by pair, in order. */
  readonly inserts: () => ReadonlyMap<string, readonly number[]>;
  readonly close: () => void;
}

export function openFlawedBooks(path: string, monoMs: () => number): FlawedBooks {
  const db = new SqliteDatabase(path, { timeout: 10_000 });
  db.pragma('journal_mode = WAL');
  // Nothing in here outlives the race.
  db.pragma('synchronous = OFF');
  db.transaction(() => {
    const isNew = db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'position'`).get() === undefined;
    if (isNew) db.exec(SCHEMA);
  }).immediate();
  const active = db.prepare<[string]>(`SELECT 1 FROM position WHERE symbol = ? AND status = 'active'`);
  const insert = db.prepare<[string, string, number]>(
    `INSERT INTO position (symbol, status, opener, opened_mono) VALUES (?, 'entry_placed', ?, ?)`,
  );
  const activate = db.prepare<[number | bigint]>(`UPDATE position SET status = 'active' WHERE id = ?`);
  const all = db.prepare<[], { symbol: string; openedMono: number }>(
    'SELECT symbol, opened_mono AS openedMono FROM position ORDER BY opened_mono',
  );
  return {
    open: (symbol, opener, placeOrder) => {
      if (active.get(symbol) !== undefined) return 'seen';
      const { lastInsertRowid } = insert.run(symbol, opener, monoMs());
      placeOrder();
      try {
        activate.run(lastInsertRowid);
        return 'opened';
      } catch (error) {
        if ((error as { code?: string }).code !== 'SQLITE_CONSTRAINT_UNIQUE') throw error;
        return 'too-late';
      }
    },
    inserts: () => {
      const times = new Map<string, number[]>();
      for (const { symbol, openedMono } of all.all())
        times.set(symbol, [...(times.get(symbol) ?? []), openedMono]);
      return times;
    },
    close: () => db.close(),
  };
}
