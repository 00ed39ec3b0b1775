import {
  closeSync,
  constants,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { errorText, MtradeError } from '@mtrade/base';
import { isAsWritten } from './signed-unit.js';

export type Installed = 'new' | 'replaced' | 'unchanged';

/**
 * Puts the unit in its place, whole or not at all. A file that somebody has edited, or a link (a masked unit), is only
 * replaced with `force`. Throws MTRADE_COMMAND for that, MTRADE_PERMISSION, or MTRADE_DISK.
 */
export function installUnit(
  path: string,
  text: string,
  { force, remedy }: { readonly force: boolean; readonly remedy: string },
): Installed {
  try {
    const there = lstatSync(path, { throwIfNoEntry: false });
    if (there !== undefined && !there.isFile() && !force)
      throw refused(path, 'is a link or no file (masked?)');
    const old = there?.isFile() ? readFileSync(path, 'utf8') : null;
    if (old === text) return 'unchanged';
    if (old !== null && !force && !isAsWritten(old))
      throw refused(path, 'was not written like this by mtrade');
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
    replaceFile(path, text);
    return there === undefined ? 'new' : 'replaced';
  } catch (error) {
    if (error instanceof MtradeError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const isForbidden = code === 'EACCES' || code === 'EPERM' || code === 'EROFS';
    throw isForbidden
      ? new MtradeError(
          'MTRADE_PERMISSION',
          `${path} cannot be written (${code}): ${remedy}`,
          { path },
          { cause: error },
        )
      : new MtradeError(
          'MTRADE_DISK',
          `${path} cannot be written: ${errorText(error)}`,
          { path },
          { cause: error },
        );
  }
}

const refused = (path: string, why: string): MtradeError =>
  new MtradeError(
    'MTRADE_COMMAND',
    `${path} ${why}, and is left as it is. --force replaces it. Changes of your own are kept by: systemctl edit mtrade`,
    { command: 'systemd' },
  );

/** systemd reads units as root and as anybody, so it is no secret: 0644. */
function replaceFile(path: string, text: string): void {
  const draft = `${path}.${process.pid}.tmp`;
  try {
    rmSync(draft, { force: true });
    const fd = openSync(
      draft,
      constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
      0o644,
    );
    try {
      writeSync(fd, text);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(draft, path);
    const directory = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      fsyncSync(directory);
    } finally {
      closeSync(directory);
    }
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}
