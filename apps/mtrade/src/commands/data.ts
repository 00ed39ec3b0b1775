import { ExitCode, MtradeError } from '@mtrade/base';
import type { FetchProgress, FetchResult, Timeframe } from '@mtrade/runtime';
import { type Command, Option } from 'commander';
import { basename, resolve } from 'node:path';
import { pairArgument, timeArgument } from '../arguments.js';
import type { Cli } from '../cli.js';
import { loadConfig } from '../load-config.js';
import { publicUrls } from '../public-urls.js';
import { showProgress } from '../render/progress.js';

interface FetchOptions {
  readonly from?: number;
  readonly to?: number;
  readonly timeframe: Timeframe;
  readonly out?: string;
  readonly json?: true;
}

const TIMEFRAMES: readonly Timeframe[] = ['1m', '5m', '15m', '30m', '1h', '4h', '8h', '1d'];
const MAX_GAPS_SHOWN = 10;

const iso = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');

function progressText({ written, atMs, fromMs, toMs }: FetchProgress): string {
  const share = toMs > fromMs ? Math.floor(((atMs - fromMs) / (toMs - fromMs)) * 100) : 100;
  return `${share} %  ${written} candles, up to ${iso(atMs)}  Ctrl-C ends it`;
}

function gapLines({ gaps }: FetchResult): string[] {
  if (gaps.length === 0) return ['no gaps'];
  const missing = gaps.reduce((sum, gap) => sum + gap.missing, 0);
  const shown = gaps
    .slice(0, MAX_GAPS_SHOWN)
    .map((gap) => `  ${iso(gap.fromMs)} to ${iso(gap.toMs)}: ${gap.missing}`);
  const more = gaps.length - shown.length;
  return [
    `the exchange has no candle at ${missing} places:`,
    ...shown,
    ...(more > 0 ? [`  and ${more} more gaps`] : []),
  ];
}

async function fetchData(cli: Cli, pair: string, options: FetchOptions, command: Command): Promise<void> {
  const { from, to, timeframe } = options;
  if (from !== undefined && to !== undefined && from >= to)
    throw new MtradeError('MTRADE_USAGE', '--from must lie before --to', {});
  const symbol = await pairArgument(pair);
  const { config } = await loadConfig(cli, command);
  const { fetchCandles } = await import('@mtrade/runtime');
  const { restUrl } = await publicUrls(config);
  const pairName = symbol.replace('/', '-');
  const path = resolve(cli.cwd, options.out ?? `${pairName}_gate_${timeframe}.csv`);
  const progress = showProgress(cli.err);
  let result: FetchResult;
  try {
    result = await fetchCandles(
      {
        restUrl,
        symbol,
        timeframe,
        fromMs: from ?? null,
        toMs: to ?? null,
        path,
        requestDeadlineMs: config.engine.requestDeadlineMs,
      },
      { signal: cli.interrupted(), onProgress: (now) => progress.say(progressText(now)) },
    );
  } finally {
    progress.done();
  }
  if (!result.complete) {
    cli.note('interrupted; the same command goes on where the file ends');
    process.exitCode = ExitCode.runtimeError;
  }
  if (options.json === true)
    return cli.out.json({
      schema: 1,
      file: path,
      symbol,
      timeframe,
      complete: result.complete,
      from: iso(result.fromMs),
      to: iso(result.toMs),
      written: result.written,
      continued: result.continued,
      rows: result.rows,
      gaps: result.gaps.map((gap) => ({ from: iso(gap.fromMs), to: iso(gap.toMs), missing: gap.missing })),
    });
  const before = result.continued > 0 ? `, ${result.continued} were there before` : '';
  cli.out.say(`${path}: ${result.written} candles of ${timeframe} written${before}`);
  for (const line of gapLines(result)) cli.out.say(line);
  const isNamed = basename(path).startsWith(pairName) || basename(path).startsWith(symbol.replace('/', ''));
  cli.out.say(
    isNamed
      ? `play it back: npm run replay -- ${path}, or [paper] feed = ${JSON.stringify(`recording:${path}`)}`
      : `to play it back its name must begin with ${pairName}`,
  );
}

export function addDataCommand(program: Command, cli: Cli): void {
  const group = program.command('data').description("keep the exchange's price history");
  group
    .command('fetch')
    .description('store candles of a pair as CSV; goes on with a file that is there, reports what is missing')
    .argument('<pair>', 'pair such as ETH/USDT')
    .option(
      '--from <time>',
      'the first candle (2026-11-21, 2026-11-21T10:00Z); needed for a new file',
      timeArgument,
    )
    .option('--to <time>', 'up to but not including this moment; default: now', timeArgument)
    .addOption(new Option('--timeframe <time>', 'length of a candle').choices(TIMEFRAMES).default('1m'))
    .option('-o, --out <file>', 'default: a name such as ETH-USDT_gate_1m.csv, in this folder')
    .option('--json', 'one JSON object')
    .action((pair: string, options: FetchOptions, command: Command) =>
      fetchData(cli, pair, options, command),
    );
}
