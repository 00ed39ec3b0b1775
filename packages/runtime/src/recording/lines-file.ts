import { errorText, MtradeError } from '@mtrade/base';
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

/** A file that only ever grows by whole lines. */
export interface LinesFile {
  readonly path: string;
  /** Written so far by this run, as it lies on the disk. */
  readonly bytes: () => number;
  /** Kept in memory until the next `flush`. */
  readonly add: (line: string) => void;
  /** Throws MTRADE_DISK; the file ends with its last whole line then. */
  readonly flush: () => void;
  /** Flushes, also to the disk itself. */
  readonly close: () => void;
  /** Closes it as it is. */
  readonly discard: () => void;
}

const refused = (text: string): MtradeError => new MtradeError('MTRADE_USAGE', text, {});

/** A new file; one that is there is never touched (MTRADE_USAGE). `.gz` in the name compresses. */
export function createLinesFile(path: string): LinesFile {
  try {
    return linesFile(path, openSync(path, 'wx', 0o644));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw refused(`${path} is there already: choose another name, or --append goes on with it`);
    throw cannotOpen(path, error);
  }
}

/**
 * Goes on behind the last line of a file whose first line passes `isOurs`. A last line that was torn (a killed writer)
 * is ended first, so that it spoils no other.
 */
export function continueLinesFile(path: string, isOurs: (firstLine: string) => boolean): LinesFile {
  if (path.endsWith('.gz'))
    throw refused(`${path} is compressed and cannot be continued: choose a new name in the same folder`);
  let fd: number;
  try {
    fd = openSync(path, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return createLinesFile(path);
    throw cannotOpen(path, error);
  }
  try {
    const size = fstatSync(fd).size;
    if (size > 0 && !isOurs(firstLineOf(fd))) throw refused(`${path} is no recording of mtrade's`);
    const isTorn = size > 0 && byteAt(fd, size - 1) !== 0x0a;
    closeSync(fd);
    // Other writers of the same file would only come between whole lines.
    const file = linesFile(path, openSync(path, 'a'));
    if (isTorn) file.add('');
    return file;
  } catch (error) {
    throw error instanceof MtradeError ? error : cannotOpen(path, error);
  }
}

function linesFile(path: string, fd: number): LinesFile {
  let waiting: string[] = [];
  let bytes = 0;

  const lost = (error: unknown): MtradeError =>
    new MtradeError(
      'MTRADE_DISK',
      `${path} cannot be written: ${errorText(error)}; what is in it stays readable. Make room and go on with --append`,
      { path },
      { cause: error },
    );
  const flush = (): void => {
    if (waiting.length === 0) return;
    const text = Buffer.from(`${waiting.join('\n')}\n`, 'latin1');
    waiting = [];
    const data = path.endsWith('.gz') ? gzipSync(text) : text;
    let written = 0;
    try {
      while (written < data.length) written += writeSync(fd, data, written);
      bytes += written;
    } catch (error) {
      cutOff(fd, written);
      throw lost(error);
    }
  };
  return {
    path,
    bytes: () => bytes,
    add: (line) => void waiting.push(line),
    flush,
    close: () => {
      try {
        flush();
        fsyncSync(fd);
      } catch (error) {
        throw error instanceof MtradeError ? error : lost(error);
      } finally {
        closeSync(fd);
      }
    },
    discard: () => closeSync(fd),
  };
}

/** Takes half a batch back; where even that fails, readers leave the torn line out. */
function cutOff(fd: number, written: number): void {
  if (written === 0) return;
  try {
    ftruncateSync(fd, fstatSync(fd).size - written);
  } catch {
    // The first error is the one to tell.
  }
}

const FIRST_LINE_BYTES = 64 * 1024;

function firstLineOf(fd: number): string {
  const buffer = Buffer.alloc(FIRST_LINE_BYTES);
  const size = readSync(fd, buffer, 0, buffer.length, 0);
  return buffer.toString('latin1', 0, size).split('\n', 1)[0] ?? '';
}

function byteAt(fd: number, position: number): number | undefined {
  const buffer = Buffer.alloc(1);
  readSync(fd, buffer, 0, 1, position);
  return buffer[0];
}

function cannotOpen(path: string, error: unknown): MtradeError {
  const { code } = error as NodeJS.ErrnoException;
  const text = `${path} cannot be opened: ${errorText(error)}`;
  const isDisk = code === 'ENOSPC' || code === 'EIO' || code === 'EDQUOT';
  return isDisk
    ? new MtradeError('MTRADE_DISK', text, { path }, { cause: error })
    : new MtradeError('MTRADE_PERMISSION', text, { path }, { cause: error });
}
