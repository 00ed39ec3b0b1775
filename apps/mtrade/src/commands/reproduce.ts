import { ExitCode, systemClock } from '@mtrade/base';
import type { RaceResult } from '@mtrade/runtime';
import type { Command } from 'commander';
import { resolve } from 'node:path';
import { wholeNumber } from '../arguments.js';
import type { Cli } from '../cli.js';

interface ReproduceOptions {
  readonly seconds: number;
  readonly workers: number;
  readonly dir?: string;
  readonly json?: true;
}

const MAX_SECONDS = 86_400;
const MAX_WORKERS = 64;

const resultJson = ({ contender, attempts, pairs, duplicates, window, outcomes }: RaceResult): unknown => ({
  contender,
  real: contender !== 'flawed',
  attempts,
  pairs,
  duplicates,
  window_ms: window,
  outcomes,
});

async function run(cli: Cli, { seconds, workers, dir, json }: ReproduceOptions): Promise<void> {
  const [{ reproduce }, { renderRace, VERDICTS }] = await Promise.all([
    import('@mtrade/runtime'),
    import('../render/reproduction.js'),
  ]);
  if (!json) cli.note(`${workers} threads and ${workers} processes, ${seconds} s for each of three races`);
  const { results, verdict } = await reproduce(
    {
      seconds,
      workers,
      directory: dir === undefined ? null : resolve(cli.cwd, dir),
      signal: cli.interrupted(),
    },
    { clock: systemClock, onResult: (result) => !json && cli.out.line(renderRace(result)) },
  );
  if (json) cli.out.json({ schema: 1, seconds, workers, verdict, results: results.map(resultJson) });
  else cli.out.say(VERDICTS[verdict]);
  if (verdict !== 'proved') process.exitCode = ExitCode.runtimeError;
}

export function addReproduceCommand(program: Command, cli: Cli): void {
  program
    .command('reproduce')
    .description('race for duplicate purchases: an old flawed opener shows them, the real books must not')
    .option('--seconds <n>', 'length of each race', wholeNumber(1, MAX_SECONDS), 10)
    .option('--workers <n>', 'so many threads and so many processes', wholeNumber(1, MAX_WORKERS), 4)
    .option('--dir <dir>', 'make the temporary directory in here; refused where real books are')
    .option('--json', 'one JSON object')
    .action((options: ReproduceOptions) => run(cli, options));
}
