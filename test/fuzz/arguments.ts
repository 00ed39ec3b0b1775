import { positive, readOptions, UsageError, whole } from '../support/command-line.js';
import { TARGETS } from './targets/index.js';

export interface FuzzArguments {
  /** Of all targets together. */
  readonly seconds: number;
  readonly seed: number;
  readonly targets: readonly string[];
  /** One step again. */
  readonly replay: { readonly target: string; readonly step: number } | null;
  readonly json: string | null;
}

export const USAGE = `npm run fuzz -- [options]

Feeds the parts of the engine that read what others write with mutated input, and holds what comes out against their
promises. Exit code 1 when one was broken; the command that repeats it is printed.

  --seconds N           for all targets together (default 60)
  --seed S              what is drawn (default 1)
  --only A,B            only these targets: ${Object.keys(TARGETS).join(', ')}
  --replay TARGET:STEP  one step of the seed again
  --json FILE           write the figures as JSON`;

const OPTIONS = {
  seconds: { type: 'string' },
  seed: { type: 'string' },
  only: { type: 'string' },
  replay: { type: 'string' },
  json: { type: 'string' },
  help: { type: 'boolean' },
} as const;

/** Null when help is wanted. Throws UsageError with what is wrong. */
export function parseArguments(argv: readonly string[]): FuzzArguments | null {
  const values = readOptions(argv, OPTIONS);
  if (values.help === true) return null;
  const [replayTarget, step] = values.replay?.split(':') ?? [];
  const targets =
    replayTarget === undefined ? (values.only?.split(',') ?? Object.keys(TARGETS)) : [replayTarget];
  for (const name of targets)
    if (!Object.hasOwn(TARGETS, name)) throw new UsageError(`there is no target ${name}`);
  return {
    seconds: positive('--seconds', values.seconds ?? '60'),
    seed: whole('--seed', values.seed ?? '1'),
    targets,
    replay: replayTarget === undefined ? null : { target: replayTarget, step: whole('--replay', step ?? '') },
    json: values.json ?? null,
  };
}
