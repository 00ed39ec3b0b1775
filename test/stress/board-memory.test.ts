import { createBoard, emptyPriceCell, Owner } from '@mtrade/board';
import { describe, expect, test } from 'vitest';
import { runBoardThreads, startBoardThreads } from './board-threads.js';

const boardOf = (pairs: number) =>
  createBoard({ symbols: Array.from({ length: pairs }, (_, pair) => `P${pair}/USDT`), urgentCapacity: 100 });

describe('the board under real threads', () => {
  test('scenario 39: a million increments from each of two workers are exactly two million', async () => {
    const board = boardOf(1);
    const times = 1_000_000;
    await runBoardThreads(board, [
      { job: 'count', options: { names: ['errors', 'reactor_updates'], times } },
      { job: 'count', options: { names: ['errors', 'cycler_iterations'], times } },
    ]);
    const counts = board.counters.snapshot();
    expect(counts.errors).toBe(2 * times);
    expect(counts.reactor_updates).toBe(times);
    expect(counts.cycler_iterations).toBe(times);
  });

  test('prices written as fast as possible are never read torn, and never go back', async () => {
    const options = { pair: 1, times: 1_000_000 };
    const [, ...readers] = await runBoardThreads(boardOf(2), [
      { job: 'writePrices', options },
      { job: 'readPrices', options },
      { job: 'readPrices', options },
    ]);
    for (const reader of readers) {
      expect(reader).toMatchObject({ torn: 0, backwards: 0 });
      expect((reader as { reads: number }).reads).toBeGreaterThan(0);
    }
  });

  test('two workers never hold a pair at once', async () => {
    const guarded = new SharedArrayBuffer(8);
    const times = 200_000;
    const board = boardOf(1);
    const broken = await runBoardThreads(board, [
      { job: 'claim', options: { pair: 0, owner: Owner.reactor, generation: 1, times, guarded } },
      { job: 'claim', options: { pair: 0, owner: Owner.cycler, generation: 1, times, guarded } },
    ]);
    expect(broken).toEqual([0, 0]);
    expect([...new Int32Array(guarded)]).toEqual([2 * times, 2 * times]);
    expect(board.slots.isClaimed(0)).toBe(false);
  });

  test('P19: what a terminated worker has claimed is freed by the sweep; its successor keeps its own', async () => {
    const board = boardOf(4);
    const { threads } = await startBoardThreads(board, [
      { job: 'holdForEver', options: { claims: [0, 2, 3], owner: Owner.cycler, generation: 1 } },
    ]);
    await threads[0]?.holding;
    expect(board.slots.tryClaim(2, Owner.cycler, 2)).toBe(false);
    await threads[0]?.worker.terminate();
    expect(board.slots.tryClaim(1, Owner.cycler, 2)).toBe(true);
    expect(board.slots.sweep(Owner.cycler, 1)).toBe(3);
    expect(board.slots.tryClaim(2, Owner.cycler, 2)).toBe(true);
    expect(board.slots.sweep(Owner.cycler, 1)).toBe(0);
  });

  test('P46: a worker terminated in the middle of queue and prices leaves both usable', async () => {
    const pairs = 8;
    const board = boardOf(pairs);
    for (let death = 0; death < 8; death += 1) {
      const { threads } = await startBoardThreads(board, [{ job: 'churnForEver', options: { pairs } }]);
      await threads[0]?.holding;
      await threads[0]?.worker.terminate();

      const cell = emptyPriceCell();
      expect(board.prices.read(0, cell)).toBe(true);
      expect(cell.bidMantissa).toBe(cell.askMantissa);

      board.urgent.sweep();
      for (let pair = 0; pair < pairs; pair += 1) expect(board.urgent.push(pair, false)).not.toBe('full');
      const popped = Array.from({ length: pairs }, () => board.urgent.pop());
      expect(new Set(popped)).toEqual(new Set(Array.from({ length: pairs }, (_, pair) => pair)));
      expect(board.urgent.pop()).toBe(-1);
    }
  });
});
