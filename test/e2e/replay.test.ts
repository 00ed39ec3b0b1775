import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { replay } from '../replay/replay.js';
import { renderReport } from '../replay/table.js';

/**
 * A short share of the replay: the built engine in a process of its own, real threads, the loopback exchange, and the
 * checker that shares no code with it. The whole recording: `npm run replay`, see docs/replay.md.
 */

const DATA = process.env['MTRADE_DATA'] ?? '';
const CANDLES = join(DATA, 'candles_1m/binance_spot_16pairs_1m_2021-04-02_2021-05-14');
const FRAMES = join(DATA, 'ws/hftbacktest_binance_spot');
const present = existsSync(CANDLES) && existsSync(FRAMES);
const reason = present ? '' : ' (skipped: MTRADE_DATA names no folder with the recordings)';

const OPTIONS = {
  pairs: null,
  lengthMs: null,
  untilMs: null,
  balance: '1000000',
  baseOrder: '10',
  json: true,
  keep: false,
};
const DAY_MS = 86_400_000;
const quiet = (): void => undefined;

describe.skipIf(!present).concurrent(`replayed recordings${reason}`, () => {
  test('two days of three pairs: full cycles on every pair, and every fill keeps the rules', async () => {
    const pairs = ['SOL/USDT', 'DOT/USDT', 'TRX/USDT'];

    const report = await replay(
      { ...OPTIONS, path: CANDLES, pairs, speed: 15_000, lengthMs: 2 * DAY_MS },
      quiet,
    );

    expect(report.violations).toEqual([]);
    expect(report.pairs.map((pair) => pair.symbol).toSorted()).toEqual(pairs.toSorted());
    expect(report.pairs.filter((pair) => pair.cycles < 3)).toEqual([]);
    expect(Number(report.total.profit)).toBeGreaterThan(0);
    expect(report.total.deepestRow).toBeGreaterThan(0);
    expect(report.frames.delivered).toBe(3 * 2 * 24 * 60 * 4);
    expect(report.frames.unheard).toBe(0);
  });

  test('ten seconds of book tickers at their own pace: no frame is lost uncounted', async () => {
    const report = await replay({ ...OPTIONS, path: FRAMES, speed: 1, lengthMs: 10_000 }, quiet);

    expect(report.violations).toEqual([]);
    const { frames, total } = report;
    expect(frames.delivered).toBe(frames.recorded);
    expect(frames.delivered).toBeGreaterThan(500);
    expect(frames.unheard).toBe(0);
    expect(frames.sent).toBe(frames.updates + frames.stale + frames.malformed);
    expect(total.maxPriceAgeMs).toBeGreaterThan(0);
    expect(total.maxDecisionAgeMs).toBeGreaterThan(0);
  });
});

test('a ladder whose rows are smaller than the amount step of the recording says why nothing was bought', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'mtrade-coarse-'));
  try {
    const path = join(directory, 'BTC-USDT_1m.csv');
    const minutes = Array.from({ length: 120 }, (_, index) => 1_700_000_000_000 + index * 60_000);
    writeFileSync(path, minutes.map((ms) => `${ms},60000.1,60010.1,59990.1,60000.1,3\n`).join(''));

    const report = await replay({ ...OPTIONS, path, speed: 2_000, json: false }, quiet);

    expect(report.total.fills).toBe(0);
    expect(report.notes).toEqual([
      expect.stringMatching(
        /BTC\/USDT\): rows 0-11 cannot be bought at a price of 60000\.1: BTC\/USDT trades in steps of 1 BTC, .*raise base_order/,
      ),
      expect.stringMatching(/what is held after row 12 cannot be sold/),
      expect.stringContaining("BTC/USDT: nothing was bought: below the exchange's minimum"),
    ]);
    expect(renderReport(report)).toContain(
      'note       pairs[0].ladder (BTC/USDT): rows 0-11 cannot be bought',
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

test('the report fits 100 columns', async () => {
  const pair = {
    cycles: 12_345,
    fills: 99_999,
    profit: '-12345.678901234567',
    worstDrawdownPct: -55.555,
    maxInvested: 1_310_710,
    deepestRow: 16,
    killed: 9_999,
    rejected: 999,
    unknown: 999,
    maxPriceAgeMs: 12_345,
    maxDecisionAgeMs: 12_345,
  };
  const text = renderReport({
    schema: 1,
    recording: 'a-folder',
    from: '2021-04-02T00:00:00.000Z',
    to: '2021-05-14T23:59:45.000Z',
    speed: 10_000,
    speedReached: 9_999.9,
    wallSeconds: 371.2,
    quote: 'USDT',
    pairs: [
      { ...pair, symbol: 'MATIC/USDT', open: { row: 16, base: '123456.789', invested: '1310710.123' } },
    ],
    total: pair,
    frames: {
      recorded: 3_921_408,
      delivered: 3_921_408,
      late: 123_456,
      maxLateMs: 12_345,
      unheard: 0,
      sent: 3_921_408,
      replaced: 123_456,
      updates: 3_921_408,
      unchanged: 1_234_567,
      queued: 123_456,
      debounced: 2_345_678,
      queueFull: 99,
      stale: 0,
      malformed: 0,
    },
    errors: 0,
    latencyMs: { tick_to_order: { p50: 2.5, p99: 33.8, max: 1_234.5 } },
    samples: 3_000,
    violations: [],
    notes: [
      'pairs[0].ladder (BTC/USDT): rows 0-2 cannot be bought at a price of 60000: BTC/USDT trades in steps of 1 BTC; raise base_order',
    ],
  });

  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  expect(text).toMatchInlineSnapshot(`
    "recording  a-folder
    played     2021-04-02T00:00:00Z to 2021-05-14T23:59:45Z
    speed      9999.9 x real time (asked: 10000 x), 371.2 s

    pair        cycles fills      profit  worst dd deepest   most held        open at end  kill rej unk
    ---------------------------------------------------------------------------------------------------
    MATIC/USDT   12345 99999 -12345.6789  -55.55 %  row 16  1310710.00 row 16, 1310710.12  9999 999 999
    ---------------------------------------------------------------------------------------------------
    total USDT   12345 99999 -12345.6789  -55.55 %  row 16  1310710.00                     9999 999 999

    prices     3921408 recorded, 3921408 played, 123456 later than 100 ms (worst 12.35 s)
    frames     3921408 sent, 123456 replaced by a newer one, 0 unheard
    engine     3921408 updates = 1234567 unchanged + 123456 queued + 2345678 debounced + 99 queue full
               0 stale, 0 malformed, 0 errors
    ages       price at most 12.35 s, decision at most 12.35 s (3000 samples)
    price to order  p50 2.5 ms, p99 33.8 ms, max 1234.5 ms
    note       pairs[0].ladder (BTC/USDT): rows 0-2 cannot be bought at a price of 60000: BTC/USDT
               trades in steps of 1 BTC; raise base_order

    checker    every rule holds"
  `);
});
