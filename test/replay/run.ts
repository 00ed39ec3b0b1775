import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { nodeConfigFs, resolveConfig } from '@mtrade/config';
import { pairLimits, type StatusJson } from '@mtrade/runtime';
import { EngineProcess, type LogLine } from './engine-process.js';
import { Samples } from './samples.js';

export interface RunOptions {
  readonly dataDir: string;
  /** What `paper.feed` plays. */
  readonly recording: string;
  readonly speed: number;
  readonly symbols: readonly string[];
  /** Quote coin to amount. */
  readonly balances: Readonly<Record<string, string>>;
  readonly ladder: Readonly<Record<string, string | number>>;
  /** Where the recording ends, for the progress. */
  readonly startMs: number;
  readonly endMs: number;
  readonly progress: (text: string) => void;
}

/** What the embedded exchange's price driver counted. */
export interface PriceCounts {
  readonly delivered: number;
  /** Of these, given out more than 100 ms of real time after their moment. */
  readonly late: number;
  readonly maxLateMs: number;
}

/** What the embedded exchange's sockets counted. */
export interface SentCounts {
  readonly framesSent: number;
  readonly replaceableSent: number;
  readonly framesReplaced: number;
  readonly pricesUnheard: number;
  readonly slowSocketsClosed: number;
}

export interface RunFacts {
  /** What the pairs' limits make of the ladder, in words: rows that cannot be bought or sold. */
  readonly limits: readonly string[];
  readonly samples: Samples;
  /** After the last frame has been counted and nothing is in flight. */
  readonly status: StatusJson;
  readonly prices: PriceCounts;
  readonly sent: SentCounts;
  /** Real time from the first price to the last. */
  readonly wallMs: number;
  readonly exitCode: number | string;
}

const SAMPLE_EVERY_MS = 250;
const PROGRESS_EVERY_MS = 15_000;
const SETTLE_LIMIT_MS = 120_000;
/** Two equal looks this far apart mean that nothing moves any more. */
const QUIET_MS = 600;

/** Plays the recording to its end through the built engine, lets everything settle, and stops it. */
export async function runReplay(options: RunOptions): Promise<RunFacts> {
  const { dataDir } = options;
  const config = join(dataDir, 'mtrade.toml');
  writeFileSync(config, configText(options));
  const limits = await limitsOf(config);
  for (const line of limits) options.progress(line);
  const engine = new EngineProcess({
    config,
    dataDir: join(dataDir, 'data'),
    logPath: join(dataDir, 'engine.log'),
  });
  try {
    await engine.ready();
    const { begun, ended, samples } = await follow(engine, options);
    const status = await settle(engine);
    const exitCode = await engine.stop();
    const closing = engine.newLogLines().find((line) => line.msg === 'the embedded exchange closes');
    const { prices, sent } = (closing ?? ended) as unknown as { prices: PriceCounts; sent: SentCounts };
    return {
      limits,
      samples,
      status,
      prices,
      sent,
      wallMs: Date.parse(ended.time) - Date.parse(begun.time),
      exitCode,
    };
  } finally {
    engine.kill();
  }
}

/** A recording knows its pairs only as far as its numbers go: too few decimals are steps that no order can have. */
async function limitsOf(file: string): Promise<readonly string[]> {
  const place = { argvPath: file, env: {}, cwd: '/', home: '/' };
  const { problems, warnings } = await pairLimits(resolveConfig(place, { fs: nodeConfigFs }).config);
  return [...problems, ...warnings];
}

function configText(options: RunOptions): string {
  const value = (one: string | number): string => JSON.stringify(one);
  const table = (entries: Readonly<Record<string, string | number>>): string =>
    Object.entries(entries)
      .map(([key, one]) => `${key} = ${value(one)}`)
      .join('\n');
  const balances = Object.entries(options.balances).map(([coin, amount]) => `${coin} = ${value(amount)}`);
  return [
    `mode = "paper"\ndata_dir = ${value(join(options.dataDir, 'data'))}`,
    `[paper]\nfeed = ${value(`recording:${options.recording}`)}\nspeed = ${options.speed}\nbalances = { ${balances.join(', ')} }`,
    `[control]\nlisten = "127.0.0.1:0"`,
    `[ladder]\n${table(options.ladder)}`,
    ...options.symbols.map((symbol) => `[[pairs]]\nsymbol = ${value(symbol)}\ntrade = true`),
  ].join('\n\n');
}

/** Samples the status until the exchange says that the recording has ended. */
async function follow(
  engine: EngineProcess,
  options: RunOptions,
): Promise<{ begun: LogLine; ended: LogLine; samples: Samples }> {
  const samples = new Samples();
  let begun: LogLine | undefined;
  let ended: LogLine | undefined;
  let toldAt = Date.now();
  while (ended === undefined) {
    if (!engine.isRunning) throw new Error(`the engine ended with ${await engine.ended} during the replay`);
    const lines = engine.newLogLines();
    begun ??= lines.find((line) => line.msg === 'prices begin');
    ended = lines.find((line) => line.msg === 'the recording has ended; prices stand still');
    const failed = lines.find((line) => line.msg.startsWith('the price source failed'));
    if (failed) throw new Error(`the recording cannot be played: ${JSON.stringify(failed)}`);
    // A status that comes late is a sample less, not an error; a dead engine is noticed above.
    const status = await engine.status().catch(() => null);
    if (status !== null && begun !== undefined && ended === undefined) samples.take(status);
    if (Date.now() - toldAt >= PROGRESS_EVERY_MS) {
      toldAt = Date.now();
      options.progress(progressText(options, status));
    }
    await sleep(SAMPLE_EVERY_MS);
  }
  if (begun === undefined) throw new Error('the recording ended before it began');
  return { begun, ended, samples };
}

function progressText({ dataDir, startMs, endMs }: RunOptions, status: StatusJson | null): string {
  const market = join(dataDir, 'data', 'paper-exchange', 'market.json');
  const atMs = existsSync(market)
    ? ((JSON.parse(readFileSync(market, 'utf8')) as { position: { atMs: number } | null }).position?.atMs ??
      startMs)
    : startMs;
  const part = ((atMs - startMs) / (endMs - startMs)) * 100;
  const profit = Object.entries(status?.profit ?? {})
    .map(([coin, amount]) => `${Number(amount).toFixed(2)} ${coin}`)
    .join(', ');
  const cycles = status?.pairs.reduce((sum, pair) => sum + pair.cycle, 0) ?? 0;
  return `${part.toFixed(1)} % (${new Date(atMs).toISOString().slice(0, 16)}Z), ${cycles} cycles begun, ${profit}`;
}

const BUSY = new Set(['buying', 'averaging', 'selling', 'unknown']);

/** Trading off, then patience until every order is accounted for and every frame has been counted. */
async function settle(engine: EngineProcess): Promise<StatusJson> {
  await engine.stopTrading();
  const deadline = Date.now() + SETTLE_LIMIT_MS;
  let before: StatusJson | null = null;
  while (Date.now() < deadline) {
    await sleep(QUIET_MS);
    const now = await engine.status();
    const isQuiet =
      before !== null &&
      now.stats.reactor_updates === before.stats.reactor_updates &&
      now.unknown_intents === 0 &&
      now.pairs.every((pair) => !BUSY.has(pair.state));
    if (isQuiet) {
      // The feed tells of dropped frames once a second: one more look after that second.
      await sleep(2 * QUIET_MS);
      return engine.status();
    }
    before = now;
  }
  throw new Error(`orders are still in flight ${SETTLE_LIMIT_MS} ms after the end of the recording`);
}
