export const CANDLE_INTERVALS = ['1m', '5m', '15m', '1h', '4h', '1d'] as const;
export type CandleInterval = (typeof CANDLE_INTERVALS)[number];

/** Prices and volume as exact decimal text; `startMs` is the beginning of the interval. */
export interface Candle {
  readonly startMs: number;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  /** In the base coin. */
  readonly volume: string;
}

export interface CandleRange {
  readonly symbol: string;
  readonly interval: CandleInterval;
  /** 1 to 1,000 of them, the newest at the end. */
  readonly limit: number;
}

/** The exchange's public price history. It has no key and can do nothing else. */
export interface CandleReader {
  /** Oldest first. Rejects with a VenueError when there is no complete answer. */
  readonly candles: (range: CandleRange) => Promise<readonly Candle[]>;
  readonly close: () => Promise<void>;
}
