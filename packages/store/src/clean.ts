import { assert } from '@mtrade/base';
import type { Database } from 'better-sqlite3';
import { createAudit } from './audit.js';
import { findCleanable, type CleanLimits } from './cleanable.js';
import { openWriter } from './connection.js';
import { reading, storeError } from './errors.js';
import { schemaVersion } from './migrate.js';
import { createQueries } from './queries.js';
import { WITH_STOPS } from './schema/migrations.js';

/** What a caller has decided to remove, after it asked the exchange: a part of what `Reader.cleanable` named. */
export interface CleanChoice {
  readonly journalIds: readonly number[];
  readonly intentIds: readonly number[];
  readonly cycleIds: readonly number[];
}

export interface CleanOptions {
  readonly path: string;
  readonly limits: CleanLimits;
  readonly nowMs: number;
  /** Named in the journal's line about the clean-up. */
  readonly backup: string;
}

/** These keep history in place; for the length of the transaction they are taken away and put back as they were. */
const GUARDS = ['intent_permanent', 'cycle_permanent', 'position_permanent'] as const;

/** With each row that goes SQLite looks for rows that point to it: too slow without an index, which no engine needs. */
const LOOK_UPS = [
  ['clean_intents', 'intent (cycle_id)'],
  ['clean_fills', 'fill (intent_id)'],
] as const;

/**
 * Removes the chosen rows in one transaction. The caller holds the single-instance lock and has made a backup.
 *
 * Everything is judged once more inside: a row that is not cleanable now, a sum that differs afterwards or a guard that
 * did not come back undoes all of it. Throws MTRADE_CONTRADICTION, MTRADE_DATABASE, MTRADE_DISK.
 */
export function cleanBooks(options: CleanOptions, choice: CleanChoice): void {
  const { path } = options;
  const db = openWriter(path);
  try {
    reading(path, () => db.transaction(() => remove(db, options, choice)).immediate());
  } catch (error) {
    throw storeError(error, path, 'the clean-up');
  } finally {
    db.close();
  }
}

function remove(db: Database, { limits, nowMs, backup }: CleanOptions, choice: CleanChoice): void {
  requireCleanable(db, limits, choice);
  const names = guardsOf(db);
  const guards = names.map((name) => guardSql(db, name));
  for (const name of names) db.exec(`DROP TRIGGER ${name}`);
  for (const [name, on] of LOOK_UPS) db.exec(`CREATE INDEX ${name} ON ${on}`);
  for (const [table, ids] of [
    ['journal', choice.journalIds],
    ['intent', choice.intentIds],
    ...(schemaVersion(db) >= WITH_STOPS ? [['position', choice.cycleIds] as const] : []),
    ['cycle', choice.cycleIds],
  ] as const) {
    const key = table === 'position' ? 'cycle_id' : 'id';
    const statement = db.prepare<[number]>(`DELETE FROM ${table} WHERE ${key} = ?`);
    for (const id of ids) statement.run(id);
  }
  for (const [name] of LOOK_UPS) db.exec(`DROP INDEX ${name}`);
  for (const sql of guards) db.exec(sql);
  requireSound(db);
  const details = {
    journal: choice.journalIds.length,
    intents: choice.intentIds.length,
    cycles: choice.cycleIds.length,
    backup,
  };
  db.prepare<[number, string]>(
    `INSERT INTO journal (epoch_ms, symbol, event, details) VALUES (?, NULL, 'books.cleaned', ?)`,
  ).run(nowMs, JSON.stringify(details));
}

function requireCleanable(db: Database, limits: CleanLimits, choice: CleanChoice): void {
  const now = findCleanable(db, limits);
  const intents = new Set(now.intents.map(({ id }) => id));
  const journal = new Set(now.journalIds);
  const cycles = new Map(now.cycles.map((cycle) => [cycle.id, cycle]));
  const chosen = new Set(choice.intentIds);
  for (const id of chosen) assert(intents.has(id), `contradiction: order ${id} may not be removed any more`);
  for (const id of choice.journalIds)
    assert(journal.has(id), `contradiction: journal line ${id} may not be removed any more`);
  for (const id of choice.cycleIds)
    assert(
      cycles.get(id)?.intentIds.every((intentId) => chosen.has(intentId)) === true,
      `contradiction: cycle ${id} may not be removed any more`,
    );
}

function guardSql(db: Database, name: string): string {
  const sql = db
    .prepare<[string], string>(`SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name = ?`)
    .pluck()
    .get(name);
  assert(sql !== undefined, `contradiction: the trigger ${name} is missing; nothing is removed without it`);
  return sql;
}

/** Books that no newer engine has opened yet have no positions. */
const guardsOf = (db: Database): readonly (typeof GUARDS)[number][] =>
  schemaVersion(db) >= WITH_STOPS ? GUARDS : GUARDS.filter((name) => name !== 'position_permanent');

function requireSound(db: Database): void {
  for (const name of guardsOf(db)) guardSql(db, name);
  const queries = createQueries(db);
  const audit = createAudit(db);
  for (const pair of queries.pairs()) audit.pair(pair);
  for (const cycle of queries.closedCycles({ limit: Number.MAX_SAFE_INTEGER })) audit.closedCycle(cycle);
}
