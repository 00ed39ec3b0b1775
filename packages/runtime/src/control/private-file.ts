import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { errorText, MtradeError } from '@mtrade/base';
import type { Logger } from '@mtrade/log';

const OWNER_ONLY = 0o600;
/** O_NONBLOCK: opening a FIFO that somebody put in place must not hang the start. */
const SAFE_READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

const errnoOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

/**
 * The text of a file that only this user may read; null when there is none.
 *
 * Checks are made on the open file, so nothing can be swapped in between. A symbolic link, another kind of file or
 * another owner is refused; a wider mode is mended, since the state directory is ours (S07, S08).
 */
export function readPrivateFile(path: string, maxBytes: number, log: Logger): string | null {
  let fd: number;
  try {
    fd = openSync(path, SAFE_READ);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw refused(path, errnoOf(error) === 'ELOOP' ? 'it is a symbolic link' : errorText(error));
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw refused(path, 'it is not a regular file');
    if (process.getuid !== undefined && stat.uid !== process.getuid())
      throw refused(path, 'it belongs to another user');
    if ((stat.mode & 0o777) !== OWNER_ONLY) {
      fchmodSync(fd, OWNER_ONLY);
      log.warn({ path, mode: (stat.mode & 0o777).toString(8) }, 'file mode was not 0600; mended');
    }
    const buffer = Buffer.alloc(maxBytes);
    return buffer.toString('utf8', 0, readSync(fd, buffer, 0, maxBytes, 0));
  } finally {
    closeSync(fd);
  }
}

/** Replaces the file in one step: a reader, or a crash at any line, sees the old text or the new one. */
export function writePrivateFile(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    // A left-over of a process with our pid; O_EXCL then proves that we made the file we write to.
    rmSync(temporary, { force: true });
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    const fd = openSync(temporary, flags, OWNER_ONLY);
    try {
      writeSync(fd, text);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
    syncDirectory(dirname(path));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw writeFailure(path, error);
  }
}

function syncDirectory(path: string): void {
  const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

const refused = (path: string, why: string): MtradeError =>
  new MtradeError('MTRADE_PERMISSION', `${path} is not used: ${why}. Move it away and start again.`, {
    path,
  });

function writeFailure(path: string, error: unknown): MtradeError {
  const forbidden = errnoOf(error) === 'EACCES' || errnoOf(error) === 'EPERM' || errnoOf(error) === 'EROFS';
  const text = `cannot write ${path}: ${errorText(error)}`;
  return forbidden
    ? new MtradeError('MTRADE_PERMISSION', text, { path }, { cause: error })
    : new MtradeError('MTRADE_DISK', text, { path }, { cause: error });
}
