import { closeSync, constants, lstatSync, openSync, rmSync, statSync } from 'node:fs';
import { errorText, MtradeError } from '@mtrade/base';
import SqliteDatabase from 'better-sqlite3';
import { sqliteCode, storeError } from './errors.js';

/** A lock file under its path, as it was when it was locked. Plain data: another thread can compare it. */
export interface FileWitness {
  readonly path: string;
  readonly device: number;
  readonly inode: number;
}

export interface KernelLock {
  readonly witness: FileWitness;
  /** True when this call made the file. */
  readonly created: boolean;
  /** Gives the lock up; `remove` unlinks the file first, while nobody else can hold it. */
  readonly release: (how?: { readonly remove: boolean }) => void;
}

/**
 * One try for an exclusive lock that the kernel keeps: it ends with the process, however that ends, and not before, even
 * when the process is stopped or its event loop stalls. Null when another process or connection has it.
 *
 * The lock is an open EXCLUSIVE transaction on a SQLite file that is never written. POSIX drops a process's locks on a
 * file as soon as it closes *any* descriptor of it: never open, read or copy the file by another way in this process.
 *
 * Throws MTRADE_PERMISSION, MTRADE_DISK, MTRADE_DATABASE (the file is no lock file).
 */
export function openKernelLock(path: string): KernelLock | null {
  const created = createFile(path);
  const before = witnessOf(path);
  if (!before) return null; // removed between two calls: the next try makes it again
  const db = openExisting(path);
  if (!db) return null;
  try {
    // A journal on disk would be one more file to leave behind; nothing is ever written.
    db.pragma('journal_mode = MEMORY');
    db.exec('BEGIN EXCLUSIVE');
    if (!sameFile(before)) {
      // Somebody replaced the file while we waited for it: the lock is on a file that nobody else will find.
      db.close();
      return null;
    }
  } catch (error) {
    db.close();
    if (sqliteCode(error).startsWith('SQLITE_BUSY')) return null;
    throw storeError(error, path, 'taking the lock');
  }
  return {
    witness: before,
    created,
    release: ({ remove } = { remove: false }) => {
      if (!db.open) return;
      if (remove) rmSync(path, { force: true });
      db.close();
    },
  };
}

/** A file that is made and removed by others all the time is missed this often at most before it is no coincidence. */
const OPEN_TRIES = 5;

/**
 * Null when the file was removed this very moment, by a start that gave up. It may have been made again by the time of a
 * second look, so that what could not be opened is there after all: then it is opened anew.
 */
function openExisting(path: string): SqliteDatabase.Database | null {
  for (let tries = 1; ; tries += 1) {
    try {
      return new SqliteDatabase(path, { timeout: 0, fileMustExist: true });
    } catch (error) {
      if (!witnessOf(path)) return null;
      if (tries === OPEN_TRIES) throw storeError(error, path, 'opening the lock file');
    }
  }
}

/** Is somebody holding the lock? Takes nothing and writes nothing. */
export function kernelLockHeld(path: string): boolean {
  if (!witnessOf(path)) return false;
  const db = new SqliteDatabase(path, { readonly: true, timeout: 0 });
  try {
    db.prepare('SELECT 1 FROM sqlite_schema').get();
    return false;
  } catch (error) {
    if (sqliteCode(error).startsWith('SQLITE_BUSY')) return true;
    throw storeError(error, path, 'looking at the lock');
  } finally {
    db.close();
  }
}

/**
 * Why nobody can say any more that the same file lies under the path; null while it does. A file that cannot be looked
 * at (EACCES, ESTALE, EIO) may be another by now. Never throws; a few microseconds.
 */
export function fileLoss(witness: FileWitness): string | null {
  try {
    return sameFile(witness) ? null : `${witness.path} was deleted or replaced`;
  } catch (error) {
    return `${witness.path} cannot be looked at: ${errorText(error)}`;
  }
}

/** The loss of the first of them that is lost; null while all are there. */
export function firstLoss(witnesses: readonly FileWitness[]): string | null {
  for (const witness of witnesses) {
    const reason = fileLoss(witness);
    if (reason !== null) return reason;
  }
  return null;
}

function sameFile(witness: FileWitness): boolean {
  const now = statSync(witness.path, { throwIfNoEntry: false });
  return now !== undefined && now.ino === witness.inode && now.dev === witness.device;
}

function witnessOf(path: string): FileWitness | null {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat) return null;
  if (!stat.isFile())
    throw new MtradeError(
      'MTRADE_PERMISSION',
      `${path} should be a lock file, but it is none. Remove it; links are not followed.`,
      { path },
    );
  return { path, device: stat.dev, inode: stat.ino };
}

/** Makes the file with mode 0600. An existing one is not opened: see the warning about descriptors. */
function createFile(path: string): boolean {
  try {
    closeSync(openSync(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600));
    return true;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (code === 'ENOSPC' || code === 'EDQUOT')
      throw new MtradeError(
        'MTRADE_DISK',
        `no space for the lock file ${path}: ${message}`,
        { path },
        { cause: error },
      );
    throw new MtradeError(
      'MTRADE_PERMISSION',
      `cannot make the lock file ${path}: ${message}. The data directory must be writable for this user.`,
      { path },
      { cause: error },
    );
  }
}
