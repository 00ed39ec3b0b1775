import type { Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { logFiles, LOOK_EVERY_MS } from '@mtrade/log';
import type { FileEnd } from './file-tail.js';

const POLL_MS = 200;
/** Whoever writes a file that was set aside finds the new one within a look; some more for a busy machine. */
const LATE_LINES_MS = 4 * LOOK_EVERY_MS;
const CHUNK_BYTES = 65_536;

export interface FollowOptions {
  readonly path: string;
  readonly keep: number;
  readonly from: FileEnd;
  readonly signal: AbortSignal;
}

const isSame = (a: Stats, b: Stats): boolean => a.ino === b.ino && a.dev === b.dev;
const statOf = (path: string): Promise<Stats | null> => stat(path).catch(() => null);

/**
 * The bytes that are appended from `from` on, through every rotation: a file that was set aside is read to its end
 * before the next one is begun, also where several were set aside since the last look. Ends with the signal.
 */
export async function* followFile({ path, keep, from, signal }: FollowOptions): AsyncGenerator<Buffer> {
  let { handle, offset } = from;
  let asideSince: number | null = null;
  try {
    while (!signal.aborted) {
      if (handle === null) {
        handle = await open(path, 'r').catch(() => null);
        offset = 0;
        if (handle === null) await pause(signal);
        continue;
      }
      const own: Stats = await handle.stat();
      // Emptied in place (truncate, `: > file`): begun anew.
      if (own.size < offset) offset = 0;
      const chunk = await readSome(handle, offset);
      if (chunk.length > 0) {
        offset += chunk.length;
        yield chunk;
        continue;
      }
      const current = await statOf(path);
      if (current !== null && !isSame(current, own)) {
        asideSince ??= performance.now();
        if (performance.now() - asideSince >= LATE_LINES_MS) {
          const next = await openNext(path, keep, own);
          if (next !== null) {
            await handle.close();
            [handle, offset, asideSince] = [next, 0, null];
            continue;
          }
        }
      }
      await pause(signal);
    }
  } finally {
    await handle?.close();
  }
}

async function readSome(handle: FileHandle, offset: number): Promise<Buffer> {
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, offset);
  return buffer.subarray(0, bytesRead);
}

const pause = (signal: AbortSignal): Promise<unknown> =>
  sleep(POLL_MS, undefined, { signal }).catch(() => undefined);

/** The file after `own` in the row; the oldest there is when `own` has gone. Null: names changed meanwhile, look again. */
async function openNext(path: string, keep: number, own: Stats): Promise<FileHandle | null> {
  const row = await Promise.all(
    logFiles(path, keep).map(async (name) => ({ name, stats: await statOf(name) })),
  );
  const there = row.filter((one): one is { name: string; stats: Stats } => one.stats !== null);
  const index = there.findIndex(({ stats }) => isSame(stats, own));
  const next = there[index === -1 ? there.length - 1 : index - 1];
  if (next === undefined) return null;
  const handle = await open(next.name, 'r').catch(() => null);
  if (handle === null || isSame(await handle.stat(), next.stats)) return handle;
  await handle.close();
  return null;
}
