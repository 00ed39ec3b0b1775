import { errorText, MtradeError } from '@mtrade/base';
import { closeSync, existsSync, fsyncSync, linkSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';

/** A file that is there whole or not at all. */
export interface NewFile {
  readonly write: (text: string) => void;
  /** Puts it in its place. */
  readonly finish: () => void;
  /** Takes back what was written. Does nothing after `finish`. */
  readonly discard: () => void;
}

const errnoOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

const taken = (path: string): MtradeError =>
  new MtradeError(
    'MTRADE_USAGE',
    `${path} is there already; --force replaces it once the new one is whole`,
    {},
  );

function failure(path: string, error: unknown): MtradeError {
  if (error instanceof MtradeError) return error;
  const code = errnoOf(error);
  const text = `${path} cannot be written: ${errorText(error)}`;
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR')
    return new MtradeError('MTRADE_USAGE', text, {}, { cause: error });
  return code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
    ? new MtradeError('MTRADE_PERMISSION', text, { path }, { cause: error })
    : new MtradeError('MTRADE_DISK', text, { path }, { cause: error });
}

const guarded = <T>(path: string, action: () => T): T => {
  try {
    return action();
  } catch (error) {
    throw failure(path, error);
  }
};

/** A link is made only where nothing is, whoever else writes there; file systems without links take a rename. */
function putInPlace(temporary: string, path: string): void {
  try {
    linkSync(temporary, path);
  } catch (error) {
    if (errnoOf(error) === 'EEXIST' || existsSync(path)) throw taken(path);
    renameSync(temporary, path);
    return;
  }
  rmSync(temporary);
}

/**
 * Writes beside `path` and takes its place at the end, so that a full disk, a crash or Ctrl-C leaves no half of a file.
 * Only its owner may read it. Throws MTRADE_USAGE when something is there and `force` is not given, MTRADE_PERMISSION,
 * MTRADE_DISK.
 */
export function newFile(path: string, { force }: { readonly force: boolean }): NewFile {
  if (!force && existsSync(path)) throw taken(path);
  const temporary = `${path}.${process.pid}.tmp`;
  const fd = guarded(path, () => openSync(temporary, 'wx', 0o600));
  let isOpen = true;
  const close = (): void => {
    if (isOpen) closeSync(fd);
    isOpen = false;
  };
  let isDone = false;
  return {
    write: (text) => guarded(path, () => writeAll(fd, text)),
    finish: () =>
      guarded(path, () => {
        fsyncSync(fd);
        close();
        if (force) renameSync(temporary, path);
        else putInPlace(temporary, path);
        isDone = true;
      }),
    discard: () => {
      if (isDone) return;
      close();
      rmSync(temporary, { force: true });
    },
  };
}

/** A single write may take a part only, on a disk that is nearly full for example. */
function writeAll(fd: number, text: string): void {
  let bytes = Buffer.from(text);
  while (bytes.length > 0) bytes = bytes.subarray(writeSync(fd, bytes));
}
