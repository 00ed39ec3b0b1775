import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { type Cleanable, type CleanLimits, findCleanable } from './cleanable.js';
import { openReadonly } from './connection.js';
import { damaged, guarded, reading, readingRows, sqliteCode, storeError } from './errors.js';
import { type BooksFault, examineBooks } from './examine.js';
import { createHistory, type History } from './history/index.js';
import { readIdentity, type StoredIdentity } from './identity.js';
import { schemaVersion } from './migrate.js';
import { createQueries, type Queries } from './queries.js';
import { type Restored, readRestored } from './restored.js';
import { MIGRATIONS } from './schema/migrations.js';

const OLDEST_READABLE = 1;
const WITH_RESTORED = 2;

/** When the books were written, for "last stored state, so and so old". Unix ms. */
export interface StoreAge {
  /** Start of the engine that wrote last. */
  readonly startedMs: number;
  /** Its latest change. A restore is none: restored books are as old as their backup. */
  readonly changedMs: number;
  readonly pid: number;
  readonly epoch: number;
}

export interface Reader extends Queries {
  readonly identity: StoredIdentity;
  readonly history: History;
  readonly age: () => StoreAge;
  /** All questions asked within `look` are answered from one moment of the books, whatever an engine commits meanwhile. */
  readonly atOnce: <T>(look: () => T) => T;
  /** What is wrong inside the books; empty when nothing is. Reads every row. */
  readonly examine: () => readonly BooksFault[];
  /** What `cleanBooks` may remove. */
  readonly cleanable: (limits: CleanLimits) => Cleanable;
  /** Not null while books that came out of a backup wait to be compared with the exchange. */
  readonly restored: () => Restored | null;
  readonly close: () => void;
}

/**
 * Reads the books without an engine, beside a running one, and after one that was killed; null when there are none.
 * It writes nothing and leaves no file behind, even where nothing may be written.
 *
 * | beside the database lies | then                                                                        |
 * | `-wal` and `-shm`        | an engine runs, or was killed: SQLite reads both in place                    |
 * | neither                  | a clean stop: opening would create both, so an image of the file is read     |
 * | `-wal` alone             | a copy without its shared memory: database and log are copied away and read |
 *
 * Throws MTRADE_DATABASE, MTRADE_PERMISSION.
 */
export function openReader({ path }: { readonly path: string }): Reader | null {
  if (!existsSync(path)) return null;
  try {
    const { db, dispose } = attach(path);
    try {
      return assemble(path, db, dispose);
    } catch (error) {
      dispose();
      throw error;
    }
  } catch (error) {
    throw storeError(readError(error), path, 'reading the database');
  }
}

interface Attached {
  readonly db: Database;
  readonly dispose: () => void;
}

function attach(path: string): Attached {
  if (statSync(path).size === 0) throw damaged(path, 'the file is empty');
  const hasLog = existsSync(`${path}-wal`);
  if (!hasLog) return withoutLog(path);
  if (!existsSync(`${path}-shm`)) return copied(path);
  try {
    return inPlace(path);
  } catch (error) {
    // The engine may have stopped between the two looks, or its files may be closed to us: read what can be read.
    if (!/^SQLITE_(CANTOPEN|READONLY|PERM)/.test(sqliteCode(error))) throw error;
    return existsSync(`${path}-wal`) ? copied(path) : withoutLog(path);
  }
}

function inPlace(path: string): Attached {
  const db = openReadonly(path);
  try {
    schemaVersion(db);
    return { db, dispose: () => db.close() };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Larger books are read from a copy on the disk: memory must not grow with them. */
const IN_MEMORY_BYTES = 64 * 1_048_576;

/** Two bytes of the header that say "write-ahead log", or that there is none. */
const JOURNAL_BYTES = { from: 18, to: 20, none: 1 } as const;

function withoutLog(path: string): Attached {
  return statSync(path).size <= IN_MEMORY_BYTES ? inMemory(path) : copiedWithoutLog(path);
}

function inMemory(path: string): Attached {
  const image = readFileSync(path);
  // An image in memory has no log, and all of it has been checkpointed.
  const { from, to, none } = JOURNAL_BYTES;
  if (image.length > to) image.fill(none, from, to);
  const db = openReadonly(image);
  return { db, dispose: () => db.close() };
}

const copied = (path: string): Attached =>
  fromCopy(path, (copy) => copyFileSync(`${path}-wal`, `${copy}-wal`));

const copiedWithoutLog = (path: string): Attached =>
  fromCopy(path, (copy) => {
    const { from, to, none } = JOURNAL_BYTES;
    const fd = openSync(copy, 'r+');
    try {
      writeSync(fd, Buffer.alloc(to - from, none), 0, to - from, from);
    } finally {
      closeSync(fd);
    }
  });

function fromCopy(path: string, complete: (copy: string) => void): Attached {
  const directory = mkdtempSync(join(tmpdir(), 'mtrade-read-'));
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  try {
    const copy = join(directory, basename(path));
    copyFileSync(path, copy);
    complete(copy);
    const { db } = inPlace(copy);
    return {
      db,
      dispose: () => {
        db.close();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

function assemble(path: string, db: Database, dispose: () => void): Reader {
  const version = schemaVersion(db);
  // What later versions have added is not asked of older books, or answered with nothing.
  if (version < OLDEST_READABLE || version > MIGRATIONS.length)
    throw damaged(path, `its schema is ${version}, this version of mtrade reads ${MIGRATIONS.length}`);
  const identity = readIdentity(db);
  if (!identity) throw damaged(path, 'it does not say whose books it holds');
  const lease = db.prepare<[], StoreAge>(
    `SELECT pid, epoch, started_ms AS startedMs,
            max(started_ms, coalesce((SELECT epoch_ms FROM journal WHERE event <> 'books.restored' ORDER BY id DESC LIMIT 1), 0)) AS changedMs
     FROM lease`,
  );
  const queries = createQueries(db);
  const history = createHistory(db);
  return {
    ...guarded(path, queries),
    history: {
      ...guarded(path, history),
      exported: (filter) => readingRows(path, history.exported(filter)),
      cyclesBetween: (span) => readingRows(path, history.cyclesBetween(span)),
    },
    atOnce: (look) => db.transaction(look)(),
    examine: () => reading(path, () => examineBooks(db, queries)),
    cleanable: (limits) => reading(path, () => findCleanable(db, limits)),
    identity,
    restored: () => (version < WITH_RESTORED ? null : readRestored(db)),
    age: () =>
      lease.get() ?? { pid: 0, epoch: 0, startedMs: identity.createdMs, changedMs: identity.createdMs },
    close: dispose,
  };
}

/** Errors of the file system, in SQLite's words. */
function readError(error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'EACCES' || code === 'EPERM'
    ? Object.assign(new Error(message), { code: 'SQLITE_PERM' })
    : error;
}
