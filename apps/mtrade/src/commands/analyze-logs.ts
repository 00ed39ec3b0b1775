import { MtradeError } from '@mtrade/base';
import type { Command } from 'commander';
import type { Report } from '../analyze-logs/analysis.js';
import { timeArgument, wholeNumber } from '../arguments.js';
import type { Cli } from '../cli.js';
import { percent, withProgress } from '../render/progress.js';

interface AnalyzeOptions {
  readonly from?: number;
  readonly to?: number;
  readonly around?: number;
  readonly minutes: number;
  readonly json?: true;
}

const MINUTE_MS = 60_000;
const MAX_MINUTES = 10_080;

const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

const reportJson = (report: Report, rate: number): unknown => ({
  schema: 1,
  lines: report.lines,
  malformed: report.malformed,
  outside: report.outside,
  first_at: iso(report.firstMs),
  last_at: iso(report.lastMs),
  errors: report.errors,
  warnings: report.warnings,
  errors_per_hour: rate,
  errors_by_kind: report.errorsByKind,
  errors_by_pair: report.errorsByPair,
  warnings_by_kind: report.warningsByKind,
  hours: report.hours,
  other_hours: report.otherHours,
  timeline:
    report.timeline === null
      ? null
      : {
          omitted: report.timeline.omitted,
          lines: report.timeline.lines.map(({ epochMs, ...line }) => ({ at: iso(epochMs), ...line })),
        },
});

async function run(cli: Cli, files: readonly string[], options: AnalyzeOptions): Promise<void> {
  if (options.from !== undefined && options.to !== undefined && options.from >= options.to)
    throw new MtradeError('MTRADE_USAGE', '--from must lie before --to', {});
  const [{ Analysis }, { readSource }, { errorRate, renderReport }] = await Promise.all([
    import('../analyze-logs/analysis.js'),
    import('../analyze-logs/read-source.js'),
    import('../render/log-report.js'),
  ]);
  const analysis = new Analysis({
    fromMs: options.from ?? null,
    toMs: options.to ?? null,
    aroundMs: options.around ?? null,
    reachMs: options.minutes * MINUTE_MS,
  });
  await withProgress(cli.err, async (say) => {
    for (const file of files)
      await readSource(file, analysis, (read, total) =>
        say(`reading ${file}${total === 0 ? '' : `: ${percent(read, total)}`}`),
      );
  });
  const report = analysis.report();
  if (options.json) cli.out.json(reportJson(report, errorRate(report)));
  else cli.out.write(renderReport(report, cli.out.isTty ? cli.out.columns() : null));
}

export function addAnalyzeLogsCommand(program: Command, cli: Cli): void {
  program
    .command('analyze-logs')
    .description(
      'errors of log files of any size by kind, pair and hour; plain, .gz, or - for standard input',
    )
    .argument('<file...>', "mtrade's JSON lines, or what journalctl -o export (or -o json) prints")
    .option('--from <time>', 'from this time on', timeArgument)
    .option('--to <time>', 'up to this time', timeArgument)
    .option('--around <time>', 'show the lines around this moment', timeArgument)
    .option(
      '--minutes <n>',
      'with --around: so many minutes before and after',
      wholeNumber(1, MAX_MINUTES),
      5,
    )
    .option('--json', 'one JSON object')
    .action((files: string[], options: AnalyzeOptions) => run(cli, files, options));
}
