import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { MtradeError } from '@mtrade/base';
import SqliteDatabase, { type Database } from 'better-sqlite3';
import { openReadonly } from './connection.js';
import { damaged, fsError, isDamage, storeError } from './errors.js';
import { readIdentity } from './identity.js';
import { readEpoch } from './lease.js';
import { schemaVersion } from './migrate.js';
import { APPLICATION_ID, MIGRATIONS } from './schema/migrations.js';
import { syncFile } from './sync-file.js';

export interface BackupResult {
  readonly pages: number;
  /** Read back from the finished file: its structure is sound, and its rows are those of one moment of the source. */
  readonly verified: true;
}

/** Told while pages are copied; the copy is read back after the last one, which takes about as long. */
export type BackupProgress = (copied: number, total: number) => void;

/** Pages between two looks at other work: 1 MiB. */
const PAGES_PER_STEP = 256;

/**
 * Copies the books while an engine trades on them, or after it ended. The copy is of one moment, is read back and
 * checked, belongs to its owner alone (0600), is on the disk when this resolves, and appears under its name in one step;
 * a file that had the name before is replaced only then. A failure leaves nothing behind.
 *
 * It reads beside the writer and holds no lock that a commit would wait for; meanwhile SQLite's log cannot be wound
 * back, so it may grow. The check reads the whole copy in one go: in an engine, run this on a thread of its own.
 *
 * Never point it at a database that *this process* writes without its `-wal` in place: see `openSource`.
 */
export async function backupDatabase(
  source: string,
  target: string,
  onProgress: BackupProgress = () => undefined,
): Promise<BackupResult> {
  const draft = draftOf(source, target);
  try {
    makeDraft(draft);
    const db = openSource(source);
    try {
      // The open read transaction pins one moment. Without it every commit would make the copy begin anew.
      db.exec('BEGIN');
      const facts = factsOf(db, source);
      const { totalPages } = await db.backup(draft, {
        progress: ({ totalPages: total, remainingPages }) => {
          onProgress(total - remainingPages, total);
          return PAGES_PER_STEP;
        },
      });
      finish(draft, target, { facts, source });
      return { pages: totalPages, verified: true };
    } finally {
      db.close();
    }
  } catch (error) {
    removeDraft(draft);
    throw copyError(error, source, target);
  }
}

/** The same for an open connection, without waiting: the whole copy is made in this call. For a start, before a migration. */
export function backupNow(db: Database, target: string): void {
  const draft = draftOf(db.name, target);
  try {
    makeDraft(draft);
    const facts = factsOf(db, db.name);
    db.prepare('VACUUM INTO ?').run(draft);
    finish(draft, target, { facts, source: db.name });
  } catch (error) {
    removeDraft(draft);
    throw copyError(error, db.name, target);
  }
}

/** What cannot be read is the source's fault, what cannot be written the target's. */
const copyError = (error: unknown, source: string, target: string): MtradeError =>
  storeError(fsError(error), isDamage(error) ? source : target, `backing up ${source}`);

function draftOf(source: string, target: string): string {
  const at = statOf(target);
  const from = statOf(source);
  const isSame = at !== undefined && from !== undefined && at.ino === from.ino && at.dev === from.dev;
  if (isSame || existsSync(`${target}-wal`))
    throw new MtradeError(
      'MTRADE_USAGE',
      `${target} is a database in use; a backup needs a name of its own`,
      {},
    );
  return join(dirname(target), `.${basename(target)}.${randomBytes(4).toString('hex')}.draft`);
}

/** Undefined when there is nothing, or when it cannot be looked at: making the draft then says why. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function makeDraft(draft: string): void {
  mkdirSync(dirname(draft), { recursive: true, mode: 0o700 });
  closeSync(openSync(draft, 'wx', 0o600));
}

/** What cannot be removed must not hide why the copy failed; the next clean-up takes it. */
function removeDraft(draft: string): void {
  try {
    for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(draft + suffix, { force: true });
  } catch {
    return;
  }
}

/**
 * With a log beside it the file is read in place, under SQLite's own locks. Without one nobody has it open: it is read
 * whole, because opening it would leave a log and shared memory behind. The two looks prove that nobody came meanwhile.
 *
 * A database that this process itself has open always has its log; reading and closing its file by other means would
 * drop all of the process's locks on it (POSIX).
 */
function openSource(path: string): Database {
  const before = statSync(path, { throwIfNoEntry: false });
  if (before === undefined)
    throw new MtradeError('MTRADE_DATABASE', `there is no database at ${path}, so nothing to back up`, {
      path,
    });
  if (before.size === 0) throw damaged(path, 'the file is empty');
  if (existsSync(`${path}-wal`)) return openReadonly(path);
  const image = readFileSync(path);
  const after = statSync(path);
  const isQuiet =
    !existsSync(`${path}-wal`) && after.mtimeMs === before.mtimeMs && after.size === image.length;
  if (!isQuiet) return openReadonly(path);
  // Two bytes of the header say "write-ahead log"; an image in memory has none, and all of it has been checkpointed.
  if (image.length > 20 && image[18] === 2) image.fill(1, 18, 20);
  return openReadonly(image);
}

/** What must be the same in the copy. */
type Facts = Readonly<Record<'schema' | 'epoch' | 'intents' | 'fills' | 'lines', number>>;

function factsOf(db: Database, name: string): Facts {
  if (db.pragma('application_id', { simple: true }) !== APPLICATION_ID)
    throw new MtradeError('MTRADE_DATABASE', `${name} is not a database of mtrade`, { path: name });
  const count = (sql: string): number => db.prepare<[], number>(sql).pluck().get() as number;
  return {
    schema: schemaVersion(db),
    epoch: readEpoch(db) ?? 0,
    intents: count('SELECT coalesce(max(id), 0) FROM intent'),
    fills: count('SELECT count(*) FROM fill'),
    lines: count('SELECT coalesce(max(id), 0) FROM journal'),
  };
}

interface Original {
  readonly facts: Facts;
  /** Named when the copy is not sound: it has every page of the source as it is. */
  readonly source: string;
}

function finish(draft: string, target: string, original: Original): void {
  verify(draft, original);
  chmodSync(draft, 0o600);
  syncFile(draft);
  renameSync(draft, target);
  syncFile(dirname(target));
}

/** Reads the copy back. It is left as one plain file, without a log of its own, so that it can be copied anywhere. */
function verify(draft: string, { facts, source }: Original): void {
  const db = new SqliteDatabase(draft, { fileMustExist: true });
  try {
    db.pragma('journal_mode = DELETE');
    soundness(db, source);
    const found = JSON.stringify(factsOf(db, draft));
    if (found !== JSON.stringify(facts))
      throw damaged(draft, `the copy says ${found}, its source ${JSON.stringify(facts)}`);
    if (!readIdentity(db)) throw damaged(source, 'it does not say whose books it holds');
  } finally {
    db.close();
  }
}

/** Every page and index; throws MTRADE_DATABASE. Reads the whole file. */
export function soundness(db: Database, path: string): void {
  const problems = db.pragma('integrity_check(3)') as { integrity_check: string }[];
  if (problems.length !== 1 || problems[0]?.integrity_check !== 'ok')
    throw damaged(path, problems.map((row) => row.integrity_check).join('; '));
  const version = schemaVersion(db);
  if (version > MIGRATIONS.length)
    throw new MtradeError(
      'MTRADE_DATABASE',
      `${path} was written by a newer mtrade (schema ${version}, this version knows ${MIGRATIONS.length}). ` +
        `Install that version; the file has not been touched.`,
      { path },
    );
}
