import { systemClock } from '@mtrade/base';
import type { RecordProgress, Recorder } from '@mtrade/runtime';
import type { Command } from 'commander';
import { resolve } from 'node:path';
import { pairsArgument, wholeNumber } from '../arguments.js';
import type { Cli } from '../cli.js';
import { loadConfig } from '../load-config.js';
import { publicUrls } from '../public-urls.js';
import { duration, sizeText } from '../render/columns.js';
import { showProgress } from '../render/progress.js';

interface RecordOptions {
  readonly pairs?: string;
  readonly out?: string;
  readonly minutes?: number;
  readonly append?: true;
  readonly depth?: true;
  readonly json?: true;
}

const PROGRESS_MS = 1_000;
const MINUTE_MS = 60_000;
const MAX_MINUTES = 527_040;

/** `mtrade-gate-20261121T165054Z.jsonl` */
const newName = (): string =>
  `mtrade-gate-${new Date(systemClock.epochMs()).toISOString().replace(/[-:]|\.\d+/g, '')}.jsonl`;

const summary = ({ frames, bytes }: RecordProgress, lastedMs: number): string =>
  `${duration(lastedMs)}, ${frames} frames, ${sizeText(bytes)}`;

/** Until it is interrupted, the time is over or the file fails. Tells a person what happens to the connection. */
async function follow(cli: Cli, recorder: Recorder, minutes: number | undefined): Promise<number> {
  const startedMono = systemClock.monoMs();
  const lastedMs = (): number => systemClock.monoMs() - startedMono;
  const progress = showProgress(cli.err);
  const stop = cli.interrupted();
  let told = '';
  const tell = (): void => {
    const now = recorder.progress();
    const refused = Object.entries(now.refused).map(([what, words]) => `${what} is refused: ${words}`);
    const news = [now.connected ? 'connected' : 'not connected, trying', ...refused].join('; ');
    if (news !== told && !(told === '' && !now.connected)) {
      progress.done();
      cli.note(news);
    }
    if (now.connected || told !== '') told = news;
    progress.say(`${summary(now, lastedMs())}  ${now.connected ? '' : 'not connected  '}Ctrl-C ends it`);
  };
  const timer = setInterval(tell, PROGRESS_MS);
  const limit = minutes === undefined ? null : setTimeout(recorder.stop, minutes * MINUTE_MS);
  stop.addEventListener('abort', recorder.stop, { once: true });
  if (stop.aborted) recorder.stop();
  try {
    await recorder.ended;
  } finally {
    clearInterval(timer);
    if (limit !== null) clearTimeout(limit);
    progress.done();
  }
  return lastedMs();
}

async function record(cli: Cli, options: RecordOptions, command: Command): Promise<void> {
  const { config } = await loadConfig(cli, command);
  const { startRecorder } = await import('@mtrade/runtime');
  const { silentLogger } = await import('@mtrade/log');
  const symbols =
    options.pairs === undefined
      ? config.pairs.map(({ symbol }) => symbol)
      : await pairsArgument(options.pairs);
  const path = resolve(cli.cwd, options.out ?? newName());
  const urls = await publicUrls(config);
  const recorder = await startRecorder(
    { ...urls, symbols, path, append: options.append === true, depth: options.depth === true },
    { log: silentLogger, clock: systemClock, random: Math.random },
  );
  cli.note(
    `recording ${symbols.length === 1 ? symbols[0] : `${symbols.length} pairs`} of ${urls.wsUrl} to ${path}`,
  );
  const lastedMs = await follow(cli, recorder, options.minutes);
  const { frames, bytes, reconnects } = recorder.progress();
  if (options.json === true)
    return cli.out.json({
      schema: 1,
      file: path,
      pairs: symbols,
      frames,
      bytes,
      reconnects,
      lasted_ms: Math.round(lastedMs),
    });
  cli.out.say(`${path}: ${summary(recorder.progress(), lastedMs)}`);
  cli.out.say(`play it back: mode = "paper", [paper] feed = ${JSON.stringify(`recording:${path}`)}`);
}

export function addRecordCommand(program: Command, cli: Cli): void {
  program
    .command('record')
    .description("write the exchange's prices to a file that paper mode and npm run replay play back; no key")
    .option('--pairs <list>', 'such as ETH/USDT,BTC/USDT; default: the configured ones')
    .option('--out <file>', 'a new file; .gz compresses; default: a name with the time, in this folder')
    .option('--append', 'go on with a recording that is there')
    .option('--minutes <n>', 'end by itself; default: with Ctrl-C', wholeNumber(1, MAX_MINUTES))
    .option('--depth', 'the 20 best levels of each pair as well; paper mode does not use them')
    .option('--json', 'one JSON object at the end')
    .action((options: RecordOptions, command: Command) => record(cli, options, command));
}
