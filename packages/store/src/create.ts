import { closeSync, existsSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { damaged, fsError, storeError } from './errors.js';
import { fourLetters } from './lease.js';
import { type Identity, writeIdentity } from './identity.js';
import { migrate } from './migrate.js';
import { syncFile } from './sync-file.js';

export interface CreateOptions extends Identity {
  readonly path: string;
  readonly installIdSeed?: string;
  readonly createdMs: number;
}

/**
 * Makes the books beside their final name and moves them there when they are complete. A process that dies here leaves
 * nothing under that name, so an empty or half-made file under it is always damage and never a beginning.
 */
export function createDatabase(options: CreateOptions): void {
  const { path } = options;
  // A write-ahead log without its database means that the database was lost, with committed rows still in the log.
  if (existsSync(`${path}-wal`)) throw damaged(path, `the file is missing, but ${path}-wal is there`);
  const draft = `${path}.new`;
  try {
    removeDraft(draft);
    closeSync(openSync(draft, 'wx', 0o600));
    fill(draft, options);
    syncFile(draft);
    renameSync(draft, path);
    syncFile(dirname(path));
  } catch (error) {
    removeDraft(draft);
    throw storeError(fsError(error), path, 'creating the database');
  }
}

const removeDraft = (draft: string): void =>
  ['', '-journal', '-wal', '-shm'].forEach((suffix) => rmSync(draft + suffix, { force: true }));

function fill(draft: string, options: CreateOptions): void {
  const db = new SqliteDatabase(draft);
  try {
    // Already here: a process that dies while it turns WAL on leaves a rollback journal, which only a writer can undo.
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.transaction(() => {
      migrate(db);
      writeIdentity(db, {
        mode: options.mode,
        exchange: options.exchange,
        account: options.account,
        installId: fourLetters(options.installIdSeed),
        createdMs: options.createdMs,
      });
    }).immediate();
  } finally {
    db.close();
  }
}
