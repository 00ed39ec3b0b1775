import { closeSync, constants, existsSync, fstatSync, openSync, readFileSync } from 'node:fs';
import type { ConfigFs } from './read-file.js';
import type { SecretFile, SecretFs } from './secrets.js';

/** Without waiting for a writer: a named pipe would hold the program for ever. */
function readConfigBytes(path: string): Uint8Array {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(fd);
    // A directory keeps Node's own error, EISDIR.
    if (!stat.isFile() && !stat.isDirectory()) throw new Error('this is no regular file');
    return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}

export const nodeConfigFs: ConfigFs = { readFile: readConfigBytes, exists: existsSync };

/** Opens without following a symbolic link and looks at what was opened, so nothing can be swapped in between. */
function readSecretFile(path: string): SecretFile {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(fd);
    return {
      isRegular: stat.isFile(),
      mode: stat.mode & 0o777,
      uid: stat.uid,
      text: stat.isFile() && stat.size <= 65_536 ? readFileSync(fd, 'utf8') : '',
    };
  } finally {
    closeSync(fd);
  }
}

export const nodeSecretFs: SecretFs = { readSecretFile, uid: process.getuid?.() ?? null };
