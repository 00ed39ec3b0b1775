/** What the lines of a recording were: each one that was read is counted once. */
export interface LineCounts {
  /** Candles and book tickers. */
  prices: number;
  /** Trades and tickers: the last price that goes with the next book ticker. */
  trades: number;
  /** Frames of streams that are not used, such as the depth. */
  otherFrames: number;
  /** Prices and trades of pairs that nobody asked for. */
  otherPairs: number;
  /** Column names, what a recorder says about itself, and empty lines. */
  empty: number;
  /** Everything else: torn, damaged or foreign. */
  malformed: number;
}

export const noLines = (): LineCounts => ({
  prices: 0,
  trades: 0,
  otherFrames: 0,
  otherPairs: 0,
  empty: 0,
  malformed: 0,
});
