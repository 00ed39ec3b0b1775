import { readOptions, UsageError, whole } from '../support/command-line.js';
import { ROUNDS } from './rounds.js';
import type { Layers } from './starters.js';

export interface LockRaceArguments {
  readonly rounds: number;
  readonly starters: number;
  readonly seed: number;
  readonly kinds: readonly string[];
  readonly layers: Layers;
  /** Rounds with whole engines. */
  readonly engines: number;
  readonly json: string | null;
}

export const USAGE = `npm run lock-race -- [options]

Lets many real processes go for the single-instance lock at the same instant and has a witness outside of them note who
holds it. Exit code 1 when two held it at once, nobody got a free lock, or a start was refused for a wrong reason.

  --rounds N      number of races (default 100)
  --starters N    processes in each race (default 50)
  --seed S        what is left lying about, who is killed and when (default 1); who wins is up to the machine
  --only A,B      only these kinds of round: ${Object.keys(ROUNDS).join(', ')}
  --engines N     then N races of five \`mtrade start\` each, the winner killed and succeeded (default 1)
  --broken NAME   race a lock that is broken on purpose (proper-lockfile: that layer alone; pid-file: look, then write);
                  exit code 0 when the witness has caught it
  --json FILE     write the figures as JSON`;

const OPTIONS = {
  rounds: { type: 'string' },
  starters: { type: 'string' },
  seed: { type: 'string' },
  only: { type: 'string' },
  engines: { type: 'string' },
  broken: { type: 'string' },
  json: { type: 'string' },
  help: { type: 'boolean' },
} as const;

/** Null when help is wanted. Throws UsageError with what is wrong. */
export function parseArguments(argv: readonly string[]): LockRaceArguments | null {
  const values = readOptions(argv, OPTIONS);
  if (values.help === true) return null;
  const starters = whole('--starters', values.starters ?? '50');
  if (starters < 2 || starters > 500) throw new UsageError('--starters must be 2 to 500');
  const kinds = values.only?.split(',') ?? Object.keys(ROUNDS);
  for (const kind of kinds)
    if (!Object.hasOwn(ROUNDS, kind)) throw new UsageError(`--only: there is no kind of round ${kind}`);
  const layers = values.broken ?? 'all';
  if (layers !== 'all' && layers !== 'proper-lockfile' && layers !== 'pid-file')
    throw new UsageError(`--broken must be proper-lockfile or pid-file, not ${layers}`);
  return {
    rounds: whole('--rounds', values.rounds ?? '100'),
    starters,
    seed: whole('--seed', values.seed ?? '1'),
    kinds,
    layers,
    engines: layers === 'all' ? whole('--engines', values.engines ?? '1') : 0,
    json: values.json ?? null,
  };
}
