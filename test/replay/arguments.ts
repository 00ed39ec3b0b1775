import { parseArgs } from 'node:util';

export interface ReplayOptions {
  /** A file or folder of recorded candles or frames. */
  readonly path: string;
  /** Recorded time per real time. */
  readonly speed: number;
  /** All pairs of the recording when null. */
  readonly pairs: readonly string[] | null;
  /** Recorded time to play, ms; null plays all. */
  readonly lengthMs: number | null;
  /** Unix ms on the recording's clock; null plays all. */
  readonly untilMs: number | null;
  /** Of each quote coin. */
  readonly balance: string;
  readonly baseOrder: string;
  readonly json: boolean;
  /** Keep the data directory and say where it is. */
  readonly keep: boolean;
}

export const USAGE = `npm run replay -- <recording> [options]

Plays a recording (a file or folder of candles, of recorded socket frames, or of what mtrade record wrote) through the
built engine in paper mode, then checks every fill against the exchange's own records and prints a report. Exit code 1 when a rule was broken.

  --speed N          recorded time per real time (default 1)
  --pairs A,B        only these pairs, such as ETH/USDT,BTC/USDT (default: all of the recording)
  --minutes M        only the first M minutes of the recording
  --until ISO        only up to this moment of the recording, such as 2021-04-04T00:00:00Z
  --balance N        quote on the paper account at the start (default 1000000)
  --base-order N     quote spent on row 0 (default 10)
  --json             one JSON object on stdout instead of the table
  --keep             keep the data directory: database, exchange journal, log`;

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const OPTIONS = {
  speed: { type: 'string' },
  pairs: { type: 'string' },
  minutes: { type: 'string' },
  until: { type: 'string' },
  balance: { type: 'string' },
  'base-order': { type: 'string' },
  json: { type: 'boolean' },
  keep: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

/** Null when help is wanted. Throws UsageError with what is wrong. */
export function parseArguments(argv: readonly string[]): ReplayOptions | null {
  const { values, positionals } = parse(argv);
  if (values.help === true) return null;
  const [path, ...more] = positionals;
  if (path === undefined || more.length > 0) throw new UsageError('name one recording: a file or a folder');
  const minutes = values.minutes === undefined ? null : positive('--minutes', values.minutes);
  return {
    path,
    speed: positive('--speed', values.speed ?? '1'),
    pairs: values.pairs?.split(',').map((pair) => pair.trim().toUpperCase()) ?? null,
    lengthMs: minutes === null ? null : minutes * 60_000,
    untilMs: values.until === undefined ? null : moment(values.until),
    balance: amount('--balance', values.balance ?? '1000000'),
    baseOrder: amount('--base-order', values['base-order'] ?? '10'),
    json: values.json === true,
    keep: values.keep === true,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || !(value > 0))
    throw new UsageError(`${name} must be a number above 0, not ${text}`);
  return value;
}

function amount(name: string, text: string): string {
  if (!/^\d+(\.\d+)?$/.test(text) || Number(text) === 0)
    throw new UsageError(`${name} must be a decimal above 0, not ${text}`);
  return text;
}

function moment(text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms))
    throw new UsageError(`--until must be a moment such as 2021-04-04T00:00:00Z, not ${text}`);
  return ms;
}
