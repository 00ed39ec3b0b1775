import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MtradeError } from '@mtrade/base';
import type { RowContext } from '@mtrade/bench';
import type { Command } from 'commander';
import { APP_DIRECTORY } from '../app-directory.js';
import type { Cli } from '../cli.js';

interface BenchOptions {
  readonly quick?: true;
  readonly json?: true;
  readonly dir?: string;
}

/** The program itself, which the benchmark starts again and again. */
const COMMAND_LINE = fileURLToPath(new URL('dist/main.js', APP_DIRECTORY));

/** A new directory on the disk that is to be measured. The name is short: a control socket's path may not be long. */
function workDirectory(cli: Cli, dir: string): string {
  const parent = resolve(cli.cwd, dir);
  if (!statSync(parent, { throwIfNoEntry: false })?.isDirectory())
    throw new MtradeError('MTRADE_USAGE', `--dir ${dir}: there is no such directory`, {});
  return mkdtempSync(join(parent, 'mtb-'));
}

async function run(cli: Cli, wanted: readonly string[], options: BenchOptions): Promise<void> {
  const bench = await import('@mtrade/bench');
  const quick = options.quick === true;
  const workDir = workDirectory(cli, options.dir ?? tmpdir());
  const context: RowContext = {
    quick,
    workDir,
    commandLine: COMMAND_LINE,
    command: 'mtrade bench',
    progress: cli.note,
  };
  const subjects = new bench.Subjects(context);
  const interrupted = cli.interrupted();
  const aborted = new Promise<never>((_, reject) => {
    interrupted.addEventListener('abort', () => {
      reject(new MtradeError('MTRADE_COMMAND', 'the benchmark was interrupted', { command: 'bench' }));
    });
  });
  aborted.catch(() => undefined);
  try {
    const known = bench.engineRows(subjects, { plans: [], bases: [] });
    const unknown = wanted.filter((id) => !known.some((row) => row.id === id));
    if (unknown.length > 0) {
      const names = known.map(({ id }) => id).join(', ');
      throw new MtradeError('MTRADE_USAGE', `no row ${unknown.join(', ')}; there are: ${names}`, {});
    }
    const chosen = wanted.length === 0 ? known : known.filter(({ id }) => wanted.includes(id));
    const machine = bench.describeMachine();
    // Before the benchmark itself makes the machine busy.
    const warnings = bench.warningsOf(machine, bench.takenNow(context.command, quick));
    for (const warning of warnings) cli.note(`note: ${warning}`);
    if (options.json === undefined) cli.out.write(`${bench.machineText(machine)}\n${bench.LEGEND}\n\n`);
    const measuring = bench.runRows(chosen, context, (figures) => {
      if (options.json === undefined) cli.out.write(`${bench.plainText(figures)}\n\n`);
    });
    const rows = await Promise.race([measuring, aborted]);
    if (options.json) return cli.out.json({ schema: 1, machine, rows });
    const verdicts = bench.judge(bench.ENGINE_GOALS, rows).filter(({ answer }) => answer !== 'not measured');
    if (verdicts.length > 0)
      cli.out.write(
        `${bench.plainTable(bench.verdictTable(verdicts, rows))}\n\nThe goals are for a machine that does nothing else, and for an engine at ordinary priority.\n`,
      );
    for (const warning of warnings) cli.note(`note: ${warning}`);
  } finally {
    bench.endChildren();
    await subjects.close();
    rmSync(workDir, { recursive: true, force: true, maxRetries: 3 });
  }
}

export function addBenchCommand(program: Command, cli: Cli): void {
  program
    .command('bench')
    .description('measure the engine on this machine against the built-in exchange; places no order anywhere')
    .argument('[rows...]', 'only these rows; an unknown name lists them')
    .option('--quick', 'fewer rounds: a look, not a measurement')
    .option('--dir <directory>', 'on the disk that is to be measured (default: the temporary directory)')
    .option('--json', 'one JSON object')
    .addHelpText(
      'after',
      `
Run it while the machine does nothing else, and not at real-time priority
(chrt): that hides what other programs and the scheduler do to an engine.
What the figures mean: docs/performance.md`,
    )
    .action(async (rows: readonly string[], options: BenchOptions) => run(cli, rows, options));
}
