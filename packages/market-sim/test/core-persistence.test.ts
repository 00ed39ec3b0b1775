import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openPaperExchange, readSavedMarket } from '../src/index.js';
import type { ExchangeSnapshot, PaperExchange, PaperExchangeOptions, PlaceTrigger } from '../src/index.js';
import { ETH, USER, limit, market, mid, placed } from './core-fixture.js';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'mtrade-paper-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const open = (more: Partial<PaperExchangeOptions> = {}): PaperExchange =>
  openPaperExchange({ dir, exchange: { pairs: [ETH] }, balances: { USDT: '10000' }, nowMs: 1, ...more });
const journalPath = (): string => join(dir, 'exchange.jsonl');

const plain = (snapshot: ExchangeSnapshot): unknown => JSON.parse(JSON.stringify(snapshot));

/** Sells a little at market when the price is down at `triggerPrice`. */
const stopAt = (triggerPrice: string): PlaceTrigger => ({
  symbol: 'ETH/USDT',
  rule: '<=',
  triggerPrice,
  expirationS: 86_400,
  put: {
    side: 'sell',
    type: 'market',
    amount: '0.02',
    price: '0',
    timeInForce: 'ioc',
    account: 'normal',
    text: 'api',
  },
});

/** A little history; answers the state after every line of the journal. */
function trade(paper: PaperExchange): unknown[] {
  const { exchange } = paper;
  const states = [plain(exchange.snapshot())];
  const note = (): number => states.push(plain(exchange.snapshot()));
  exchange.setQuote('ETH/USDT', mid(200_000), 10);
  placed(exchange, market('buy', '100', { text: 't-1' }), 11);
  note();
  placed(exchange, limit('buy', '1', '1990', { text: 't-2' }), 12);
  note();
  placed(exchange, limit('sell', '0.02', '2100'), 13);
  note();
  exchange.setQuote('ETH/USDT', mid(198_000), 14);
  note();
  exchange.withdraw(USER, 'ETH', '0.5', 15, 'sold by hand');
  note();
  exchange.setTradeStatus('ETH/USDT', 'sellable', 16);
  note();
  for (const triggerPrice of ['1900', '1800', '1700']) {
    exchange.triggers.place(USER, stopAt(triggerPrice), 17);
    note();
  }
  exchange.triggers.cancelAll(USER, 'BTC_USDT', 18);
  exchange.triggers.cancel(USER, '60000003', 18);
  note();
  exchange.setQuote('ETH/USDT', mid(189_000), 19);
  note();
  return states;
}

describe('the paper exchange on disk', () => {
  test('is the same after a kill at any moment: every cut of the journal gives the state of that line', () => {
    const paper = open();
    const states = trade(paper);
    paper.close();
    const path = join(dir, 'exchange.jsonl');
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(lines.length).toBe(states.length);

    for (const [index, state] of states.entries()) {
      const kept = lines.slice(0, index + 1);
      const torn = lines[index + 1]?.slice(0, 40) ?? '';
      writeFileSync(path, `${kept.join('\n')}\n${torn}`);
      const again = open();
      expect(plain(again.exchange.snapshot()), `cut after line ${index + 1}`).toEqual(state);
      again.close();
      // Opening compacts the file; a second opening reads the same from it.
      const third = open();
      expect(plain(third.exchange.snapshot())).toEqual(state);
      expect(third.restored).toBe(true);
      third.close();
    }
  });

  test('pays the first balances once, and goes on with new ids', () => {
    const paper = open();
    paper.exchange.setQuote('ETH/USDT', mid(200_000), 10);
    const first = placed(paper.exchange, market('buy', '100'), 11);
    paper.close();

    const again = open({ balances: { USDT: '777' } });
    again.exchange.setQuote('ETH/USDT', mid(200_000), 20);
    const second = placed(again.exchange, market('buy', '100'), 21);

    expect(Number(second.id)).toBeGreaterThan(Number(first.id));
    expect(again.exchange.myTrades({ userId: USER }, 30)).toHaveLength(2);
    expect(again.exchange.records().transfers).toHaveLength(1);
    expect(again.firstBalances).toEqual({ USDT: '10000' });
    again.close();
  });

  test('a trigger order that was answered is there after a kill, and fires with the first price', () => {
    const paper = open();
    paper.exchange.setQuote('ETH/USDT', mid(200_000), 10);
    placed(paper.exchange, market('buy', '100'), 11);
    expect(paper.exchange.triggers.place(USER, stopAt('1900'), 12).ok).toBe(true);
    paper.close();

    const again = open();
    expect(again.exchange.triggers.list({ userId: USER, status: 'open' }, 20)).toMatchObject([
      { id: '60000001', triggerPrice: '1900', createMs: 12 },
    ]);
    again.exchange.setQuote('ETH/USDT', mid(185_000), 21);
    again.close();

    const third = open();
    expect(third.exchange.records().triggers).toMatchObject([{ status: 'finish' }]);
    expect(third.exchange.records().orders).toHaveLength(2);
    third.close();
  });

  test('a journal of a version without trigger orders is read', () => {
    const snapshot = {
      version: 1,
      seq: 1,
      balances: [['1000', 'USDT', '777', '0']],
      orders: [],
      trades: [],
      transfers: [],
      tradeStatus: [],
    };
    const record = { seq: 2, ms: 5, balances: [['1000', 'USDT', '700', '0']] };
    writeFileSync(journalPath(), `${JSON.stringify({ snapshot })}\n${JSON.stringify(record)}\n`);

    const paper = open();

    expect(paper.exchange.balances(USER)).toEqual({ USDT: { available: '700', locked: '0' } });
    expect(paper.exchange.records().triggers).toEqual([]);
    paper.close();
  });

  test('a change is on disk before anybody hears of it', () => {
    const paper = open();
    paper.exchange.setQuote('ETH/USDT', mid(200_000), 10);
    let onDisk = '';
    paper.exchange.subscribe({
      onOrder: (_event, order) => {
        onDisk = readFileSync(join(dir, 'exchange.jsonl'), 'utf8').includes(order.id) ? order.id : 'missing';
      },
    });

    const order = placed(paper.exchange, market('buy', '100'), 11);

    expect(onDisk).toBe(order.id);
    paper.close();
  });

  test('prices go on where they stood', () => {
    const paper = open();
    paper.exchange.setQuote('ETH/USDT', mid(200_000), 10);
    paper.saveMarket('simulated:1', { kind: 'simulated', pairs: {} });
    paper.close();

    const saved = readSavedMarket(dir);
    const again = open(saved === null ? {} : { quotes: saved.quotes });

    expect(again.exchange.quote('ETH/USDT')).toEqual(mid(200_000));
    expect(saved).toMatchObject({ feed: 'simulated:1', position: { kind: 'simulated', pairs: {} } });
    again.close();
  });

  test('damage before the last line is refused with the file and the line', () => {
    const paper = open();
    trade(paper);
    paper.close();
    const path = join(dir, 'exchange.jsonl');
    const lines = readFileSync(path, 'utf8').split('\n');
    writeFileSync(path, lines.filter((_line, index) => index !== 2).join('\n'));

    expect(open).toThrow(/exchange\.jsonl, line 3: record 4 cannot follow record 2/);

    appendFileSync(path, 'garbage\n{}\n');
    expect(open).toThrow(/exchange\.jsonl/);
    writeFileSync(path, '');
    expect(open).toThrow(/exchange\.jsonl, line 0: there is no snapshot/);
  });
});

describe('the journal of a long run', () => {
  /** Orders one after the other, each in a turn of its own, so that a compaction can go on between them. */
  async function tradeOn(paper: PaperExchange, orders: number, fromMs: number): Promise<void> {
    for (let index = 0; index < orders; index += 1) {
      const side = index % 2 === 0 ? limit('buy', '0.01', '2500') : limit('sell', '0.009', '1500');
      placed(paper.exchange, { ...side, timeInForce: 'ioc' }, fromMs + index * 1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  const size = (): number => statSync(journalPath()).size;
  const reread = (): unknown => {
    const again = open();
    const state = plain(again.exchange.snapshot());
    again.close();
    return state;
  };

  test('stays bounded while the exchange forgets, and holds every change at every moment', async () => {
    const retention = { finishedOrders: 20, youngMs: 5_000 };
    const paper = open({ exchange: { pairs: [ETH], retention }, compactAtBytes: 40_000, rowsAtOnce: 3 });
    paper.exchange.setQuote('ETH/USDT', mid(200_000), 10);
    const sizes: number[] = [];

    for (let round = 0; round < 30; round += 1) {
      await tradeOn(paper, 20, 1_000_000 * (round + 1));
      sizes.push(size());
      const copy = mkdtempSync(join(tmpdir(), 'mtrade-paper-'));
      copyFileSync(journalPath(), join(copy, 'exchange.jsonl'));
      const seen = openPaperExchange({ dir: copy, exchange: { pairs: [ETH] }, balances: {}, nowMs: 1 });
      expect(plain(seen.exchange.snapshot())).toEqual(plain(paper.exchange.snapshot()));
      seen.close();
      rmSync(copy, { recursive: true });
    }

    // A snapshot is some 20,000 bytes here, four times that is the limit, and what comes during a compaction comes on
    // top. All 600 orders would be 600,000.
    expect(Math.max(...sizes)).toBeLessThan(120_000);
    expect(sizes.filter((one, index) => one < (sizes[index - 1] ?? 0)).length).toBeGreaterThan(3);
    await paper.settled();
    expect(paper.journalBytes()).toBe(size());
    expect(existsSync(`${journalPath()}.new`)).toBe(false);
    paper.close();
  });

  test('is compacted in portions: orders are answered between them', async () => {
    const paper = open({ compactAtBytes: 200_000, rowsAtOnce: 10 });
    paper.exchange.setQuote('ETH/USDT', mid(200_000), 10);
    let during = 0;
    for (let index = 0; index < 400; index += 1) {
      await tradeOn(paper, 1, 100 + index);
      if (existsSync(`${journalPath()}.new`)) during += 1;
    }
    await paper.settled();

    expect(during).toBeGreaterThan(5);
    const state = plain(paper.exchange.snapshot());
    paper.close();
    expect(reread()).toEqual(state);
  });

  test('can be closed in the middle of a compaction', async () => {
    const paper = open({ compactAtBytes: 1_000, rowsAtOnce: 1 });
    paper.exchange.setQuote('ETH/USDT', mid(200_000), 10);
    let orders = 0;
    while (!existsSync(`${journalPath()}.new`)) await tradeOn(paper, 1, 100 + (orders += 1));
    const state = plain(paper.exchange.snapshot());

    paper.close();
    await paper.settled();

    expect(existsSync(`${journalPath()}.new`)).toBe(false);
    expect(reread()).toEqual(state);
  });

  test('a compaction that cannot be written is given up and reported; the journal goes on', async () => {
    const problems: string[] = [];
    const paper = open({ compactAtBytes: 5_000, onProblem: (reason) => problems.push(reason) });
    paper.exchange.setQuote('ETH/USDT', mid(200_000), 10);
    // Something that cannot be written over lies where the new file would be made.
    mkdirSync(`${journalPath()}.new`);

    await tradeOn(paper, 40, 100);
    await paper.settled();

    expect(problems.length).toBeGreaterThan(0);
    expect(problems.length).toBeLessThan(10);
    expect(problems[0]).toMatch(/exchange\.jsonl was not compacted: EISDIR/);
    rmSync(`${journalPath()}.new`, { recursive: true });
    await tradeOn(paper, 40, 100_000);
    await paper.settled();
    const state = plain(paper.exchange.snapshot());
    paper.close();
    expect(reread()).toEqual(state);
  });
});
