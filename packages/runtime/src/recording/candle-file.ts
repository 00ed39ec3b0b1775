import { errorText, MtradeError } from '@mtrade/base';
import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { OhlcvRow } from '@mtrade/venue';

/** The columns that `recording:` and `npm run replay` read. */
export const CANDLE_COLUMNS = 'open_time_ms,open,high,low,close,volume';

const ROW = /^(\d{12,14})(?:,\d{1,20}(?:\.\d{1,20})?){5}$/;

/** A CSV of candles that grows at its end. */
export interface CandleFile {
  /** Begin of every candle that is in it, oldest first. */
  readonly times: readonly number[];
  /** Later than all before it. Throws MTRADE_DISK. */
  readonly append: (rows: readonly OhlcvRow[]) => void;
  readonly close: () => void;
}

/**
 * A new file, or one that is continued: a last line that was torn is cut off, for it is fetched again. Anything but a
 * file of candles in steps of `intervalMs` is refused with MTRADE_USAGE and stays as it is.
 */
export function openCandleFile(path: string, intervalMs: number): CandleFile {
  const text = readIfThere(path);
  const times = text === null ? [] : timesOf(text, path, intervalMs);
  const wholeBytes = text === null ? 0 : text.lastIndexOf('\n') + 1;
  const disk = <T>(act: () => T): T => {
    try {
      return act();
    } catch (error) {
      throw new MtradeError(
        'MTRADE_DISK',
        `${path} cannot be written: ${errorText(error)}; the same command goes on where it ends`,
        { path },
        { cause: error },
      );
    }
  };
  const fd = openForWriting(path);
  const write = (added: string): void =>
    disk(() => {
      const data = Buffer.from(added);
      for (let written = 0; written < data.length;) written += writeSync(fd, data, written);
    });
  disk(() => ftruncateSync(fd, wholeBytes));
  if (wholeBytes === 0) write(`${CANDLE_COLUMNS}\n`);
  return {
    times,
    append: (rows) => {
      if (rows.length === 0) return;
      write(rows.map((row) => `${row.join(',')}\n`).join(''));
      for (const [openMs] of rows) times.push(openMs);
    },
    close: () => {
      try {
        disk(() => fsyncSync(fd));
      } finally {
        closeSync(fd);
      }
    },
  };
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw cannotOpen(path, error);
  }
}

function openForWriting(path: string): number {
  try {
    return openSync(path, 'a', 0o644);
  } catch (error) {
    throw cannotOpen(path, error);
  }
}

const cannotOpen = (path: string, error: unknown): MtradeError =>
  new MtradeError(
    'MTRADE_PERMISSION',
    `${path} cannot be opened: ${errorText(error)}`,
    { path },
    { cause: error },
  );

function timesOf(text: string, path: string, intervalMs: number): number[] {
  const refuse = (why: string): never => {
    throw new MtradeError(
      'MTRADE_USAGE',
      `${path} cannot be continued: ${why}. Name another file with --out`,
      {},
    );
  };
  const lines = text.split('\n');
  // Behind the last line end stands nothing, or a torn line.
  lines.pop();
  const [columns, ...rows] = lines;
  if (columns === undefined)
    return text === '' || CANDLE_COLUMNS.startsWith(text) ? [] : refuse('it has no candles');
  if (columns !== CANDLE_COLUMNS) refuse(`its first line is not ${CANDLE_COLUMNS}`);
  const times: number[] = [];
  for (const [index, row] of rows.entries()) {
    const openMs = Number(ROW.exec(row)?.[1] ?? refuse(`line ${index + 2} is no candle`));
    const before = times.at(-1);
    if (openMs % intervalMs !== 0 || (before !== undefined && openMs <= before))
      refuse(`line ${index + 2} does not fit the timeframe or the order of time`);
    times.push(openMs);
  }
  const steps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  if (steps.length > 0 && Math.min(...steps.slice(0, 1_000)) > intervalMs) refuse('its timeframe is longer');
  return times;
}
