import { parseArgs } from 'node:util';
import { CRASH_POINTS } from './points.js';

export interface CrashArguments {
  readonly kills: number;
  readonly seed: number;
  /** Part of the kills that come at any moment, percent. */
  readonly randomPct: number;
  readonly pairs: number;
  /** Deaths of one data directory. */
  readonly perRound: number;
  /** Null: all. */
  readonly points: readonly string[] | null;
  readonly isCalm: boolean;
  /** Every position has a protective stop. */
  readonly stops: boolean;
  readonly list: boolean;
  /** Starts to measure instead of kills. */
  readonly ready: number | null;
  readonly jsonFile: string | null;
  readonly keep: boolean;
  readonly verbose: boolean;
}

export const USAGE = `npm run crash -- [options]

Kills the built engine at named points and at random moments while it trades on a simulated exchange in another process,
starts it again, and holds its books against the exchange's own records after each death. Exit code 1 when they differ.

  --kills N       deaths (default 20)
  --seed S        seed of the plan, the prices and the faults (default 1)
  --random PCT    part of the deaths at random moments, percent (default 15)
  --points A,B    only these points, by name or beginning; see --list
  --pairs N       pairs that are traded (default 8)
  --round N       deaths of one data directory; after them everything must agree exactly (default 40)
  --calm          no faults of the exchange
  --stops         every position has a protective stop; its points are among those that are drawn
  --list          the named points
  --ready N       start the engine N times with 16 pairs and tell how long it takes until it could trade
  --json FILE     write the result there
  --keep          keep the data directories
  --verbose       a line for each death`;

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const OPTIONS = {
  kills: { type: 'string' },
  seed: { type: 'string' },
  random: { type: 'string' },
  points: { type: 'string' },
  pairs: { type: 'string' },
  round: { type: 'string' },
  calm: { type: 'boolean' },
  stops: { type: 'boolean' },
  list: { type: 'boolean' },
  ready: { type: 'string' },
  json: { type: 'string' },
  keep: { type: 'boolean' },
  verbose: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

/** Null when help is wanted. Throws UsageError with what is wrong. */
export function parseArguments(argv: readonly string[]): CrashArguments | null {
  const values = parse(argv);
  if (values.help === true) return null;
  const points = values.points === undefined ? null : pointsOf(values.points);
  const isOfStops = (wish: string): boolean =>
    CRASH_POINTS.some(({ name, ofStops }) => name === wish && ofStops);
  return {
    kills: whole('--kills', values.kills ?? '20', 1, 1_000_000),
    seed: whole('--seed', values.seed ?? '1', 0, 0xffff_ffff),
    randomPct: whole('--random', values.random ?? '15', 0, 100),
    pairs: whole('--pairs', values.pairs ?? '8', 1, 16),
    perRound: whole('--round', values.round ?? '40', 1, 10_000),
    points,
    isCalm: values.calm === true,
    stops: values.stops === true || points?.some(isOfStops) === true,
    list: values.list === true,
    ready: values.ready === undefined ? null : whole('--ready', values.ready, 1, 1_000),
    jsonFile: values.json ?? null,
    keep: values.keep === true,
    verbose: values.verbose === true,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function pointsOf(text: string): readonly string[] {
  return text.split(',').flatMap((wanted) => {
    const found = CRASH_POINTS.filter(({ name }) => name === wanted || name.startsWith(`${wanted}.`));
    if (found.length === 0) throw new UsageError(`no point is called ${wanted}; see --list`);
    return found.map(({ name }) => name);
  });
}

function whole(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d{1,12}$/.test(text) || value < min || value > max)
    throw new UsageError(`${name} must be a whole number from ${min} to ${max}, not ${text}`);
  return value;
}
