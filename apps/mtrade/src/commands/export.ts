import { MtradeError } from '@mtrade/base';
import type { ExportLine } from '@mtrade/store';
import { type Command, Option } from 'commander';
import { resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { timeArgument } from '../arguments.js';
import type { Cli } from '../cli.js';
import type { ExportFormat } from '../export/formats.js';
import { knownPair, openBooks, spanOf } from '../history-span.js';
import { engineHome } from '../load-config.js';
import { counted } from '../render/columns.js';
import { withProgress } from '../render/progress.js';

interface ExportOptions {
  readonly csv?: true;
  readonly jsonl?: true;
  readonly from?: number;
  readonly to?: number;
  readonly pair?: string;
  readonly output?: string;
  readonly force?: true;
}

/** Rows that are in memory at a time. */
const BATCH_ROWS = 500;

function* batches(rows: Iterable<ExportLine>): Generator<ExportLine[], void, undefined> {
  let batch: ExportLine[] = [];
  for (const row of rows) {
    batch.push(row);
    if (batch.length < BATCH_ROWS) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Takes a piece of text; false when nobody wants more. */
type Sink = (text: string) => Promise<boolean>;

interface Source {
  readonly rows: Iterable<ExportLine>;
  readonly mode: string;
  readonly format: ExportFormat;
}

/** The number of trades written. */
async function pour({ rows, mode, format }: Source, cli: Cli, sink: Sink): Promise<number> {
  const [{ WRITERS }, { tradeRecord }] = await Promise.all([
    import('../export/formats.js'),
    import('../export/trade-record.js'),
  ]);
  const { head, batch } = WRITERS[format];
  return withProgress(cli.err, async (say) => {
    let count = 0;
    say('sorting the trades');
    let isWanted = head === '' || (await sink(head));
    for (const lines of batches(rows)) {
      if (!isWanted) break;
      isWanted = await sink(batch(lines.map((line) => tradeRecord(line, mode))));
      count += lines.length;
      say(`${count} trades`);
    }
    return count;
  });
}

async function toFile(path: string, force: boolean, cli: Cli, source: Source): Promise<number> {
  const { newFile } = await import('../export/new-file.js');
  const interrupted = cli.interrupted();
  const file = newFile(path, { force });
  try {
    const count = await pour(source, cli, async (text) => {
      file.write(text);
      // Files are written without a pause: only here can Ctrl-C be heard.
      await setImmediate();
      return !interrupted.aborted;
    });
    if (interrupted.aborted)
      throw new MtradeError('MTRADE_COMMAND', 'interrupted: nothing was written', { command: 'export' });
    file.finish();
    return count;
  } finally {
    file.discard();
  }
}

const formatOf = ({ csv, jsonl, output }: ExportOptions): ExportFormat =>
  jsonl || (!csv && output?.endsWith('.jsonl')) ? 'jsonl' : 'csv';

async function run(cli: Cli, command: Command, options: ExportOptions): Promise<void> {
  const { dataDir, config } = await engineHome(cli, command, 'read');
  const filter = await spanOf(options.pair, options);
  const reader = await openBooks(dataDir);
  try {
    knownPair(reader, config, filter.symbol);
    const { mode } = reader.identity;
    const source = { rows: reader.history.exported(filter), mode, format: formatOf(options) };
    const { output } = options;
    const path = output === undefined || output === '-' ? null : resolve(cli.cwd, output);
    const count =
      path === null
        ? await pour(source, cli, cli.out.send)
        : await toFile(path, options.force === true, cli, source);
    if (path !== null) cli.out.say(`${path}: ${counted(count, 'trade')}`);
    if (count === 0) cli.note('note: there are no trades to export');
    else if (mode !== 'live') cli.note(`note: these are trades of ${mode} mode, no real money`);
  } finally {
    reader.close();
  }
}

export function addExportCommand(program: Command, cli: Cli): void {
  program
    .command('export')
    .description('write every booked trade with fees, orders and profits as CSV or JSON lines, oldest first')
    .addOption(new Option('--csv', 'comma separated values with a header (the default)').conflicts('jsonl'))
    .option('--jsonl', 'one JSON object a line')
    .option('--from <time>', 'from this day or moment on (2026-11-21, 2026-11-21T10:00Z)', timeArgument)
    .option('--to <time>', 'up to but not including this one', timeArgument)
    .option('--pair <pair>', 'only this pair')
    .option('-o, --output <file>', 'to a file instead of standard output; it appears when it is whole')
    .option('--force', 'replace a file that is there')
    .action((options: ExportOptions, command: Command) => run(cli, command, options));
}
