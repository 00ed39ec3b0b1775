import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { RecordingSource } from '@mtrade/market-sim';
import type { ReplayOptions } from './arguments.js';
import { readBooks } from './books.js';
import { checkRecords } from './checker/check-records.js';
import { compareBooks } from './checker/compare-books.js';
import type { LadderFacts, MarketFacts, Violation } from './checker/facts.js';
import { readRecords } from './checker/read-records.js';
import { checkFrames, countFrames } from './frames.js';
import { surveyRecording } from './recording.js';
import { buildReport, type ReplayReport } from './report.js';
import { type RunFacts, runReplay } from './run.js';

/** The ladder of a replay: the defaults of the configuration, written out because the checker must know them. */
const LADDER: Omit<LadderFacts, 'base_order'> = {
  safety_orders: 16,
  step_pct: '3.65',
  step_growth_pct: '0',
  volume_mode: 'geometric',
  volume_scale: '2',
  take_profit_pct: '0.6',
  take_profit_decay_pct: '0.02',
};

/** Plays, checks, reports. `tell` gets lines of progress. */
export async function replay(options: ReplayOptions, tell: (line: string) => void): Promise<ReplayReport> {
  const dataDir = mkdtempSync(join(tmpdir(), 'mtrade-replay-'));
  try {
    // npm runs scripts in the project's root; a relative path is meant from where the command was typed.
    const path = resolve(process.env['INIT_CWD'] ?? '.', options.path);
    const markets = await listedMarkets(path, options.pairs);
    const symbols = markets.map((market) => market.symbol);
    const survey = await surveyRecording({
      path,
      symbols,
      lengthMs: options.lengthMs,
      untilMs: options.untilMs,
      cutDir: join(dataDir, 'recording'),
    });
    tell(`${symbols.length} pairs, ${survey.prices} prices; data directory ${dataDir}`);
    mkdirSync(join(dataDir, 'data'), { mode: 0o700 });
    const ladder: LadderFacts = { ...LADDER, base_order: options.baseOrder };
    const quotes = new Set(symbols.map((symbol) => symbol.split('/')[1] ?? ''));
    const facts = await runReplay({
      dataDir,
      recording: survey.path,
      speed: options.speed,
      symbols,
      balances: Object.fromEntries([...quotes].map((coin) => [coin, options.balance])),
      ladder: { ...ladder },
      startMs: survey.startMs,
      endMs: survey.endMs,
      progress: tell,
    });
    const records = readRecords(join(dataDir, 'data', 'paper-exchange', 'exchange.jsonl'));
    const { books, troubles } = readBooks(join(dataDir, 'data', 'mtrade.db'));
    const ladders = Object.fromEntries(symbols.map((symbol) => [symbol, ladder]));
    const { stories, violations } = checkRecords({ records, markets, ladders });
    return buildReport({
      recording: options.path,
      startMs: survey.startMs,
      endMs: survey.endMs,
      recorded: survey.prices,
      speed: options.speed,
      facts,
      stories,
      troubles,
      limits: facts.limits,
      violations: [
        ...violations,
        ...compareBooks(stories, records, books),
        ...checkFrames(countFrames(facts, survey.prices)),
        ...checkHealth(facts),
      ],
    });
  } finally {
    if (!options.keep) rmSync(dataDir, { recursive: true, force: true });
  }
}

/** The pairs as the exchange lists them: it learns their precision from the recording. */
async function listedMarkets(path: string, pairs: readonly string[] | null): Promise<readonly MarketFacts[]> {
  const source = await RecordingSource.open(pairs === null ? { path } : { path, symbols: pairs });
  await source.close();
  const missing = pairs?.filter((pair) => !source.pairs.some(({ symbol }) => symbol === pair)) ?? [];
  if (missing.length > 0) throw new Error(`${path} holds no ${missing.join(', ')}`);
  return source.pairs.map(({ symbol, amountDecimals, minBase, minQuote, takerFeePct }) => ({
    symbol,
    amountDecimals,
    minBase,
    minQuote,
    feePct: takerFeePct,
  }));
}

function checkHealth({ status, exitCode }: RunFacts): Violation[] {
  const found: Violation[] = [];
  const report = (text: string): void => {
    found.push({ rule: 'unhealthy', symbol: '', orders: [], text });
  };
  if (status.stats.errors > 0) report(`the engine counted ${status.stats.errors} errors`);
  if (exitCode !== 0) report(`the engine ended with ${exitCode}`);
  for (const [worker, { restarts }] of Object.entries(status.workers))
    if (restarts > 0) report(`${worker} was restarted ${restarts} times`);
  for (const { symbol, attention } of status.pairs)
    if (attention !== null) report(`${symbol} needs attention: ${attention}`);
  return found;
}
