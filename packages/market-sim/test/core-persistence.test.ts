import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openPaperExchange } from '../src/index.js';
import type { ExchangeSnapshot, PaperExchange } from '../src/index.js';
import { ETH, USER, limit, market, mid, placed } from './core-fixture.js';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'mtrade-paper-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const open = (balances: Readonly<Record<string, string>> = { USDT: '10000' }): PaperExchange =>
  openPaperExchange({ dir, exchange: { pairs: [ETH] }, balances, nowMs: 1 });

const plain = (snapshot: ExchangeSnapshot): unknown => JSON.parse(JSON.stringify(snapshot));

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

    const again = open({ USDT: '777' });
    again.exchange.setQuote('ETH/USDT', mid(200_000), 20);
    const second = placed(again.exchange, market('buy', '100'), 21);

    expect(Number(second.id)).toBeGreaterThan(Number(first.id));
    expect(again.exchange.myTrades({ userId: USER }, 30)).toHaveLength(2);
    expect(again.exchange.records().transfers).toHaveLength(1);
    again.close();
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
    paper.saveMarket({ kind: 'simulated', pairs: {} });
    paper.close();

    const again = open();

    expect(again.exchange.quote('ETH/USDT')).toEqual(mid(200_000));
    expect(again.market?.position).toEqual({ kind: 'simulated', pairs: {} });
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
  });
});
