import { closeSync, constants, fstatSync, openSync, statSync, writeSync } from 'node:fs';

/** Where lines go. Never throws, never waits long: trading goes on without a log (scenario 53, P24). */
export interface LogSink {
  readonly write: (line: string) => void;
  /** Lines that could not be written since the start. */
  readonly lost: () => number;
  readonly close: () => void;
}

/** A reader may pause this long before lines are dropped instead of waited for. */
const PATIENCE_MS = 50;

const sleepCell = new Int32Array(new SharedArrayBuffer(4));
const sleepMs = (ms: number): void => void Atomics.wait(sleepCell, 0, 0, ms);

/**
 * A pipe or terminal whose reader stands still blocks its writer for ever. Opened anew in non-blocking mode (which the
 * shared descriptor must not be switched to: other programs use it too) it says EAGAIN instead. A socket, such as the
 * one to journald, cannot be opened anew and stays as it is.
 */
function withoutBlocking(fd: number): number {
  try {
    const stat = fstatSync(fd);
    if (process.platform !== 'linux' || !(stat.isFIFO() || stat.isCharacterDevice())) return fd;
    return openSync(
      `/proc/self/fd/${fd}`,
      constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY | constants.O_APPEND,
    );
  } catch {
    return fd;
  }
}

/** A file may be renamed or removed under its writers, by our own rotation or another's: they look this often. */
export const LOOK_EVERY_MS = 250;

/**
 * Writes to a descriptor or appends to a file, one system call a line, so that lines of several threads never mix. What
 * is written to a file right after it was renamed lies at that one's end: no line is lost, and none is waited for.
 */
export function createSink(target: number | string): LogSink {
  let fd: number | null = null;
  let owned = false;
  let lost = 0;
  let stuck = false;
  let lookedMono = performance.now();
  /** Half a line stands at the end, since the disk was full: the next one begins after it. */
  let isTorn = false;

  function open(): number | null {
    try {
      if (typeof target === 'number') fd = withoutBlocking(target);
      else fd = openSync(target, 'a', 0o600);
      owned = fd !== target;
    } catch {
      fd = null;
    }
    return fd;
  }

  /** To where the path leads now. Where nothing can be opened, the old file is better than none. */
  function follow(): void {
    const now = performance.now();
    if (typeof target === 'number' || fd === null || now - lookedMono < LOOK_EVERY_MS) return;
    lookedMono = now;
    const old = fd;
    try {
      const there = statSync(target, { throwIfNoEntry: false });
      const here = fstatSync(old);
      if (there?.ino === here.ino && there.dev === here.dev) return;
      fd = openSync(target, 'a', 0o600);
      isTorn = false;
      closeSync(old);
    } catch {
      // At the next look again.
    }
  }

  /** False when the line, or the rest of it, had to be given up. */
  function writeAll(to: number, bytes: Uint8Array): boolean {
    let offset = 0;
    let waitedMs = 0;
    while (offset < bytes.length) {
      try {
        offset += writeSync(to, bytes, offset);
        stuck = false;
        isTorn = offset < bytes.length;
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code;
        // One wait in a row only: a reader that stays away must not slow down each line.
        if (code !== 'EAGAIN' || stuck || waitedMs >= PATIENCE_MS) {
          stuck ||= code === 'EAGAIN';
          return false;
        }
        sleepMs(5);
        waitedMs += 5;
      }
    }
    return true;
  }

  open();
  return {
    write: (line) => {
      follow();
      const to = fd ?? open();
      if (to === null || !writeAll(to, Buffer.from(isTorn ? `\n${line}` : line, 'utf8'))) lost += 1;
    },
    lost: () => lost,
    close: () => {
      if (fd === null || !owned) return;
      try {
        closeSync(fd);
      } catch {
        // Closing what is closed already changes nothing.
      }
      fd = null;
    },
  };
}
