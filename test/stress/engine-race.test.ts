import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { assert, systemClock } from '@mtrade/base';
import { createBoard } from '@mtrade/board';
import { begin, clientOrderId, type PairState } from '@mtrade/cycle';
import { quoteAmount } from '@mtrade/money';
import { openStore, type Store } from '@mtrade/store';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeParams } from '../engine/world.js';

const ROUNDS = 1_000;
const [LOADED_IDLE, LOADED_BUSY, COMMITTED, REFUSED] = [1, 2, 3, 4] as const;

interface Results {
  readonly ordered: number;
  readonly skipped: number;
  readonly refused: number;
}

type Message =
  | { readonly me: number; readonly question: 'load' | 'commit' | 'order'; readonly pair: number }
  | { readonly me: number; readonly question: 'done'; readonly results: Results };

let directory: string;
let store: Store;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mtrade-race-'));
  store = openStore(
    { path: join(directory, 'mtrade.db'), mode: 'paper', exchange: 'gate', account: 'paper' },
    { clock: systemClock },
  );
});
afterEach(() => {
  store.close();
  rmSync(directory, { recursive: true, force: true });
});

/** The one writer of the books. What a thread commits was decided on what it had loaded, which may be out of date. */
function createWriter(symbols: readonly string[]) {
  store.ensurePairs(symbols.map((symbol) => ({ symbol, permitted: true })));
  const { installId, startNonce, epoch, pairs } = store.load();
  const idle = new Map<string, PairState>(pairs.map((pair) => [pair.symbol, pair]));
  const busy = new Set<string>();
  let rows = 0;
  return {
    load: (symbol: string): number => (busy.has(symbol) ? LOADED_BUSY : LOADED_IDLE),
    commit: (symbol: string): number => {
      const intentId = rows + 1;
      const before = idle.get(symbol);
      assert(before, `no books for ${symbol}`);
      const { pair, intent } = begin(
        before,
        {
          side: 'buy',
          purpose: 'start',
          step: 0,
          type: 'market',
          timeInForce: 'ioc',
          baseAmount: null,
          quoteAmount: quoteAmount('10'),
          limitPrice: null,
        },
        makeParams(),
        {
          intentId,
          clientOrderId: clientOrderId({ installId, startNonce, rowId: intentId, purpose: 'start' }),
          epoch,
          newCycleId: intentId,
          nowMs: systemClock.epochMs(),
          deadlineMs: systemClock.epochMs(),
          offsetErrorMs: 1,
        },
      );
      const { cycle } = pair;
      assert(cycle, 'a start buy opens a cycle');
      try {
        store.commit({ pair, cycle: { ...cycle, symbol }, newIntents: [intent] });
      } catch (error) {
        // The schema's word against a second order; anything else is not what is tested here.
        if (!/UNIQUE constraint/.test((error as Error).message)) throw error;
        return REFUSED;
      }
      rows += 1;
      busy.add(symbol);
      return COMMITTED;
    },
  };
}

/** Lets two threads race for every pair and returns how many orders each pair got, and what the threads report. */
async function race(way: string, rounds = ROUNDS): Promise<{ orders: number[]; results: Results[] }> {
  const symbols = Array.from({ length: rounds }, (_, round) => `C${round}/USDT`);
  const board = createBoard({ symbols, urgentCapacity: 100 });
  const shared = new SharedArrayBuffer(4 * (3 + rounds));
  const answers = new Int32Array(shared);
  const writer = createWriter(symbols);
  const orders = Array.from({ length: rounds }, () => 0);
  const racers = [0, 1].map((me) => {
    const worker = new Worker(new URL('engine-racer.mjs', import.meta.url), {
      workerData: { handle: board.handle, me, rounds, way, shared },
    });
    return new Promise<Results>((resolve, reject) => {
      worker.on('error', reject);
      worker.on('message', (message: Message) => {
        if (message.question === 'done') return resolve(message.results);
        if (message.question === 'order') {
          orders[message.pair] += 1;
          return;
        }
        try {
          Atomics.store(answers, 1 + me, writer[message.question](symbols[message.pair]));
          Atomics.notify(answers, 1 + me);
        } catch (error) {
          reject(error);
        }
      });
    });
  });
  return { results: await Promise.all(racers), orders };
}

const sum = (results: readonly Results[], name: keyof Results): number =>
  results.reduce((total, one) => total + one[name], 0);

describe('scenario 1: two threads attempt the same start buy at the same instant, a thousand times', () => {
  test('exactly one order each time; the loser records a skip, and the books refuse nothing', async () => {
    const { orders, results } = await race('claim');
    expect(new Set(orders)).toEqual(new Set([1]));
    expect(sum(results, 'ordered')).toBe(ROUNDS);
    expect(sum(results, 'skipped')).toBe(ROUNDS);
    expect(sum(results, 'refused')).toBe(0);
    expect(store.queries.intents({ limit: 2 * ROUNDS })).toHaveLength(ROUNDS);
  });

  test('without the claim both decide to buy, and the books let one of them through', async () => {
    const rounds = 300;
    const { orders, results } = await race('booksAlone', rounds);
    expect(new Set(orders)).toEqual(new Set([1]));
    expect(sum(results, 'ordered')).toBe(rounds);
    expect(sum(results, 'refused')).toBe(rounds);
  });

  test('the flawed variant, check and then act, buys twice: the race is real', async () => {
    const { orders } = await race('checkThenAct', 200);
    expect(orders.filter((count) => count > 1).length).toBeGreaterThan(0);
  });
});
