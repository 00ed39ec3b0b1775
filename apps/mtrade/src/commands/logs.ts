import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { MtradeError } from '@mtrade/base';
import type { LogPlace } from '@mtrade/runtime';
import { type Command, Option } from 'commander';
import { pairArgument, wholeNumber } from '../arguments.js';
import type { Cli } from '../cli.js';
import { engineHome } from '../load-config.js';
import type { LineFilter, LogLine } from '../logs/log-line.js';

interface LogsOptions {
  readonly follow?: boolean;
  readonly lines: number;
  readonly level?: string;
  readonly pair?: string;
  readonly json?: true;
  readonly file?: string;
  readonly unit?: string;
  readonly user?: true;
}

type Print = (line: LogLine) => void;

/** Of a journal that is followed with a filter so many lines are looked through for what was before. */
const JOURNAL_LOOK_BACK = 5_000;
/** Without a usable configuration; more files than there are do no harm. */
const UNKNOWN_LOG = { keep: 5, file: null };
const SYSTEM_UNIT = '/etc/systemd/system/mtrade.service';

async function findLog(cli: Cli, command: Command, options: LogsOptions): Promise<LogPlace> {
  if (options.unit !== undefined)
    return { kind: 'journal', unit: options.unit, isUser: options.user === true };
  const { dataDir, config } = await engineHome(cli, command, 'read');
  const { keep, file } = config?.log ?? UNKNOWN_LOG;
  if (options.file !== undefined) return { kind: 'file', path: resolve(cli.cwd, options.file), keep };
  const { readLogPlace } = await import('@mtrade/runtime');
  const noted = readLogPlace(dataDir);
  if (noted !== null && noted.kind !== 'stderr') return noted;
  if (file !== null) return { kind: 'file', path: file, keep };
  // The data directory of the system's service is nobody else's to look into.
  if (noted === null && existsSync(SYSTEM_UNIT)) return { kind: 'journal', unit: 'mtrade', isUser: false };
  const beside = join(dataDir, 'mtrade.log');
  if (noted === null && existsSync(beside)) return { kind: 'file', path: beside, keep };
  throw new MtradeError(
    'MTRADE_COMMAND',
    noted === null
      ? `no log is known of data directory ${dataDir}; --file or --unit names one`
      : 'the engine writes its log to stderr, where nobody keeps it; start it with --log-file F or log.file, or as a service (mtrade systemd)',
    { command: 'logs' },
  );
}

async function readFiles(
  { path, keep }: Extract<LogPlace, { kind: 'file' }>,
  { follow = false, lines }: LogsOptions,
  filter: LineFilter,
  { print, signal }: { readonly print: Print; readonly signal: AbortSignal },
): Promise<void> {
  const [{ endOf, lastLines }, { followFile }, { passes, readLine }, { splitLines }] = await Promise.all([
    import('../logs/file-tail.js'),
    import('../logs/file-follow.js'),
    import('../logs/log-line.js'),
    import('../analyze-logs/split-lines.js'),
  ]);
  const end = await endOf(path).catch((error: NodeJS.ErrnoException) => {
    throw new MtradeError(
      'MTRADE_PERMISSION',
      `${path} cannot be read (${error.code})`,
      { path },
      { cause: error },
    );
  });
  if (end.handle === null && !follow)
    throw new MtradeError('MTRADE_COMMAND', `there is no log file ${path}`, { command: 'logs' });
  const wanted = (line: string): boolean => passes(readLine(line), filter);
  for (const line of await lastLines({ path, keep, end }, lines, wanted)) print(readLine(line));
  if (!follow) return end.handle?.close();
  for await (const some of splitLines(followFile({ path, keep, from: end, signal })))
    for (const line of some) if (line !== null && line !== '' && wanted(line)) print(readLine(line));
}

async function readJournal(
  { unit, isUser }: Extract<LogPlace, { kind: 'journal' }>,
  { follow = false, lines }: LogsOptions,
  filter: LineFilter,
  { print, signal }: { readonly print: Print; readonly signal: AbortSignal },
): Promise<void> {
  const [{ journalLines }, { filters, passes, readLine }] = await Promise.all([
    import('../logs/journal.js'),
    import('../logs/log-line.js'),
  ]);
  if (follow) {
    const back = lines > 0 && filters(filter) ? Math.max(lines, JOURNAL_LOOK_BACK) : lines;
    for await (const text of journalLines({ unit, isUser, args: ['-f', '-n', String(back)], signal })) {
      const line = readLine(text);
      if (passes(line, filter)) print(line);
    }
    return;
  }
  // The newest first, so that there is an end to looking.
  const found: LogLine[] = [];
  if (lines > 0)
    for await (const text of journalLines({ unit, isUser, args: ['-r'], signal })) {
      const line = readLine(text);
      if (passes(line, filter)) found.push(line);
      if (found.length === lines) break;
    }
  for (const line of found.toReversed()) print(line);
}

async function logs(cli: Cli, command: Command, options: LogsOptions): Promise<void> {
  const { jsonLine, prettyLine } = await import('../logs/log-line.js');
  const place = await findLog(cli, command, options);
  const filter = {
    level: options.level ?? null,
    symbol: options.pair ? await pairArgument(options.pair) : null,
  };
  const interrupted = cli.interrupted();
  const gone = new AbortController();
  const print: Print = (line) => {
    if (options.json) cli.out.line(jsonLine(line));
    else cli.out.say(prettyLine(line, cli.out.color));
    // `mtrade logs -f | head`: nobody reads any more.
    if (cli.out.closed()) gone.abort();
  };
  const way = { print, signal: AbortSignal.any([interrupted, gone.signal]) };
  if (place.kind === 'file') return readFiles(place, options, filter, way);
  if (place.kind === 'journal') return readJournal(place, options, filter, way);
}

export function addLogsCommand(program: Command, cli: Cli): void {
  program
    .command('logs')
    .description("the engine's log: from its file, or from the journal when it runs as a service")
    .option('-f, --follow', 'go on with what is written from now on, until Ctrl-C')
    .option('-n, --lines <n>', 'so many lines of what was', wholeNumber(0, 1_000_000), 50)
    .addOption(
      new Option('--level <level>', 'this level and those above it').choices([
        'debug',
        'info',
        'warn',
        'error',
      ]),
    )
    .option('--pair <pair>', 'lines of this pair')
    .option('--json', 'one JSON object a line')
    .addOption(new Option('--file <file>', 'this log file').conflicts('unit'))
    .option('--unit <name>', 'the journal of this systemd unit')
    .option('--user', "with --unit: of your own user's systemd")
    .action((options: LogsOptions, command: Command) => logs(cli, command, options));
}
