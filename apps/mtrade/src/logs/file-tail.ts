import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { logFiles } from '@mtrade/log';
import { splitLines } from '../analyze-logs/split-lines.js';

/** The end of a file that is still being written; `handle` is null where there is no file yet. */
export interface FileEnd {
  readonly handle: FileHandle | null;
  /** Behind the last line that was complete. */
  readonly offset: number;
}

const CHUNK_BYTES = 65_536;
const LINE_END = 0x0a;

/** Opens the file that is written now, and finds where its last complete line ends. */
export async function endOf(path: string): Promise<FileEnd> {
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (handle === null) return { handle, offset: 0 };
  const buffer = Buffer.alloc(CHUNK_BYTES);
  let end = (await handle.stat()).size;
  while (end > 0) {
    const start = Math.max(0, end - CHUNK_BYTES);
    const { bytesRead } = await handle.read(buffer, 0, end - start, start);
    const found = buffer.subarray(0, bytesRead).lastIndexOf(LINE_END);
    if (found !== -1) return { handle, offset: start + found + 1 };
    end = start;
  }
  return { handle, offset: 0 };
}

/** The last `count` lines that are wanted, over the current file up to `end` and the older ones behind it. */
export async function lastLines(
  files: { readonly path: string; readonly keep: number; readonly end: FileEnd },
  count: number,
  wanted: (line: string) => boolean,
): Promise<string[]> {
  const { handle, offset } = files.end;
  let found =
    handle === null || offset === 0
      ? []
      : await collect(
          handle.createReadStream({ start: 0, end: offset - 1, autoClose: false }) as AsyncIterable<Buffer>,
          count,
          wanted,
        );
  for (const path of logFiles(files.path, files.keep).slice(1)) {
    if (found.length >= count) break;
    try {
      const older = await collect(createReadStream(path) as AsyncIterable<Buffer>, count, wanted);
      found = [...older, ...found].slice(-count);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      break;
    }
  }
  return found;
}

async function collect(
  chunks: AsyncIterable<Buffer>,
  count: number,
  wanted: (line: string) => boolean,
): Promise<string[]> {
  let found: string[] = [];
  for await (const lines of splitLines(chunks)) {
    for (const line of lines) if (line !== null && line !== '' && wanted(line)) found.push(line);
    if (found.length > 2 * count) found = found.slice(-count);
  }
  return count === 0 ? [] : found.slice(-count);
}
