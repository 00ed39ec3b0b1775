import { existsSync, linkSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { isMtradeError, MtradeError } from '@mtrade/base';
import type { Database } from 'better-sqlite3';
import { backupDatabase, type BackupProgress, soundness } from './backup.js';
import { openWriter } from './connection.js';
import { fsError, storeError } from './errors.js';
import { type Identity, readIdentity, requireSame, type StoredIdentity } from './identity.js';
import { readEpoch } from './lease.js';
import { migrate } from './migrate.js';
import { openReader } from './reader.js';
import { lastChangeMs, markRestored } from './restored.js';
import { syncFile } from './sync-file.js';

export interface RestoreOptions extends Identity {
  /** The backup. It is only read. */
  readonly file: string;
  /** Where the books lie. The caller holds the single-instance lock of this place. */
  readonly path: string;
  /** Take books of another mode, exchange, account or installation. */
  readonly force?: boolean;
  readonly nowMs: number;
  readonly onProgress?: BackupProgress;
}

export interface RestoreResult {
  /** Where the books that were there before are now; null when there were none. */
  readonly aside: string | null;
  /** The last moment that the restored books know of, Unix ms. */
  readonly booksMs: number;
  readonly epoch: number;
}

/**
 * Puts a backup in the place of the books. The backup is copied, checked and marked as restored beside the books first;
 * these are then kept under another name, and the copy takes their place in one step. Between the first change and the
 * last the prepared file lies there under `restoringPath`, and no engine starts: calling this again finishes the work.
 *
 * Throws MTRADE_DATABASE (damaged, newer), MTRADE_CONFIG (not these books), MTRADE_DISK, MTRADE_PERMISSION.
 */
export async function restoreDatabase(options: RestoreOptions): Promise<RestoreResult> {
  const { file, path, nowMs } = options;
  const ready = restoringPath(path);
  const draft = `${ready}.new`;
  try {
    removeWhole(draft);
    removeWhole(ready);
    await backupDatabase(file, draft, options.onProgress);
    const { booksMs, epoch } = prepare(draft, options);
    syncFile(draft);
    renameSync(draft, ready);
    syncFile(dirname(path));
    const aside = setAside(path, nowMs);
    renameSync(ready, path);
    syncFile(dirname(path));
    return { aside, booksMs, epoch };
  } catch (error) {
    removeWhole(draft);
    throw restoreError(error, options);
  }
}

/** Of a backup that is no use the backup is named, and that the books are as they were: nothing else is wrong. */
function restoreError(error: unknown, { file, path }: RestoreOptions): MtradeError {
  const known = storeError(fsError(error), file, 'restoring');
  const why = isMtradeError(known, 'MTRADE_DATABASE') ? known.facts.damage : undefined;
  if (why === undefined) return known;
  return new MtradeError(
    'MTRADE_DATABASE',
    `the backup ${file} is damaged: ${why}. It was not used and ${path} is as it was; take another backup.`,
    { path: file, damage: why },
    { cause: error },
  );
}

/** While a file lies under this name, a restore was begun and not finished: the books beside it may be half of a pair. */
export const restoringPath = (path: string): string => `${path}.restoring`;

export function refuseHalfRestored(path: string): void {
  const ready = restoringPath(path);
  if (existsSync(ready))
    throw new MtradeError(
      'MTRADE_DATABASE',
      `a restore of ${path} was interrupted; run mtrade restore again, with the same backup, before starting`,
      { path },
    );
}

const SUFFIXES = ['', '-wal', '-shm', '-journal'];

const removeWhole = (path: string): void =>
  SUFFIXES.forEach((suffix) => rmSync(path + suffix, { force: true }));

function prepare(draft: string, options: RestoreOptions): { booksMs: number; epoch: number } {
  const db = openWriter(draft);
  try {
    const identity = readIdentity(db) as StoredIdentity;
    const present = presentBooks(options.path);
    if (options.force !== true) requireFit(identity, present, options);
    const booksMs = lastChangeMs(db);
    migrate(db);
    const epoch = db
      .transaction((): number => {
        markRestored(db, { booksMs, restoredMs: options.nowMs });
        return raiseEpoch(db, present?.epoch ?? 0);
      })
      .immediate();
    soundness(db, options.file);
    db.pragma('wal_checkpoint(TRUNCATE)');
    return { booksMs, epoch };
  } finally {
    db.close();
  }
}

interface PresentBooks {
  readonly identity: StoredIdentity;
  readonly epoch: number;
}

/** The books that are there now, as far as they can be read: a damaged file is a good reason to restore. */
function presentBooks(path: string): PresentBooks | null {
  try {
    const reader = openReader({ path });
    if (reader === null) return null;
    try {
      return { identity: reader.identity, epoch: reader.age().epoch };
    } finally {
      reader.close();
    }
  } catch {
    return null;
  }
}

function requireFit(backup: StoredIdentity, present: PresentBooks | null, options: RestoreOptions): void {
  requireSame(backup, options, options.file);
  if (present !== null && present.identity.installId !== backup.installId)
    throw new MtradeError(
      'MTRADE_CONFIG',
      `${options.file} belongs to another installation (${backup.installId}, here ${present.identity.installId}): ` +
        `its orders would not be recognised. Use --force if that is meant.`,
      { key: 'data_dir', file: options.file },
    );
}

/** Epochs never repeat, so a writer of either file stays fenced. */
function raiseEpoch(db: Database, presentEpoch: number): number {
  const epoch = Math.max(readEpoch(db) ?? 0, presentEpoch) + 1;
  db.prepare('UPDATE lease SET epoch = ?').run(epoch);
  return epoch;
}

/** Keeps the present books under a name with the time. Their log goes with them: beside other books it would be poison. */
function setAside(path: string, nowMs: number): string | null {
  const stamp = new Date(nowMs).toISOString().replace(/[-:.]/g, '');
  const aside = `${path}.before-restore-${stamp}`;
  foldLog(path);
  let kept: string | null = null;
  for (const suffix of ['', '-wal']) {
    if (!existsSync(path + suffix)) continue;
    linkSync(path + suffix, aside + suffix);
    kept = aside;
  }
  if (kept !== null) syncFile(dirname(path));
  for (const suffix of ['-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true });
  return kept;
}

/** Writes the log of a killed engine into its file, where that is still possible; otherwise it is kept as it is. */
function foldLog(path: string): void {
  if (!existsSync(path) || !existsSync(`${path}-wal`)) return;
  try {
    const db = openWriter(path);
    try {
      db.pragma('wal_checkpoint(TRUNCATE)');
    } finally {
      db.close();
    }
  } catch {
    // A damaged file keeps its log beside it, under the same new name.
  }
}
