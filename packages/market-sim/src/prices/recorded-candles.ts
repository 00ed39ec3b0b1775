import type { PairSpec, ScaledPrice } from '../core/types.js';
import { scaledOf } from '../core/units.js';
import { pairSpec } from './default-pairs.js';
import { isPriceText } from './recorded-text.js';
import type { PriceStep } from './source.js';

/**
 * Candle files: CSV `open_time_ms,open,high,low,close,volume`, with or without that header line.
 *
 * The walk of a candle: a candle that closes at or above its open went **open, low, high, close**, any other **open,
 * high, low, close**. The four prices come at the start of the four quarters of the interval, so a one-minute candle
 * speaks at :00, :15, :30 and :45. Missing candles (an exchange halt) are silence.
 */

export interface CandleRow {
  readonly openMs: number;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
}

/** The names of the columns, as the first line of a file may have them. */
export const isCandleHeader = (line: string): boolean => /^[a-z_]+(?:,[a-z_]+)+$/i.test(line.trimEnd());

/** Null for a header, a torn line or anything else that is not a candle. */
export function parseCandle(line: string): CandleRow | null {
  const [time, open, high, low, close, volume = ''] = line.trimEnd().split(',');
  if (time === undefined || !/^\d{12,14}$/.test(time)) return null;
  if (open === undefined || high === undefined || low === undefined || close === undefined) return null;
  if (![open, high, low, close].every(isPriceText)) return null;
  return { openMs: Number(time), open, high, low, close, volume };
}

export function walkCandle(symbol: string, row: CandleRow, intervalMs: number): readonly PriceStep[] {
  const [open, high, low, close] = [row.open, row.high, row.low, row.close].map(scaledOf) as [
    ScaledPrice,
    ScaledPrice,
    ScaledPrice,
    ScaledPrice,
  ];
  const rose = Number(row.close) >= Number(row.open);
  const walk = rose ? [open, low, high, close] : [open, high, low, close];
  return walk.map((mid, quarter) => ({
    atMs: row.openMs + (intervalMs * quarter) / 4,
    symbol,
    quote: { kind: 'mid', mid },
  }));
}

/** Rules of a pair as far as the first candles show them: the most decimals seen in prices and in volumes. */
export function specFromCandles(symbol: string, rows: readonly CandleRow[]): PairSpec {
  const decimalsOf = (texts: readonly string[]): number =>
    Math.max(...texts.map((one) => scaledOf(one).decimals));
  return pairSpec(symbol, {
    priceDecimals: decimalsOf(rows.flatMap((row) => [row.open, row.high, row.low, row.close])),
    amountDecimals: Math.min(8, decimalsOf(rows.map((row) => row.volume))),
  });
}

/** The shortest distance between two candles. */
export function intervalOf(rows: readonly CandleRow[]): number {
  let shortest = Infinity;
  for (let index = 1; index < rows.length; index += 1) {
    const gap = (rows[index]?.openMs ?? 0) - (rows[index - 1]?.openMs ?? 0);
    if (gap > 0 && gap < shortest) shortest = gap;
  }
  return shortest === Infinity ? 60_000 : shortest;
}
