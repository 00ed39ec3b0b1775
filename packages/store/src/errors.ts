import { errorText, MtradeError } from '@mtrade/base';

/** SQLite's own name of a failure, such as `SQLITE_FULL`; empty for anything else. */
export const sqliteCode = (error: unknown): string => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && code.startsWith('SQLITE_') ? code : '';
};

/**
 * Whatever SQLite threw, as one of our errors.
 *
 * A failed read, write or fsync of the disk is fatal: the commit may or may not survive, so the engine has to stop and
 * read the file anew; it must never try the commit again. A full disk has changed nothing and may end by itself.
 */
export function storeError(error: unknown, path: string, doing: string): MtradeError {
  if (error instanceof MtradeError) return error;
  const code = sqliteCode(error);
  const what = `${doing} (${path}): ${errorText(error)}`;
  const options = { cause: error };
  if (code === 'SQLITE_FULL')
    return new MtradeError(
      'MTRADE_DISK',
      `disk full: ${what}. Free some space; nothing has been lost.`,
      { path, fatal: false },
      options,
    );
  if (code.startsWith('SQLITE_IOERR'))
    return new MtradeError(
      'MTRADE_DISK',
      `the disk failed (${code}): ${what}. Check the disk before starting again.`,
      { path, fatal: true },
      options,
    );
  if (code.startsWith('SQLITE_READONLY') || code === 'SQLITE_PERM' || code === 'SQLITE_AUTH')
    return new MtradeError(
      'MTRADE_PERMISSION',
      `the database cannot be written: ${what}. Check owner and mode of the file and its directory.`,
      { path },
      options,
    );
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED'))
    return new MtradeError(
      'MTRADE_DATABASE',
      `another program keeps the database locked: ${what}. Close it; sqlite3 shells count too.`,
      { path, busy: true },
      options,
    );
  if (isDamage(error)) return damaged(path, errorText(error), error);
  if (code.startsWith('SQLITE_CONSTRAINT')) return refusal(error, path, doing);
  if (code === '')
    return new MtradeError('MTRADE_CONTRADICTION', what, { path, stack: (error as Error)?.stack }, options);
  return new MtradeError('MTRADE_DATABASE', `${code}: ${what}`, { path }, options);
}

/** Errors of the file system in SQLite's words, so that one table maps both. */
export function fsError(error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  const name = code === undefined ? undefined : FS_CODES[code];
  return name === undefined ? error : Object.assign(new Error(message), { code: `SQLITE_${name}` });
}

const FS_CODES: Readonly<Record<string, string>> = {
  EACCES: 'PERM',
  EPERM: 'PERM',
  EROFS: 'READONLY',
  ENOSPC: 'FULL',
  EDQUOT: 'FULL',
  EIO: 'IOERR',
  EEXIST: 'CANTOPEN',
  ENOENT: 'CANTOPEN',
  ENOTDIR: 'CANTOPEN',
  EISDIR: 'CANTOPEN',
};

/** A file that is not a sound database. It is left as it is: only a human may decide what to do with books. */
export const damaged = (path: string, why: string, cause?: unknown): MtradeError<'MTRADE_DATABASE'> =>
  new MtradeError(
    'MTRADE_DATABASE',
    `the database ${path} is damaged: ${why}. Nothing has been changed and nothing will be created in its place; ` +
      `put back a backup with mtrade restore, or move the file (and its -wal) away to begin with empty books.`,
    { path, damage: why },
    { cause },
  );

/** SQLite's own word that a file is no sound database. */
export const isDamage = (error: unknown): boolean =>
  /^SQLITE_(?:CORRUPT|NOTADB|FORMAT)/.test(sqliteCode(error));

/** The schema refused a write. The words of the triggers are listed in schema/v1.ts. */
function refusal(error: unknown, path: string, doing: string): MtradeError {
  const message = errorText(error);
  const promise = /^[A-Z]+$/.test(message) ? message : sqliteCode(error);
  if (promise === 'FENCED')
    return new MtradeError(
      'MTRADE_LOCK_LOST',
      `another engine has taken over the database ${path}; this one must not write any more`,
      { reason: 'a newer epoch holds the lease' },
      { cause: error },
    );
  if (promise === 'RESTORED')
    return new MtradeError(
      'MTRADE_COMMAND',
      'the books were restored from a backup and this pair has not been cleared yet: no order is sent for it. ' +
        'Compare it with the exchange, then resume or reset the pair.',
      { command: doing },
      { cause: error },
    );
  return new MtradeError(
    'MTRADE_CONTRADICTION',
    `the books refuse ${doing}: ${message}`,
    { promise, message, path },
    { cause: error },
  );
}

/** The same functions; whatever they throw names the file. A row that cannot be read back is damage. */
export function guarded<T extends object>(path: string, functions: T): T {
  const guard = (value: unknown): unknown =>
    typeof value === 'function'
      ? (...values: unknown[]): unknown =>
          reading(path, () => (value as (...v: unknown[]) => unknown)(...values))
      : value;
  return Object.fromEntries(Object.entries(functions).map(([name, value]) => [name, guard(value)])) as T;
}

/** Runs a read of the books: damage and contradictions come out as errors that name the file. */
export function reading<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw readFailure(error, path);
  }
}

/** As `reading`, for rows that come one at a time. */
export function* readingRows<T>(path: string, rows: Iterable<T>): Generator<T, void, undefined> {
  try {
    yield* rows;
  } catch (error) {
    throw readFailure(error, path);
  }
}

function readFailure(error: unknown, path: string): MtradeError {
  if (error instanceof MtradeError && error.code === 'MTRADE_CONTRADICTION')
    return new MtradeError('MTRADE_CONTRADICTION', `the books in ${path}: ${error.message}`, error.facts, {
      cause: error,
    });
  if (error instanceof MtradeError || sqliteCode(error) !== '')
    return storeError(error, path, 'reading the books');
  return damaged(path, `a row cannot be read back (${errorText(error)})`, error);
}
