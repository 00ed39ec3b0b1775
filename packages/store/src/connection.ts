import { MtradeError } from '@mtrade/base';
import SqliteDatabase, { type Database } from 'better-sqlite3';

/** Before this version two connections of one WAL database could corrupt it (SQLite release notes, 3.51.3). */
export const MIN_SQLITE = '3.51.3';

/** How long a statement waits for a lock that a foreign program holds. */
export const BUSY_TIMEOUT_MS = 2_000;

/**
 * Settings of the one writing connection. Each is read back: the library is compiled with a weaker default for
 * `synchronous` in WAL mode, which only shows when an existing file is opened the second time.
 */
const WRITER_PRAGMAS: readonly (readonly [name: string, set: string, expected: number | string])[] = [
  ['journal_mode', 'WAL', 'wal'],
  ['synchronous', 'FULL', 2],
  ['foreign_keys', 'ON', 1],
  ['busy_timeout', String(BUSY_TIMEOUT_MS), BUSY_TIMEOUT_MS],
  ['trusted_schema', 'OFF', 0],
  ['cell_size_check', 'ON', 1],
  ['mmap_size', '0', 0],
];

export type PragmaValues = Readonly<Record<string, number | string>>;

/** The settings as the connection itself reports them. */
export const readPragmas = (db: Database): PragmaValues =>
  Object.fromEntries(
    WRITER_PRAGMAS.map(([name]) => [name, db.pragma(name, { simple: true }) as number | string]),
  );

export function setPragmas(db: Database, path: string): void {
  for (const [name, set] of WRITER_PRAGMAS) db.pragma(`${name} = ${set}`);
  const actual = readPragmas(db);
  for (const [name, , expected] of WRITER_PRAGMAS)
    if (actual[name] !== expected)
      throw new MtradeError(
        'MTRADE_DATABASE',
        `the database ${path} does not keep its setting ${name}: wanted ${expected}, got ${actual[name]}`,
        { path },
      );
}

/** Opens an existing file for writing. */
export function openWriter(path: string): Database {
  const db = new SqliteDatabase(path, { fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
  try {
    requireSqlite(sqliteVersion(db), path);
    setPragmas(db, path);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Opens an existing file for reading only; closing it changes nothing on disk. */
export function openReadonly(source: string | Buffer): Database {
  const db = new SqliteDatabase(source, { readonly: true, timeout: BUSY_TIMEOUT_MS });
  try {
    for (const [name, set] of [
      ['query_only', 'ON'],
      ['trusted_schema', 'OFF'],
      ['cell_size_check', 'ON'],
      ['mmap_size', '0'],
      // What has to be sorted and is large goes to an unlinked file.
      ['temp_store', 'FILE'],
    ] as const)
      db.pragma(`${name} = ${set}`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

export const sqliteVersion = (db: Database): string =>
  db.prepare('SELECT sqlite_version()').pluck().get() as string;

export function requireSqlite(version: string, path: string): void {
  const parts = (text: string): number[] => text.split('.').map(Number);
  const wanted = parts(MIN_SQLITE);
  const actual = parts(version);
  const difference = wanted.map((part, i) => (actual[i] ?? 0) - part).find((d) => d !== 0) ?? 0;
  if (difference < 0)
    throw new MtradeError(
      'MTRADE_DATABASE',
      `SQLite ${version} can corrupt a database in WAL mode; ${MIN_SQLITE} or newer is needed. Reinstall better-sqlite3.`,
      { path },
    );
}
