import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** Ids of rows; empty: all. */
  readonly rows: readonly string[];
  readonly quick: boolean;
  readonly check: boolean;
  /** Where the figures are written as JSON; null: nowhere. */
  readonly json: string | null;
  /** Write docs/performance.md and the committed baseline. */
  readonly write: boolean;
  /** A folder with recorded frames of another exchange, a JSON text on each line; null: none. */
  readonly frames: string | null;
  readonly list: boolean;
}

export const USAGE = `npm run bench -- [rows...] [options]

Measures the built engine beside its baselines and prints a table. Exit code 1 when --check finds a regression.

  --quick       fewer rounds: a look, not a measurement
  --write       write docs/performance.md and test/bench/baseline.json
  --check       compare the ratios with test/bench/baseline.json
  --json F      write the figures to F
  --frames DIR  also take recorded socket frames (*.jsonl or *.jsonl.gz, a frame in each line)
  --list        name the rows`;

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Null when help is wanted. Throws UsageError. */
export function parseArguments(argv: readonly string[]): BenchOptions | null {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: {
        quick: { type: 'boolean', default: false },
        check: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
        json: { type: 'string' },
        frames: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    });
    if (values.help) return null;
    const { quick, check, write, list, json, frames } = values;
    return { rows: positionals, quick, check, write, list, json: json ?? null, frames: frames ?? null };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
