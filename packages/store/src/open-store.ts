import { existsSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Clock, MtradeError } from '@mtrade/base';
import type { ChangeSet, CycleStore } from '@mtrade/engine';
import { type Logger, silentLogger } from '@mtrade/log';
import type { Database } from 'better-sqlite3';
import { createAudit } from './audit.js';
import { backupDirectory, backupName } from './backup-files.js';
import { backupNow } from './backup.js';
import { createCommit } from './commit.js';
import { openWriter, type PragmaValues, readPragmas, sqliteVersion } from './connection.js';
import { createDatabase } from './create.js';
import { guarded, reading, storeError } from './errors.js';
import { growWal } from './grow-wal.js';
import { createIdleCheckpoint } from './idle-checkpoint.js';
import { type Identity, readIdentity, type StoredIdentity } from './identity.js';
import { inspect } from './inspect.js';
import { takeLease } from './lease.js';
import { loadSnapshot } from './load.js';
import { migrate, schemaVersion } from './migrate.js';
import { createQueries, type Queries } from './queries.js';
import { refuseHalfRestored } from './restore.js';
import { type Restored, readRestored } from './restored.js';
import { MIGRATIONS } from './schema/migrations.js';

export interface StoreOptions extends Identity {
  /** The database file; its directory must exist. */
  readonly path: string;
  /** Make room for all commits until the first checkpoint now, about 4 MB, instead of with each of them. Default false. */
  readonly growWal?: boolean;
  /** Fixes install id and start nonces: for simulations and tests only. */
  readonly installIdSeed?: string;
  /** Names this process in the lease; `processStart` is the system's own start time of it. */
  readonly process?: { readonly pid: number; readonly bootId: string; readonly processStart: string };
}

export interface StoreDeps {
  readonly clock: Clock;
  readonly log?: Logger;
}

/** A pair of the configuration with the permission that it gets when the books do not know it yet. */
export interface PairDefault {
  readonly symbol: string;
  readonly permitted: boolean;
}

export interface Store extends CycleStore {
  /**
   * Adds pairs that the books do not know; a known pair keeps what its operator decided. Returns the added symbols.
   */
  readonly ensurePairs: (pairs: readonly PairDefault[]) => readonly string[];
  /** Recomputes every pair and every finished cycle from its fills; a difference throws MTRADE_CONTRADICTION. */
  readonly audit: () => { readonly pairs: number; readonly cycles: number };
  /** Not null while books that came out of a backup wait to be compared with the exchange. */
  readonly restored: () => Restored | null;
  /** Every pair has been compared: these are ordinary books again. */
  readonly endRestored: () => void;
  readonly knowsOrder: (clientOrderId: string) => boolean;
  /** History and current rows, as they are committed. */
  readonly queries: Queries;
  readonly identity: StoredIdentity;
  readonly epoch: number;
  /** Whoever commits has nothing to do just now: what would hold up a commit later is done while nobody waits. */
  readonly rest: () => void;
  /** False when the file under our path is no longer the one that we have open (P30). A few microseconds. */
  readonly fileInPlace: () => boolean;
  /** What the connection says of itself: settings, SQLite and schema version. */
  readonly facts: () => { readonly pragmas: PragmaValues; readonly sqlite: string; readonly schema: number };
}

/**
 * Opens the books for writing and takes the lease: from here on every earlier writer is fenced. Makes the file when it
 * does not exist; refuses, and leaves untouched, whatever is damaged, foreign, newer, or somebody else's books.
 *
 * Throws MTRADE_DATABASE (74), MTRADE_CONFIG (78), MTRADE_PERMISSION (77), MTRADE_DISK (74).
 */
export function openStore(options: StoreOptions, { clock, log = silentLogger }: StoreDeps): Store {
  const { path } = options;
  refuseHalfRestored(path);
  const isNew = !exists(path);
  if (isNew) createDatabase({ ...options, createdMs: clock.epochMs() });
  else inspect(path, options);
  const db = attempt(path, 'opening the database', () => openWriter(path));
  try {
    return attempt(path, 'opening the database', () => assemble(db, options, { clock, log }, isNew));
  } catch (error) {
    db.close();
    if (isNew) for (const file of [path, `${path}-wal`, `${path}-shm`]) rmSync(file, { force: true });
    throw error;
  }
}

function assemble(db: Database, options: StoreOptions, deps: Required<StoreDeps>, isNew: boolean): Store {
  const { path } = options;
  const { clock, log } = deps;
  const inode = inodeOf(path);
  const from = schemaVersion(db);
  if (from < MIGRATIONS.length) {
    // An older mtrade cannot read what a newer one has migrated: this copy is the way back.
    const copy = join(backupDirectory(dirname(path)), backupName(clock.epochMs(), 'migration'));
    backupNow(db, copy);
    log.info(
      { path, from, to: MIGRATIONS.length, copy },
      'the database is brought up to date; a copy was made first',
    );
  }
  migrate(db);
  // Before the lease: its commit waits until the disk has the new blocks, so that no order has to.
  if (options.growWal === true) growWal(db, log);
  const identity = readIdentity(db) as StoredIdentity;
  const startedMs = clock.epochMs();
  const holder = { pid: process.pid, bootId: '', processStart: '', ...options.process, startedMs };
  const lease = takeLease(db, holder, options.installIdSeed);
  const queries = createQueries(db);
  const { mode, exchange, account } = identity;
  const commit = createCommit({
    db,
    identity: { mode, exchange, account },
    epoch: lease.epoch,
    nowMs: clock.epochMs,
  });
  const checkpoint = createIdleCheckpoint(db, { epoch: lease.epoch, clock, log });
  const booked = db
    .prepare<[string, string, string], number>(
      'SELECT intent_id FROM fill WHERE exchange = ? AND symbol = ? AND trade_id = ?',
    )
    .pluck();
  const fileInPlace = (): boolean => inodeOf(path) === inode;
  log.info({ path, isNew, epoch: lease.epoch, mode, sqlite: sqliteVersion(db) }, 'database open');

  return {
    identity,
    epoch: lease.epoch,
    queries: guarded(path, queries),
    fileInPlace,
    load: () => reading(path, () => loadSnapshot(db, queries, lease, identity)),
    commit: (change: ChangeSet) => {
      if (change.newIntents?.length && !fileInPlace())
        throw new MtradeError(
          'MTRADE_LOCK_LOST',
          `the database ${path} was deleted or replaced while it was open; no order may be sent any more`,
          { reason: 'database file replaced' },
        );
      attempt(path, 'a change', () => commit(change));
      checkpoint.committed();
    },
    rest: checkpoint.rest,
    restored: () => reading(path, () => readRestored(db)),
    endRestored: () => attempt(path, 'ending a restore', () => void db.prepare('DELETE FROM restored').run()),
    knowsOrder: (clientOrderId) =>
      reading(path, () => db.prepare('SELECT 1 FROM intent WHERE client_order_id = ?').get(clientOrderId)) !==
      undefined,
    audit: () => reading(path, () => auditAll(db, queries)),
    stopIntents: (symbol, key) => reading(path, () => queries.stopIntents(symbol, key)),
    bookedUnder: (symbol, tradeId) => reading(path, () => booked.get(exchange, symbol, tradeId)) ?? null,
    closedCycle: (id) => {
      const cycle = queries.cycle(id);
      return cycle && 'outcome' in cycle ? cycle : null;
    },
    closedIntent: (key) => reading(path, () => queries.closedIntent(key)),
    ensurePairs: (pairs) =>
      attempt(path, 'adding pairs', () => ensurePairs(db, pairs, lease.epoch, clock.epochMs())),
    facts: () => ({ pragmas: readPragmas(db), sqlite: sqliteVersion(db), schema: schemaVersion(db) }),
    close: () => db.close(),
  };
}

function ensurePairs(db: Database, pairs: readonly PairDefault[], epoch: number, nowMs: number): string[] {
  const insert = db.prepare<[string, number]>(
    `INSERT INTO pair (symbol, permitted, paused, attention, cycles_started, dust_base, dust_cost, realized_profit,
                       retry_at_ms, failures, decisions)
     VALUES (?, ?, 0, NULL, 0, '0', '0', '0', 0, 0, 0) ON CONFLICT DO NOTHING`,
  );
  const journal = db.prepare<[number, string, string]>(
    `INSERT INTO journal (epoch_ms, symbol, event, details) VALUES (?, ?, 'pair.added', ?)`,
  );
  return db
    .transaction(() => {
      const added = pairs.filter(
        ({ symbol, permitted }) => insert.run(symbol, permitted ? 1 : 0).changes === 1,
      );
      for (const { symbol, permitted } of added)
        journal.run(nowMs, symbol, JSON.stringify({ permitted, epoch }));
      return added.map(({ symbol }) => symbol);
    })
    .immediate();
}

function auditAll(db: Database, queries: Queries): { pairs: number; cycles: number } {
  const audit = createAudit(db);
  const pairs = queries.pairs();
  const cycles = queries.closedCycles({ limit: Number.MAX_SAFE_INTEGER });
  for (const pair of pairs) audit.pair(pair);
  for (const cycle of cycles) audit.closedCycle(cycle);
  return { pairs: pairs.length, cycles: cycles.length };
}

function attempt<T>(path: string, doing: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw storeError(error, path, doing);
  }
}

/** Device and inode of a file as text; empty when there is none. */
function inodeOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? `${stat.dev}:${stat.ino}` : '';
}

/** An unreadable directory must not look like a missing file, or books would be made anew. */
function exists(path: string): boolean {
  if (existsSync(path)) return true;
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    throw new MtradeError(
      'MTRADE_PERMISSION',
      `cannot look at ${path}: ${(error as Error).message}`,
      { path },
      {
        cause: error,
      },
    );
  }
}
