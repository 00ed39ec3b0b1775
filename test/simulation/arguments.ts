import { positive, readOptions, usage, UsageError, whole } from '../support/command-line.js';
import { ablationOf } from './ablations.js';
import { type Fault, parseFaults } from './fault.js';

export interface SimArguments {
  readonly firstSeed: number;
  readonly seeds: number;
  /** Of each seed. */
  readonly hours: number;
  readonly pairs: number;
  /** Null draws them from the seed. */
  readonly faults: readonly Fault[] | null;
  /** A name, or `all`. */
  readonly ablate: string | null;
  readonly workers: number;
  /** Where to write the figures. */
  readonly json: string | null;
  /** Tell what happens. */
  readonly log: boolean;
}

export const USAGE = `npm run sim -- [options]

Runs the real engine over a virtual clock against a simulated exchange, network, disk and operator, and holds every
commit, send and trade against the promises of the order protocol. Exit code 1 when one was broken.

  --hours H          simulated hours of each seed (default 6); ten quiet minutes follow
  --seed S           first seed (default 1)
  --seeds N          number of seeds (default 1)
  --pairs N          pairs that are traded, 1 to 16 (default 4)
  --replay S:FAULTS  one seed with exactly these faults (kind@ms=value,...), as a violation prints them
  --ablate NAME      switch one safety off and look for the first seed that notices; all: each of them, as a table
  --log              tell what happens, line by line: intents, requests, answers, faults
  --workers N        play seeds in N processes (default 1)
  --json FILE        write the figures as JSON`;

/** Null when help is wanted. Throws UsageError with what is wrong. */
export function parseArguments(argv: readonly string[]): SimArguments | null {
  const values = readOptions(argv, OPTIONS);
  if (values.help === true) return null;
  const replay = values.replay === undefined ? null : replayOf(values.replay);
  const ablate = values.ablate ?? null;
  if (ablate !== null && ablate !== 'all') usage(() => ablationOf(ablate));
  const pairs = whole('--pairs', values.pairs ?? '4');
  if (pairs < 1 || pairs > 16) throw new UsageError('--pairs must be 1 to 16');
  const workers = whole('--workers', values.workers ?? '1');
  if (workers < 1 || workers > 64) throw new UsageError('--workers must be 1 to 64');
  return {
    firstSeed: replay?.seed ?? whole('--seed', values.seed ?? '1'),
    seeds: replay ? 1 : whole('--seeds', values.seeds ?? (ablate === null ? '1' : '60')),
    hours: positive('--hours', values.hours ?? (ablate === null ? '6' : '3')),
    pairs,
    faults: replay?.faults ?? null,
    ablate,
    workers,
    json: values.json ?? null,
    log: values.log === true,
  };
}

const OPTIONS = {
  hours: { type: 'string' },
  seed: { type: 'string' },
  seeds: { type: 'string' },
  pairs: { type: 'string' },
  replay: { type: 'string' },
  ablate: { type: 'string' },
  workers: { type: 'string' },
  json: { type: 'string' },
  log: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

function replayOf(text: string): { readonly seed: number; readonly faults: readonly Fault[] } {
  const colon = text.indexOf(':');
  if (colon < 0) throw new UsageError('--replay wants SEED:FAULTS');
  return {
    seed: whole('--replay', text.slice(0, colon)),
    faults: usage(() => parseFaults(text.slice(colon + 1))),
  };
}
