import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PriceStep, RecordingSource } from '../src/index.js';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'mtrade-gate-lines-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const T0 = 1_700_000_000_000;
const ETH = { symbol: 'ETH/USDT', price_decimals: 2, amount_decimals: 5, min_base: '0.001', min_quote: '3' };
const HEAD = { ms: T0, event: 'recording', schema: 1, exchange: 'gate', pairs: [ETH] };

const frame = (atMs: number, channel: string, result: object): object => ({
  ms: T0 + atMs,
  frame: JSON.stringify({ time_ms: T0, channel, event: 'update', result }),
});
const book = (atMs: number, b: string, a: string, s = 'ETH_USDT'): object =>
  frame(atMs, 'spot.book_ticker', { t: T0, u: 1, s, b, B: '1.5', a, A: '2' });
const ticker = (atMs: number, last: string, best: object = {}): object =>
  frame(atMs, 'spot.tickers', { currency_pair: 'ETH_USDT', last, ...best });

let files = 0;
async function open(entries: readonly (object | string)[], compressed = false): Promise<RecordingSource> {
  const text = entries
    .map((entry) => `${typeof entry === 'string' ? entry : JSON.stringify(entry)}\n`)
    .join('');
  const path = join(dir, `${(files += 1)}.jsonl${compressed ? '.gz' : ''}`);
  writeFileSync(path, compressed ? gzipSync(text).subarray(0, -12) : text);
  return RecordingSource.open({ path });
}

async function all(source: RecordingSource): Promise<PriceStep[]> {
  const steps: PriceStep[] = [];
  while (!source.ended) {
    await source.prepare();
    steps.push(...source.next(Infinity, 1_000));
  }
  await source.close();
  return steps;
}

const bids = (steps: readonly PriceStep[]) =>
  steps.map(({ atMs, quote }) => [atMs - T0, quote.kind === 'top' ? quote.bid.mantissa : null]);

describe('what mtrade record wrote', () => {
  test('book tickers become best prices at the moment of their receipt, with the rules of the first line', async () => {
    const source = await open([HEAD, { ms: T0 + 1, event: 'connected' }, book(5, '2000.10', '2000.20')]);

    expect(source.pairs).toMatchObject([
      { symbol: 'ETH/USDT', priceDecimals: 2, amountDecimals: 5, minBase: '0.001', minQuote: '3' },
    ]);
    expect(await all(source)).toEqual([
      {
        atMs: T0 + 5,
        symbol: 'ETH/USDT',
        quote: {
          kind: 'top',
          bid: { mantissa: 20_001, decimals: 1 },
          ask: { mantissa: 20_002, decimals: 1 },
          bidSize: '1.5',
          askSize: '2',
        },
      },
    ]);
  });

  test('a ticker is the last price of the next book ticker; where the book is quiet it is a price itself', async () => {
    const best = { highest_bid: '1999', lowest_ask: '2001' };
    const source = await open([
      HEAD,
      book(0, '2000', '2001'),
      ticker(1_000, '2000.5', best),
      book(1_500, '2000', '2002'),
      ticker(3_600, '1999.5', best),
    ]);

    const steps = await all(source);

    expect(bids(steps)).toEqual([
      [0, 2000],
      [1_500, 2000],
      [3_600, 1999],
    ]);
    expect(steps.map(({ quote }) => (quote.kind === 'top' ? quote.last?.mantissa : null))).toEqual([
      undefined,
      20_005,
      19_995,
    ]);
    expect(source.lines).toMatchObject({ prices: 3, trades: 1, malformed: 0 });
  });

  test('every other line is counted for what it is, and none of them stops the replay', async () => {
    const source = await open([
      HEAD,
      '{"ms":1700000000',
      { ms: T0, frame: 'not JSON' },
      { ms: T0, binary: 'AAEC' },
      frame(1, 'spot.book_ticker', { s: 'ETH_USDT', b: '', a: '3', B: '0', A: '1' }),
      book(2, '1', '2', 'XXX_USDT'),
      frame(3, 'spot.order_book', { s: 'ETH_USDT' }),
      { ms: T0 + 4, frame: JSON.stringify({ channel: 'spot.pong', event: '' }) },
      book(5, '2000', '2001'),
    ]);

    expect(bids(await all(source))).toEqual([[5, 2000]]);
    expect(source.lines).toEqual({
      read: 9,
      prices: 1,
      trades: 0,
      otherFrames: 3,
      otherPairs: 1,
      empty: 1,
      malformed: 3,
    });
  });

  test('a wall clock that was set back while recording does not turn the order of prices around', async () => {
    const source = await open([HEAD, book(10_000, '3', '4'), book(2_000, '5', '6'), book(11_000, '7', '8')]);

    expect(bids(await all(source))).toEqual([
      [10_000, 3],
      [10_000, 5],
      [11_000, 7],
    ]);
  });

  test('a compressed one is read up to where it was cut off', async () => {
    const prices = Array.from({ length: 200 }, (_, index) => book(index, `${2000 + index}`, '3000'));
    const source = await open([HEAD, ...prices], true);

    expect((await all(source)).length).toBeGreaterThan(150);
  });

  test('a folder of recordings plays as one, by time', async () => {
    const folder = mkdtempSync(join(dir, 'folder-'));
    const text = (entries: readonly object[]) => entries.map((one) => JSON.stringify(one)).join('\n');
    writeFileSync(join(folder, 'b.jsonl'), text([HEAD, book(20, '2', '9')]));
    writeFileSync(join(folder, 'a.jsonl'), text([HEAD, book(10, '1', '9'), book(30, '3', '9')]));

    expect(bids(await all(await RecordingSource.open({ path: folder })))).toEqual([
      [10, 1],
      [20, 2],
      [30, 3],
    ]);
  });

  test('without its first line it is refused by name: the rules of its pairs are not known', async () => {
    await expect(open([book(5, '2000', '2001')])).rejects.toThrow(/1?\d\.jsonl holds no prices/);
  });
});
