import { closeSync, fsyncSync, openSync } from 'node:fs';

/** Makes what was written to a file, or renamed in a directory, survive a power cut. */
export function syncFile(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
