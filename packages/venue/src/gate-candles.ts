import { text } from '@mtrade/money';
import { amountField, asRows, MalformedAnswer, type Row } from './answer.js';
import { apiBase } from './gate-signer.js';
import { createHttpClient } from './http-client.js';
import { readPublicly } from './public-read.js';
import { pairOf } from './rows.js';
import type { Candle, CandleReader } from './candles.js';

/** For the web page's chart: no signature is needed, so no ccxt is loaded. */
export function createGateCandleReader(options: {
  readonly restUrl: string;
  readonly requestDeadlineMs: number;
}): CandleReader {
  const base = apiBase(options.restUrl);
  const http = createHttpClient({
    baseUrl: base,
    requestDeadlineMs: options.requestDeadlineMs,
    connections: 2,
    maxReplyBytes: 1024 * 1024,
  });
  return {
    candles: ({ symbol, interval, limit }) => {
      const query = new URLSearchParams({ currency_pair: pairOf(symbol), interval, limit: String(limit) });
      return readPublicly(
        http,
        { what: `candles of ${symbol}`, url: `${base}/spot/candlesticks`, query: `?${query.toString()}` },
        (json) => asRows(json).map(readCandle),
      );
    },
    close: () => http.close(),
  };
}

/**
 * One line of `GET /spot/candlesticks`: begin in seconds, volume in quote, close, high, low, open, volume in base,
 * whether it is over (Gate API v4, "Market candlesticks").
 */
function readCandle(value: unknown): Candle {
  const row = asRows(value) as unknown as Row;
  const figure = (index: number): string => text(amountField(row, String(index)));
  const startMs = Number(figure(0)) * 1_000;
  if (!Number.isSafeInteger(startMs)) throw new MalformedAnswer('a candle begins at no whole second');
  return {
    startMs,
    close: figure(2),
    high: figure(3),
    low: figure(4),
    open: figure(5),
    volume: figure(6),
  };
}
