import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Exchange,
  type ExchangeServer,
  pairSpec,
  RecordingSource,
  startExchangeServer,
} from '@mtrade/market-sim';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fetchCandles, type FetchOptions, type FetchResult } from '../src/recording/fetch-candles.js';

/** Candles through ccxt from the exchange on loopback. */
const MINUTE_MS = 60_000;
/** More than one answer of the exchange brings. */
const MINUTES = 1_300;
const GAP = { first: 1_010, length: 7 };
/** The exchange's clock stands 30 s into a minute: the running candle is not over. */
const NOW_MS = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS + 30_000;
const START_MS = NOW_MS - 30_000 - MINUTES * MINUTE_MS;

let server: ExchangeServer;
beforeAll(async () => {
  const exchange = new Exchange({ pairs: [pairSpec('ETH/USDT', { amountDecimals: 4, priceDecimals: 2 })] });
  const price = (mantissa: number, atMs: number): void =>
    exchange.setQuote('ETH/USDT', { kind: 'mid', mid: { mantissa, decimals: 2 } }, atMs);
  for (let minute = 0; minute <= MINUTES; minute += 1) {
    if (minute >= GAP.first && minute < GAP.first + GAP.length) continue;
    const atMs = START_MS + minute * MINUTE_MS;
    price(200_000 + minute, atMs);
    price(200_000 + minute + 50, atMs + 10_000);
    price(200_000 + minute - 50, atMs + 20_000);
  }
  server = await startExchangeServer({ apiKeys: [] }, { exchange, clockMs: () => NOW_MS });
});
afterAll(() => server.close());

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mtrade-candles-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const minuteMs = (minute: number): number => START_MS + minute * MINUTE_MS;
const file = (): string => join(directory, 'ETH-USDT_gate_1m.csv');
const rows = (): string[] => readFileSync(file(), 'utf8').trimEnd().split('\n').slice(1);
const fetch = (options: Partial<FetchOptions> = {}, signal?: AbortSignal): Promise<FetchResult> =>
  fetchCandles(
    {
      restUrl: server.restUrl,
      symbol: 'ETH/USDT',
      timeframe: '1m',
      fromMs: null,
      toMs: null,
      path: file(),
      requestDeadlineMs: 5_000,
      ...options,
    },
    { retryAfterMs: [0, 0], ...(signal !== undefined && { signal }) },
  );

describe('candles of a pair', () => {
  test('are fetched page by page, exact and in order, without the running one; the gap is reported; the file replays', async () => {
    const asked = server.requests().length;

    const result = await fetch({ fromMs: minuteMs(0) });

    expect(result).toMatchObject({ written: MINUTES - GAP.length, continued: 0, complete: true });
    expect(result.gaps).toEqual([
      { fromMs: minuteMs(GAP.first), toMs: minuteMs(GAP.first + GAP.length), missing: GAP.length },
    ]);
    const minutes = Array.from({ length: MINUTES }, (_, minute) => minute).filter(
      (minute) => minute < GAP.first || minute >= GAP.first + GAP.length,
    );
    const figure = (hundredths: number): string => (hundredths / 100).toFixed(2);
    expect(rows().map((row) => row.split(',').slice(0, 5))).toEqual(
      minutes.map((minute) => [
        String(minuteMs(minute)),
        figure(200_000 + minute),
        figure(200_000 + minute + 50),
        figure(200_000 + minute - 50),
        figure(200_000 + minute - 50),
      ]),
    );
    const paths = server
      .requests()
      .slice(asked)
      .map(({ path }) => path);
    expect(paths.filter((path) => path.endsWith('/candlesticks'))).toHaveLength(2);
    // The list of all markets is not loaded for it.
    expect(new Set(paths).size).toBe(2);

    const source = await RecordingSource.open({ path: file() });
    expect(source.pairs).toMatchObject([{ symbol: 'ETH/USDT', priceDecimals: 2 }]);
    expect(source.startMs).toBe(START_MS);
    await source.close();
  });

  test('an ended run is continued where the file ends, a torn line is fetched again, nothing twice', async () => {
    await fetch({ fromMs: minuteMs(0), toMs: minuteMs(100) });
    expect(rows()).toHaveLength(100);
    appendFileSync(file(), `${minuteMs(100)},2001.0`);

    const second = await fetch({ toMs: minuteMs(250) });

    expect(second).toMatchObject({ written: 150, continued: 100, rows: 250, gaps: [] });
    const times = rows().map((row) => Number(row.split(',')[0]));
    expect(times).toEqual(Array.from({ length: 250 }, (_, minute) => minuteMs(minute)));
    expect(await fetch({ toMs: minuteMs(250) })).toMatchObject({ written: 0, rows: 250 });
  });

  test('an interrupted run keeps what it has and calls nothing a gap that it did not ask for', async () => {
    const result = await fetch({ fromMs: minuteMs(0) }, AbortSignal.abort());

    expect(result).toMatchObject({ complete: false, written: 0, gaps: [] });
    expect((await fetch({ fromMs: minuteMs(0), toMs: minuteMs(5) })).written).toBe(5);
  });

  test('a question that fails on the way is asked again; the file has every candle once', async () => {
    const { id } = server.faults.add({
      match: { transport: 'rest', path: '/api/v4/spot/candlesticks', count: 1 },
      fault: { kind: 'html', process: false, status: 502 },
    });

    const result = await fetch({ fromMs: minuteMs(0), toMs: minuteMs(20) });

    expect(server.faults.fired(id)).toBe(1);
    expect(result).toMatchObject({ written: 20, rows: 20 });
  });

  test('a file of something else is refused and stays as it is', async () => {
    const head = 'open_time_ms,open,high,low,close,volume\n';
    const hours = [0, 1, 2].map((hour) => `${hour * 3_600_000 + 1_700_006_400_000},1,1,1,1,1\n`).join('');
    for (const content of ['my notes\n', 'my notes', `${head}nonsense\n`, `${head}${hours}`]) {
      writeFileSync(file(), content);
      await expect(fetch({ fromMs: minuteMs(0) })).rejects.toThrow(/cannot be continued/);
      expect(readFileSync(file(), 'utf8')).toBe(content);
    }
  });

  test('what cannot be had is told in words that help', async () => {
    await expect(fetch({ symbol: 'FOO/USDT', fromMs: minuteMs(0) })).rejects.toThrow(/FOO.USDT/);
    await expect(fetch({ fromMs: minuteMs(-20_000) })).rejects.toThrow(/only its last 10,000 candles/);
    await expect(fetch({ path: join(directory, 'new.csv') })).rejects.toThrow(/--from/);
    await fetch({ fromMs: minuteMs(10), toMs: minuteMs(20) });
    await expect(fetch({ fromMs: minuteMs(0) })).rejects.toThrow(/later than --from/);
  });
});
