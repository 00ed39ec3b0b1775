import { errorText } from '@mtrade/base';
import { apiBase } from './gate-signer.js';
import { type CcxtCandles, loadGateClass } from './load-gate-class.js';
import { pairOf } from './rows.js';
import { VenueError } from './venue-error.js';

export const TIMEFRAMES_MS = {
  '1m': 60_000,
  '5m': 300_000,
  '15m': 900_000,
  '30m': 1_800_000,
  '1h': 3_600_000,
  '4h': 14_400_000,
  '8h': 28_800_000,
  '1d': 86_400_000,
} as const;
export type Timeframe = keyof typeof TIMEFRAMES_MS;

/** A row of ccxt's `fetchOHLCV`, its figures as exact decimal text. The volume is in the base coin. */
export type OhlcvRow = readonly [
  openMs: number,
  open: string,
  high: string,
  low: string,
  close: string,
  volume: string,
];

/** The exchange's price history as ccxt reads it. No key. */
export interface CandleHistory {
  /** Up to 1,000 rows from `fromMs` on, oldest first; rows that are not over yet among them. Rejects with a VenueError. */
  readonly page: (symbol: string, timeframe: Timeframe, fromMs: number) => Promise<readonly OhlcvRow[]>;
  /** The exchange's clock, Unix ms. */
  readonly nowMs: () => Promise<number>;
  readonly close: () => Promise<void>;
}

/** How many candles one question brings. */
export const PAGE_CANDLES = 1_000;

const TOO_LONG_AGO =
  'the exchange keeps only its last 10,000 candles of a timeframe; begin later or take a longer timeframe';
const TRANSIENT = new Set([
  'DDoSProtection',
  'ExchangeNotAvailable',
  'NetworkError',
  'OnMaintenance',
  'RateLimitExceeded',
  'RequestTimeout',
]);

/** Whether the same question may be answered a little later. */
export const isTransient = (error: unknown): boolean =>
  error instanceof VenueError && error.label !== null && TRANSIENT.has(error.label);

const FIGURE = /^\d{1,20}(?:\.\d{1,20})?$/;

/** ccxt's own client for Gate, with its throttle, kept to the one public method and to one host. */
export async function createCandleHistory(options: {
  readonly restUrl: string;
  readonly symbols: readonly string[];
  readonly requestDeadlineMs: number;
}): Promise<CandleHistory> {
  const base = apiBase(options.restUrl);
  const Gate = await loadGateClass();
  const gate = new Gate({
    enableRateLimit: true,
    timeout: options.requestDeadlineMs,
    // Figures stay the exchange's own text; a double would round the small ones.
    number: String,
  }) as unknown as CcxtCandles;
  for (const sections of [gate.urls.api['public'], gate.urls.api['private']])
    for (const section of Object.keys(sections ?? {})) if (sections) sections[section] = base;
  // The list of all markets is a megabyte and more; what ccxt needs of it for candles is the pair's name.
  gate.setMarkets(
    options.symbols.map((symbol) => {
      const [coin = '', quote = ''] = symbol.split('/');
      return { id: pairOf(symbol), symbol, base: coin, quote, type: 'spot', spot: true, active: true };
    }),
  );

  const asking = async <T>(what: string, ask: () => Promise<T>): Promise<T> => {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof VenueError) throw error;
      const words = errorText(error).slice(0, 400);
      throw new VenueError(
        `${what}: ${words.includes('too long ago') ? TOO_LONG_AGO : words}`,
        // ccxt's kinds of errors are classes; their names say whether another try may help.
        {
          url: `${base}/spot/candlesticks`,
          phase: 'answer',
          label: error instanceof Error ? error.constructor.name : 'FAILED',
        },
        { cause: error },
      );
    }
  };

  return {
    page: (symbol, timeframe, fromMs) =>
      asking(`candles of ${symbol}`, async () => {
        const rows = await gate.fetchOHLCV(symbol, timeframe, fromMs, PAGE_CANDLES);
        return rows.map(rowOf).toSorted(([a], [b]) => a - b);
      }),
    nowMs: () => asking('the time of the exchange', () => gate.fetchTime()),
    close: () => gate.close(),
  };
}

function rowOf(row: readonly unknown[]): OhlcvRow {
  const [openMs, ...figures] = row;
  if (!Number.isSafeInteger(openMs) || figures.length < 5 || !figures.slice(0, 5).every(isFigure))
    throw new TypeError(`not a candle: ${JSON.stringify(row).slice(0, 200)}`);
  return [openMs, ...figures.slice(0, 5)] as unknown as OhlcvRow;
}

const isFigure = (value: unknown): boolean => typeof value === 'string' && FIGURE.test(value);
