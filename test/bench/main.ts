import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  checkAgainst,
  describeMachine,
  endChildren,
  judge,
  machineText,
  type MeasuredFigures,
  plainTable,
  plainText,
  type Report,
  type RowContext,
  runRows,
  Subjects,
  takenNow,
  verdictTable,
  warningsOf,
} from '@mtrade/bench';
import { type BenchOptions, parseArguments, USAGE, UsageError } from './arguments.js';
import { GOALS } from './goals.js';
import { pageText } from './page.js';
import { BASELINE, COMMAND_LINE, PAGE } from './paths.js';
import { allRows } from './rows.js';

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const progress = (text: string): void => void process.stderr.write(`  ${text}\n`);

async function run(options: BenchOptions): Promise<number> {
  const workDir = mkdtempSync(join(tmpdir(), 'mtrade-bench-'));
  const context: RowContext = {
    quick: options.quick,
    workDir,
    commandLine: COMMAND_LINE,
    command: 'npm run bench --',
    progress,
  };
  const subjects = new Subjects(context);
  try {
    const known = allRows(subjects, options);
    if (options.list) {
      for (const { id } of known) say(id);
      return 0;
    }
    const unknown = options.rows.filter((id) => !known.some((row) => row.id === id));
    if (unknown.length > 0) throw new UsageError(`no row ${unknown.join(', ')}; --list names them`);
    const chosen = options.rows.length === 0 ? known : known.filter(({ id }) => options.rows.includes(id));
    const machine = describeMachine();
    say(machineText(machine));
    for (const warning of warningsOf(machine, takenNow(context.command, options.quick)))
      say(`note: ${warning}`);
    const rows = await runRows(chosen, context, (figures) => say(`\n${plainText(figures)}`));
    const again = options.check ? suspects(rows) : [];
    if (again.length > 0) say('\nOnce more, because it looks like a regression:');
    const repeated = await runRows(
      chosen.filter(({ id }) => again.includes(id)),
      context,
      (figures) => say(`\n${plainText(figures)}`),
    );
    const final = rows.map((row) => repeated.find(({ id }) => id === row.id) ?? row);
    return finish({ schema: 1, machine: describeMachine(), rows: final }, options);
  } finally {
    endChildren();
    await subjects.close();
    rmSync(workDir, { recursive: true, force: true });
  }
}

function finish(report: Report, options: BenchOptions): number {
  const verdicts = judge(GOALS, report.rows).filter(({ answer }) => answer !== 'not measured');
  if (verdicts.length > 0) say(`\n${plainTable(verdictTable(verdicts, report.rows))}`);
  if (options.json !== null) writeFileSync(options.json, `${JSON.stringify(report, null, 1)}\n`);
  const code = options.check ? check(report) : 0;
  if (options.write) write(report);
  return code;
}

/** Rows that this run has not measured stay as they were. */
function write(report: Report): void {
  const before = existsSync(BASELINE) ? (JSON.parse(readFileSync(BASELINE, 'utf8')) as Report).rows : [];
  const now = new Map(report.rows.map((row) => [row.id, row]));
  const rows = [
    ...before.map((row) => now.get(row.id) ?? row),
    ...report.rows.filter(({ id }) => !before.some((row) => row.id === id)),
  ];
  const merged: Report = { ...report, rows };
  writeFileSync(BASELINE, `${JSON.stringify(merged, null, 1)}\n`);
  writeFileSync(PAGE, pageText(merged));
}

const baseline = (): Report => JSON.parse(readFileSync(BASELINE, 'utf8')) as Report;

/** Names of the rows, as they are asked for, of which some ratio is worse than before: noise does not come twice. */
function suspects(rows: readonly MeasuredFigures[]): string[] {
  const { regressions } = checkAgainst(baseline(), rows);
  const worse = rows.filter(({ id }) => regressions.some(({ row }) => row === id));
  return worse.map(({ taken }) => taken.command.split(' ').at(-1) ?? '');
}

function check(report: Report): number {
  const { compared, regressions } = checkAgainst(baseline(), report.rows);
  for (const { row, variant, base, before, now, allowed } of regressions)
    say(
      `REGRESSION ${row}: ${variant} / ${base} was ${before.toPrecision(3)}, is ${now.toPrecision(3)}, allowed ${allowed.toPrecision(3)}`,
    );
  say(`${compared} ratios compared, ${regressions.length} regressions`);
  return regressions.length === 0 ? 0 : 1;
}

// The processes that were started end with this one, also when it is interrupted.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

try {
  const options = parseArguments(process.argv.slice(2));
  if (options === null) say(USAGE);
  else process.exitCode = await run(options);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n\n${USAGE}\n`);
  process.exitCode = 2;
}
