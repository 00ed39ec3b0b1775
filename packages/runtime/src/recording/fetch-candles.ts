import { MtradeError } from '@mtrade/base';
import {
  type CandleHistory,
  createCandleHistory,
  isTransient,
  type OhlcvRow,
  PAGE_CANDLES,
  type Timeframe,
  TIMEFRAMES_MS,
} from '@mtrade/venue';
import { openCandleFile } from './candle-file.js';

export interface FetchOptions {
  readonly restUrl: string;
  /** `BASE/QUOTE`. */
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** Unix ms; the first candle begins there or right after. Null: where the file ends. */
  readonly fromMs: number | null;
  /** Unix ms, not included. Null: up to now. A candle that is not over yet is never fetched. */
  readonly toMs: number | null;
  /** Continued when it is there. */
  readonly path: string;
  readonly requestDeadlineMs: number;
}

export interface FetchDeps {
  readonly onProgress?: (progress: FetchProgress) => void;
  /** Ends the work between two questions. */
  readonly signal?: AbortSignal;
  /** Pauses before a question is asked again, ms. */
  readonly retryAfterMs?: readonly number[];
}

export interface FetchProgress {
  /** Candles written by this run. */
  readonly written: number;
  readonly atMs: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Candles that the exchange does not have, from the first missing one up to the next that is there. */
export interface CandleGap {
  readonly fromMs: number;
  readonly toMs: number;
  readonly missing: number;
}

export interface FetchResult extends FetchProgress {
  /** All candles in the file. */
  readonly rows: number;
  /** Candles that were in it before. */
  readonly continued: number;
  readonly gaps: readonly CandleGap[];
  /** False when it was interrupted. */
  readonly complete: boolean;
}

const RETRY_AFTER_MS = [1_000, 2_000, 4_000, 8_000];

/**
 * Fetches a pair's candles page by page and appends each page to the file, so that an ended run is continued by the
 * next. Rejects with MTRADE_USAGE, MTRADE_EXCHANGE_UNAVAILABLE or MTRADE_DISK; what was written stays.
 */
export async function fetchCandles(options: FetchOptions, deps: FetchDeps): Promise<FetchResult> {
  const { restUrl, symbol, timeframe, path, requestDeadlineMs } = options;
  const intervalMs = TIMEFRAMES_MS[timeframe];
  const history = await createCandleHistory({ restUrl, symbols: [symbol], requestDeadlineMs });
  try {
    const overMs = Math.floor((await retrying(deps, () => history.nowMs())) / intervalMs) * intervalMs;
    const toMs = Math.min(
      overMs,
      options.toMs === null ? Infinity : Math.ceil(options.toMs / intervalMs) * intervalMs,
    );
    const file = openCandleFile(path, intervalMs);
    try {
      const continued = file.times.length;
      const fromMs = beginOf(options, file.times, intervalMs);
      const span = { fromMs, toMs, intervalMs };
      const written = await fetchSpan(history, options, deps, span, file);
      const atMs = (file.times.at(-1) ?? fromMs - intervalMs) + intervalMs;
      const isComplete = deps.signal?.aborted !== true;
      return {
        written,
        continued,
        rows: file.times.length,
        atMs,
        fromMs,
        toMs,
        gaps: gapsOf(file.times, isComplete ? span : { ...span, toMs: atMs }),
        complete: isComplete,
      };
    } finally {
      file.close();
    }
  } finally {
    await history.close();
  }
}

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
  readonly intervalMs: number;
}

function beginOf({ fromMs, path }: FetchOptions, times: readonly number[], intervalMs: number): number {
  const [first] = times;
  if (fromMs === null) {
    if (first !== undefined) return first;
    throw new MtradeError('MTRADE_USAGE', `${path} is new: say with --from where it shall begin`, {});
  }
  const aligned = Math.ceil(fromMs / intervalMs) * intervalMs;
  if (first !== undefined && aligned < first)
    throw new MtradeError(
      'MTRADE_USAGE',
      `${path} begins at ${new Date(first).toISOString()}, later than --from: fetch the time before into another file`,
      {},
    );
  return first ?? aligned;
}

async function fetchSpan(
  history: CandleHistory,
  { symbol, timeframe }: FetchOptions,
  deps: FetchDeps,
  { fromMs, toMs, intervalMs }: Span,
  file: { readonly times: readonly number[]; readonly append: (rows: readonly OhlcvRow[]) => void },
): Promise<number> {
  const before = file.times.length;
  let nextMs = Math.max(fromMs, (file.times.at(-1) ?? -Infinity) + intervalMs);
  while (nextMs < toMs && deps.signal?.aborted !== true) {
    const askedMs = nextMs;
    const page = await retrying(deps, () => history.page(symbol, timeframe, askedMs));
    const rows = page.filter(([openMs], index) => {
      const isNew = openMs >= askedMs && openMs < toMs && openMs % intervalMs === 0;
      return isNew && openMs !== page[index - 1]?.[0];
    });
    file.append(rows);
    const lastMs = rows.at(-1)?.[0];
    // An empty answer: the exchange has nothing in this whole page.
    nextMs = lastMs === undefined ? askedMs + PAGE_CANDLES * intervalMs : lastMs + intervalMs;
    deps.onProgress?.({
      written: file.times.length - before,
      atMs: Math.min(nextMs, toMs),
      fromMs,
      toMs,
    });
  }
  return file.times.length - before;
}

async function retrying<T>(
  { signal, retryAfterMs = RETRY_AFTER_MS }: FetchDeps,
  ask: () => Promise<T>,
): Promise<T> {
  for (const pauseMs of retryAfterMs) {
    try {
      return await ask();
    } catch (error) {
      if (!isTransient(error) || signal?.aborted === true) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return ask();
}

/** What is missing between the wanted begin, the candles and the wanted end. */
export function gapsOf(times: readonly number[], { fromMs, toMs, intervalMs }: Span): CandleGap[] {
  const gaps: CandleGap[] = [];
  let expectedMs = fromMs;
  for (const time of [...times, Math.max(toMs, expectedMs)]) {
    if (time > expectedMs)
      gaps.push({ fromMs: expectedMs, toMs: time, missing: (time - expectedMs) / intervalMs });
    expectedMs = Math.max(expectedMs, time + intervalMs);
  }
  return gaps;
}
