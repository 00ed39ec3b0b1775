import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RecordingSource } from '../src/index.js';
import type { PriceStep } from '../src/index.js';

const DATA = process.env['MTRADE_DATA'] ?? '';
const CANDLES = join(DATA, 'candles_1m', 'binance_spot_16pairs_1m_2021-04-02_2021-05-14');
const FRAMES = join(DATA, 'ws', 'hftbacktest_binance_spot');
const hasData = existsSync(CANDLES) && existsSync(FRAMES);

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'mtrade-prices-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const HEADER = 'open_time_ms,open,high,low,close,volume';
const T0 = 1_617_321_600_000;

function write(folder: string, name: string, lines: readonly string[]): string {
  const path = join(dir, `${folder}-${name}`);
  const text = `${lines.join('\n')}\n`;
  writeFileSync(path, name.endsWith('.gz') ? gzipSync(text) : text);
  return path;
}

async function readAll(source: RecordingSource): Promise<PriceStep[]> {
  const steps: PriceStep[] = [];
  while (!source.ended) {
    await source.prepare();
    steps.push(...source.next(Infinity, 1_000));
  }
  await source.close();
  return steps;
}

const mids = (steps: readonly PriceStep[]): (readonly [number, number])[] =>
  steps.map((step) => [step.atMs - T0, step.quote.kind === 'mid' ? step.quote.mid.mantissa : Number.NaN]);

/** The file name says the pair, so every file gets a folder of its own. */
async function openCandles(lines: readonly string[], position?: unknown): Promise<RecordingSource> {
  const folder = mkdtempSync(join(dir, 'one-'));
  const path = join(folder, 'ETHUSDT.csv.gz');
  writeFileSync(path, gzipSync(`${lines.join('\n')}\n`));
  return RecordingSource.open({ path, position });
}

describe('candle files', () => {
  test('a rising candle walks open, low, high, close; a falling one open, high, low, close', async () => {
    const source = await openCandles([HEADER, `${T0},10,12,9,11,1.5`, `${T0 + 60_000},11,11.5,8,9.25,2`]);

    expect(source.pairs).toMatchObject([
      { symbol: 'ETH/USDT', id: 'ETH_USDT', priceDecimals: 2, amountDecimals: 1 },
    ]);
    expect(mids(await readAll(source))).toEqual([
      [0, 10],
      [15_000, 9],
      [30_000, 12],
      [45_000, 11],
      [60_000, 11],
      [75_000, 115],
      [90_000, 8],
      [105_000, 925],
    ]);
  });

  test('a gap stays silent, a torn or foreign line is left out', async () => {
    const source = await openCandles([
      HEADER,
      `${T0},10,10,10,10,1`,
      `${T0 + 60_000},10,10,10,10,1`,
      'nonsense,,',
      `${T0 + 600_000},10,10,10,10,1`,
      `${T0 + 660_000},10,1`,
    ]);

    const times = (await readAll(source)).map((step) => step.atMs - T0);

    expect(times).toEqual([
      0, 15_000, 30_000, 45_000, 60_000, 75_000, 90_000, 105_000, 600_000, 615_000, 630_000, 645_000,
    ]);
  });

  test('a restart goes on behind the last step that was given', async () => {
    const lines = [HEADER, `${T0},10,12,9,11,1`, `${T0 + 60_000},11,13,10,12,1`];
    const first = await openCandles(lines);
    first.next(T0 + 30_000, 100);
    const saved: unknown = JSON.parse(JSON.stringify(first.position()));
    await first.close();

    const resumed = await openCandles(lines, saved);

    expect(resumed.startMs).toBe(T0 + 45_000);
    expect((await readAll(resumed)).length).toBe(5);
  });

  test('a restart between two pairs of one moment gives that moment again, so that none of them misses it', async () => {
    const folder = mkdtempSync(join(dir, 'same-'));
    for (const name of ['ETHUSDT.csv', 'LTCUSDT.csv', 'XRPUSDT.csv'])
      writeFileSync(join(folder, name), `${HEADER}\n${T0},10,12,9,11,1\n`);
    const first = await RecordingSource.open({ path: folder });
    const given = [...first.next(T0 + 15_000, 4)];
    const saved = first.position();
    await first.close();

    const resumed = await RecordingSource.open({ path: folder, position: saved });
    given.push(...(await readAll(resumed)));

    expect(saved.atMs).toBe(T0);
    expect(new Set(given.map((step) => `${step.symbol} ${step.atMs}`)).size).toBe(12);
    expect(resumed.losses).toEqual({ malformed: 0, skipped: 3 });
  });

  test('a recording that has ended stays ended, however often it is opened again', async () => {
    const lines = [HEADER, `${T0},10,12,9,11,1`];
    const first = await openCandles(lines);
    await readAll(first);
    let saved: unknown = first.position();

    for (let round = 0; round < 2; round += 1) {
      const again = await openCandles(lines, saved);
      expect(again.ended).toBe(true);
      expect(again.losses.skipped).toBe(4);
      saved = again.position();
    }
    expect(saved).toEqual(first.position());
  });

  test('every line is counted as what it was', async () => {
    const source = await openCandles([
      HEADER,
      `${T0},10,12,9,11,1`,
      'nonsense,,',
      `${T0 + 60_000},10,0,9,11,1`,
      `${T0 + 60_000},10,-12,9,11,1`,
      `${T0 + 60_000},10,1e3,9,11,1`,
      `${T0 + 60_000},10,12345678901234567.5,9,11,1`,
      '',
      `${T0 + 60_000},10,1`,
    ]);

    expect(await readAll(source)).toHaveLength(4);

    expect(source.lines).toEqual({
      read: 9,
      prices: 1,
      trades: 0,
      otherFrames: 0,
      otherPairs: 0,
      empty: 2,
      malformed: 6,
    });
    expect(source.losses).toEqual({ malformed: 6, skipped: 0 });
  });

  test('a folder is one time axis for all its pairs, and can be narrowed to some', async () => {
    const folder = mkdtempSync(join(dir, 'two-'));
    writeFileSync(join(folder, 'ETHUSDT.csv'), `${HEADER}\n${T0 + 60_000},10,12,9,11,1\n`);
    writeFileSync(
      join(folder, 'XRPUSDT.csv'),
      `${HEADER}\n${T0},0.5,0.6,0.4,0.55,1\n${T0 + 60_000},0.5,0.6,0.4,0.55,1\n`,
    );

    const both = await readAll(await RecordingSource.open({ path: folder }));
    const one = await readAll(await RecordingSource.open({ path: folder, symbols: ['ETH/USDT'] }));

    expect(both.map((step) => step.symbol.slice(0, 3)).join(' ')).toBe(
      'XRP XRP XRP XRP ETH XRP ETH XRP ETH XRP ETH XRP',
    );
    expect(one.length).toBe(4);
  });

  test.each([
    ['a missing path', (): string => join(dir, 'nowhere')],
    ['a file that is no recording', (): string => write('x', 'ETHUSDT.csv', ['hello', 'world'])],
    ['a file without the name of a pair', (): string => write('-', 'q.csv', [`${T0},10,12,9,11,1`])],
    ['an empty folder', (): string => mkdtempSync(join(dir, 'empty-'))],
  ])('%s is refused by name', async (_name, pathOf) => {
    const path = pathOf();

    await expect(RecordingSource.open({ path })).rejects.toMatchObject({
      code: 'MTRADE_CONFIG',
      facts: { key: 'paper.feed', file: path },
    });
  });

  test('a damaged gzip file ends with an error, not with a short history', async () => {
    const folder = mkdtempSync(join(dir, 'cut-'));
    const path = join(folder, 'ETHUSDT.csv.gz');
    const rows = Array.from(
      { length: 5_000 },
      (_, index) => `${T0 + index * 60_000},10,12,9,1${index % 10},${index}`,
    );
    const whole = gzipSync(rows.join('\n'));
    writeFileSync(path, whole.subarray(0, whole.length - 2_000));

    await expect(RecordingSource.open({ path }).then(readAll)).rejects.toMatchObject({
      code: 'MTRADE_CONFIG',
    });
  });
});

describe('recorded socket frames', () => {
  test('book tickers become best prices with sizes at their receipt time, trades the last price', async () => {
    const folder = mkdtempSync(join(dir, 'ws-'));
    const path = join(folder, 'btcusdt.gz');
    const ticker = (bid: string, ask: string): string =>
      `{"stream":"btcusdt@bookTicker","data":{"u":1,"s":"BTCUSDT","b":"${bid}","B":"3.78826000","a":"${ask}","A":"1.54698000"}}`;
    writeFileSync(
      path,
      gzipSync(
        [
          `1723161254000500000 ${ticker('61837.63000000', '61837.64000000')}`,
          '1723161254100000000 {"stream":"btcusdt@depth@100ms","data":{}}',
          '1723161254150000000 {"stream":"btcusdt@trade","data":{"s":"BTCUSDT","p":"61837.60000000"}}',
          `1723161254200000000 ${ticker('61837.60000000', '61837.70000000')}`,
        ].join('\n'),
      ),
    );

    const source = await RecordingSource.open({ path });

    expect(source.pairs).toMatchObject([{ symbol: 'BTC/USDT', priceDecimals: 2, amountDecimals: 5 }]);
    expect(await readAll(source)).toEqual([
      {
        atMs: 1_723_161_254_000.5,
        symbol: 'BTC/USDT',
        quote: {
          kind: 'top',
          bid: { mantissa: 6_183_763, decimals: 2 },
          ask: { mantissa: 6_183_764, decimals: 2 },
          bidSize: '3.78826000',
          askSize: '1.54698000',
        },
      },
      {
        atMs: 1_723_161_254_200,
        symbol: 'BTC/USDT',
        quote: {
          kind: 'top',
          bid: { mantissa: 618_376, decimals: 1 },
          ask: { mantissa: 618_377, decimals: 1 },
          bidSize: '3.78826000',
          askSize: '1.54698000',
          last: { mantissa: 618_376, decimals: 1 },
        },
      },
    ]);
  });
});

describe('a recording with damage in it', () => {
  const frame = (data: Record<string, unknown>, stream = 'btcusdt@bookTicker'): string =>
    `1723161254000000000 ${JSON.stringify({ stream, data })}`;
  const good = { s: 'BTCUSDT', b: '100.5', B: '1', a: '100.6', A: '0' };

  test('gives the good frames and counts all others, and no half-read price ever comes out', async () => {
    const path = join(mkdtempSync(join(dir, 'bad-')), 'btcusdt.gz');
    const bad = [
      frame({ ...good, b: 'NaN' }),
      frame({ ...good, b: '0' }),
      frame({ ...good, a: 100.6 }),
      frame({ ...good, A: undefined }),
      frame({ ...good, B: '-1' }),
      frame({ ...good, s: 7 }),
      frame({ s: 'BTCUSDT', p: 'x' }, 'btcusdt@trade'),
      `1723161254000000000 {"stream":"btcusdt@bookTicker"}`,
      `1723161254000000000 {"stream":"btcusdt@bookTicker","data":{"s":"BTC`,
      '\u0000\u0000\u0000',
      'hello',
    ];
    const lines = [
      frame(good),
      ...bad,
      frame({}, 'btcusdt@depth@100ms'),
      frame({ s: 'BTCUSDT', p: '100.55' }, 'btcusdt@trade'),
      frame({ ...good, s: 'DOGEUSDT' }, 'dogeusdt@bookTicker'),
      frame({ ...good, s: 'BTCZZZ' }),
      '',
      frame(good),
    ];
    writeFileSync(path, gzipSync(lines.join('\n')));

    const source = await RecordingSource.open({ path, symbols: ['BTC/USDT'] });
    const steps = await readAll(source);

    expect(steps.map((step) => step.quote)).toEqual([
      expect.objectContaining({ bid: { mantissa: 1_005, decimals: 1 } }),
      expect.objectContaining({ last: { mantissa: 10_055, decimals: 2 } }),
    ]);
    const { read, ...kinds } = source.lines;
    expect(kinds).toEqual({
      prices: 2,
      trades: 1,
      otherFrames: 1,
      otherPairs: 2,
      empty: 1,
      malformed: bad.length,
    });
    expect(read).toBe(lines.length);
    expect(source.recorded).toEqual(['BTC/USDT', 'DOGE/USDT']);
  });

  test('that has none of the wanted pairs says which ones it has', async () => {
    const folder = mkdtempSync(join(dir, 'other-'));
    writeFileSync(join(folder, 'ETHUSDT.csv'), `${HEADER}\n${T0},10,12,9,11,1\n`);

    await expect(RecordingSource.open({ path: folder, symbols: ['PEPE/USDT'] })).rejects.toThrow(
      `recording ${folder} holds none of PEPE/USDT; it has ETH/USDT`,
    );
  });
});

describe.skipIf(!hasData)('the recorded data (skipped when MTRADE_DATA names no folder with it)', () => {
  test('the folder of 16 pairs begins together, with the precision of the data', async () => {
    const source = await RecordingSource.open({ path: CANDLES });
    const first = source.next(T0 + 60_000, 1_000);
    await source.close();

    expect(source.pairs.length).toBe(16);
    expect(source.startMs).toBe(T0);
    expect(source.pairs.find((pair) => pair.symbol === 'DOGE/USDT')?.priceDecimals).toBe(7);
    // 1617321600000,1.1833,1.18612,1.1833,1.18507: rising, so open, low, high, close.
    const ada = first.filter((step) => step.symbol === 'ADA/USDT' && step.atMs < T0 + 60_000);
    expect(ada.map((step) => (step.quote.kind === 'mid' ? step.quote.mid : null))).toEqual([
      { mantissa: 11_833, decimals: 4 },
      { mantissa: 11_833, decimals: 4 },
      { mantissa: 118_612, decimals: 5 },
      { mantissa: 118_507, decimals: 5 },
    ]);
  });

  test('one pair of 43 days is read whole, with the exchange halt as silence', async () => {
    const steps = await readAll(await RecordingSource.open({ path: CANDLES, symbols: ['TRX/USDT'] }));

    expect(steps.length).toBe(61_272 * 4);
    let longestMs = 0;
    for (const [index, step] of steps.entries())
      longestMs = Math.max(longestMs, step.atMs - (steps[index - 1] ?? step).atMs);
    expect(Math.floor(longestMs / 60_000)).toBe(284);
  });

  test('the Binance socket recording gives its book tickers in order, never crossed, and accounts for every line', async () => {
    const source = await RecordingSource.open({ path: FRAMES });
    const steps = await readAll(source);

    const { read, ...kinds } = source.lines;
    expect(kinds).toMatchObject({ prices: 73_174, otherPairs: 0, malformed: 0 });
    expect(read).toBe(Object.values(kinds).reduce((sum, count) => sum + count, 0));

    expect(steps.length).toBe(73_174);
    expect(steps.every((step, index) => step.atMs >= (steps[index - 1]?.atMs ?? 0))).toBe(true);
    expect(steps.every(({ quote }) => quote.kind === 'top' && Number(quote.bidSize) > 0)).toBe(true);
  });
});
