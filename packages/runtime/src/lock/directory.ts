import { accessSync, constants, lstatSync, mkdirSync, realpathSync, rmdirSync, statSync } from 'node:fs';
import { dirname, isAbsolute } from 'node:path';
import { MtradeError } from '@mtrade/base';

export interface EnsuredDirectory {
  /** Without links: two names of one directory are one lock. */
  readonly path: string;
  /** The topmost directory that this call made; null when all were there. */
  readonly created: string | null;
  /** Removes what this call made, as far as it is empty. */
  readonly undo: () => void;
}

/**
 * The directories to make, topmost first. One by one, because `mkdir` with `recursive` never returns where the system
 * answers ENOENT below a directory that exists (/proc).
 */
function missingDirectories(directory: string): readonly string[] {
  const missing: string[] = [];
  for (let path = directory; !statSync(path, { throwIfNoEntry: false }); path = dirname(path))
    missing.unshift(path);
  return missing;
}

/** False when somebody else has just made it: of several starts at one instant each must get as far as the lock (P35). */
function makeDirectory(path: string): boolean {
  try {
    mkdirSync(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Makes a directory for this user only (0700) and makes sure that it can be written. Throws MTRADE_PERMISSION. */
export function ensureDirectory(directory: string): EnsuredDirectory {
  if (!isAbsolute(directory))
    throw new MtradeError(
      'MTRADE_CONFIG',
      `data_dir must be an absolute path, not ${JSON.stringify(directory)}`,
      {
        key: 'data_dir',
      },
    );
  let created: string | null = null;
  const undo = (): void => {
    if (created === null) return;
    for (let path = directory; path.length >= created.length; path = dirname(path)) {
      try {
        rmdirSync(path);
      } catch {
        return; // somebody put something into it, or it is gone: not ours to remove
      }
    }
  };
  try {
    for (const missing of missingDirectories(directory)) {
      if (makeDirectory(missing)) created ??= missing;
    }
    if (!statSync(directory).isDirectory()) throw new Error('it is no directory');
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    return { path: realpathSync(directory), created, undo };
  } catch (error) {
    undo();
    const { message } = error as Error;
    throw new MtradeError(
      'MTRADE_PERMISSION',
      `the directory ${directory} cannot be used: ${message}. It must be writable for the user who runs mtrade.`,
      { path: directory },
      { cause: error },
    );
  }
}

/** In a place that others may write to, a directory of that name may have been put there by somebody else. */
export function requireOwn(directory: string, uid: number): void {
  const stat = lstatSync(directory);
  if (stat.isDirectory() && stat.uid === uid && (stat.mode & 0o022) === 0) return;
  throw new MtradeError(
    'MTRADE_PERMISSION',
    `${directory} must be a directory of this user that nobody else can write to. Remove it and start again.`,
    { path: directory },
  );
}
