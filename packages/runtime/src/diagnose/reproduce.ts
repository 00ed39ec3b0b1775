import { fork } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type Clock, MtradeError } from '@mtrade/base';
import { createRaceBooks, openFlawedBooks } from '@mtrade/store';
import { CONTENDERS, type Contender, type RaceTask, symbolOfSlot, type Tally } from './racer.js';

export interface ReproduceOptions {
  /** Each contender races this long. */
  readonly seconds: number;
  /** So many threads and, beside them, so many processes. */
  readonly workers: number;
  /** Where the temporary directory is made; null for the system's place. */
  readonly directory: string | null;
  readonly signal?: AbortSignal;
}

/** Milliseconds between the first insert for a pair and each further one. */
export interface RaceWindow {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export interface RaceResult {
  readonly contender: Contender;
  readonly attempts: number;
  /** Pairs that were raced for and got at least one position. */
  readonly pairs: number;
  /** Positions beyond the first of their pair: each one is a purchase too many. */
  readonly duplicates: number;
  readonly window: RaceWindow | null;
  readonly outcomes: Tally;
}

export interface Reproduction {
  readonly results: readonly RaceResult[];
  /** `proved`: duplicates in the flawed one, none in the real ones. */
  readonly verdict: 'proved' | 'real-duplicates' | 'proved-nothing';
}

const SLOT_MS = 200;
/** The round trip of an order; the earlier generation had 34 to 307 ms between the inserts of its duplicates. */
const ORDER_MS = 80;
/** Until the last process has started. */
const HEAD_START_MS = 600;
/** What a data directory of mtrade has in it. */
const PRODUCTION_FILES = ['mtrade.db', 'mtrade.db-wal', 'supervisor.lockdb', 'supervisor.owner.json'];

/**
 * Shows the duplicate purchase of the earlier generation, and that the real books refuse it, under the same load.
 * Everything happens in a directory of its own that is removed afterwards.
 *
 * Throws MTRADE_CONFIG (78) for a directory with real books in it, before anything is made.
 */
export async function reproduce(
  options: ReproduceOptions,
  { clock, onResult }: { readonly clock: Clock; readonly onResult?: (result: RaceResult) => void },
): Promise<Reproduction> {
  refuseProduction(options.directory);
  // Each racer listens.
  if (options.signal) setMaxListeners(0, options.signal);
  const directory = mkdtempSync(join(options.directory ?? tmpdir(), 'mtrade-race-'));
  try {
    const results: RaceResult[] = [];
    for (const contender of CONTENDERS) {
      const result = await runRace(contender, join(directory, `${contender}.db`), options, clock);
      results.push(result);
      onResult?.(result);
    }
    return { results, verdict: verdictOf(results) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function refuseProduction(directory: string | null): void {
  if (directory === null) return;
  const refuse = (why: string): never => {
    throw new MtradeError('MTRADE_CONFIG', `${directory} ${why}; the race needs a place of its own`, {
      key: 'dir',
      file: directory,
    });
  };
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) refuse('is no directory');
  const found = PRODUCTION_FILES.find((name) => existsSync(join(directory, name)));
  if (found !== undefined) refuse(`is a data directory of mtrade (${found} is there)`);
}

function verdictOf(results: readonly RaceResult[]): Reproduction['verdict'] {
  const real = results.filter(({ contender }) => contender !== 'flawed');
  if (real.some(({ duplicates }) => duplicates > 0)) return 'real-duplicates';
  const isShown = results.some(({ contender, duplicates }) => contender === 'flawed' && duplicates > 0);
  return isShown && real.every(({ pairs }) => pairs > 0) ? 'proved' : 'proved-nothing';
}

/** The books of one race, held open by us from before the first racer until all positions are counted. */
interface RaceBooks {
  /** Monotonic ms of each position by pair; for the real books only their number matters. */
  readonly positions: () => ReadonlyMap<string, readonly number[]>;
  readonly close: () => void;
}

function prepare(contender: Contender, path: string, seconds: number, clock: Clock): RaceBooks {
  if (contender === 'flawed') {
    const books = openFlawedBooks(path, clock.monoMs);
    return { positions: books.inserts, close: books.close };
  }
  const slots = Math.ceil((seconds * 1_000) / SLOT_MS) + 1;
  const symbols = Array.from({ length: slots }, (_, slot) => symbolOfSlot(slot));
  const store = createRaceBooks(path, symbols, clock);
  return {
    positions: () => {
      const positions = new Map<string, number[]>();
      for (const { symbol, createdMs } of store.queries.intents({ limit: Number.MAX_SAFE_INTEGER }))
        positions.set(symbol, [...(positions.get(symbol) ?? []), createdMs]);
      return positions;
    },
    close: store.close,
  };
}

async function runRace(
  contender: Contender,
  path: string,
  { seconds, workers, signal }: ReproduceOptions,
  clock: Clock,
): Promise<RaceResult> {
  const books = prepare(contender, path, seconds, clock);
  const headStartMs = HEAD_START_MS + workers * 100;
  const beginsMono = clock.monoMs() + headStartMs;
  const task = (racer: number): RaceTask => ({
    contender,
    path,
    racer,
    beginsMono,
    endsMono: beginsMono + seconds * 1_000,
    slotMs: SLOT_MS,
    orderMs: ORDER_MS,
  });
  try {
    const racers = Array.from({ length: workers }, (_, i) => [
      inThread(task(2 * i), signal),
      inProcess(task(2 * i + 1), signal),
    ]).flat();
    const settled = await Promise.allSettled(racers);
    signal?.throwIfAborted();
    const failed = settled.find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
    const outcomes = sumTallies(settled.map((one) => (one as PromiseFulfilledResult<Tally>).value));
    return { contender, ...counted(books.positions()), outcomes, attempts: total(outcomes) };
  } finally {
    books.close();
  }
}

const entry = new URL('../workers/racer.worker.js', import.meta.url);

function inThread(task: RaceTask, signal: AbortSignal | undefined): Promise<Tally> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(entry, { workerData: task });
    signal?.addEventListener('abort', () => void worker.terminate(), { once: true });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`a racing thread ended with code ${code}`)));
  });
}

function inProcess(task: RaceTask, signal: AbortSignal | undefined): Promise<Tally> {
  return new Promise((resolve, reject) => {
    // Nothing of our environment: it may hold the account's keys.
    const child = fork(entry, { env: {}, execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    signal?.addEventListener('abort', () => child.kill('SIGKILL'), { once: true });
    child.once('message', (tally) => resolve(tally as Tally));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`a racing process ended with code ${code}`)));
    child.send(task);
  });
}

const total = (tally: Tally): number => Object.values(tally).reduce((sum, count) => sum + count, 0);

function sumTallies(tallies: readonly Tally[]): Tally {
  const sums: Record<string, number> = {};
  for (const tally of tallies)
    for (const [outcome, count] of Object.entries(tally)) sums[outcome] = (sums[outcome] ?? 0) + count;
  return Object.fromEntries(Object.entries(sums).sort(([, a], [, b]) => b - a));
}

function counted(
  positions: ReadonlyMap<string, readonly number[]>,
): Pick<RaceResult, 'pairs' | 'duplicates' | 'window'> {
  const gaps = [...positions.values()]
    .flatMap(([first = 0, ...further]) => further.map((time) => time - first))
    .sort((a, b) => a - b);
  const rounded = (index: number): number => Math.round((gaps[index] ?? 0) * 10) / 10;
  return {
    pairs: positions.size,
    duplicates: gaps.length,
    window:
      gaps.length === 0
        ? null
        : { min: rounded(0), median: rounded(Math.floor(gaps.length / 2)), max: rounded(gaps.length - 1) },
  };
}
