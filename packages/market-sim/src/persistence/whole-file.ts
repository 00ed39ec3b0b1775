import { closeSync, fsync, fsyncSync, openSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

/** Where a file is written before it takes its name. A leftover of a kill is simply written over. */
export const draftOf = (path: string): string => `${path}.new`;

/** Renamed into place whole: there is never a moment with half of it. `parts` are flushed to the platter first. */
export function writeWholeFlushed(path: string, parts: Iterable<string>): number {
  const draft = openSync(draftOf(path), 'w', 0o600);
  let bytes = 0;
  try {
    for (const part of parts) bytes += writeFully(draft, part);
    fsyncSync(draft);
  } finally {
    closeSync(draft);
  }
  renameSync(draftOf(path), path);
  flushFolder(path);
  return bytes;
}

/** Whole or not at all after a kill, but not after a power cut. */
export function writeWhole(path: string, text: string): void {
  writeFileSync(draftOf(path), text, { mode: 0o600 });
  renameSync(draftOf(path), path);
}

/** Then the new name of the file survives a power cut. */
function flushFolder(path: string): void {
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** Waits for the disk beside the event loop, which may be busy with other things meanwhile. */
export const flushed: (file: number) => Promise<void> = promisify(fsync);

export async function folderFlushed(path: string): Promise<void> {
  const folder = openSync(dirname(path), 'r');
  try {
    await flushed(folder);
  } finally {
    closeSync(folder);
  }
}

/** `write` may take only a part when the disk is nearly full. Answers the bytes. */
export function writeFully(file: number, text: string): number {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
  return bytes.length;
}
