import { createBoard } from '@mtrade/board';
import { describe, expect, test } from 'vitest';
import { startBoardThreads } from './board-threads.js';

interface Produced {
  readonly queued: readonly number[];
  readonly full: number;
}
interface Consumed {
  readonly popped: readonly number[];
  readonly deepest: number;
}

const symbols = (pairs: number): string[] => Array.from({ length: pairs }, (_, pair) => `P${pair}/USDT`);

/** Lets producers and consumers work on one queue; what is answered "queued" must come out as often. */
async function churn(options: {
  readonly pairs: number;
  readonly capacity: number;
  readonly rounds: number;
  readonly producers: number;
  readonly consumers: number;
}): Promise<{ board: ReturnType<typeof createBoard>; produced: Produced[]; consumed: Consumed[] }> {
  const board = createBoard({ symbols: symbols(options.pairs), urgentCapacity: options.capacity });
  const pairs = Array.from({ length: options.pairs }, (_, pair) => pair);
  const { threads, end } = await startBoardThreads(board, [
    ...Array.from({ length: options.producers }, (_, seed) => ({
      job: 'produce',
      options: { pairs, rounds: options.rounds, seed: seed + 1 },
    })),
    ...Array.from({ length: options.consumers }, () => ({
      job: 'consume',
      options: { pairs: options.pairs },
    })),
  ]);
  const results = threads.map(({ result }) => result);
  const produced = (await Promise.all(results.slice(0, options.producers))) as Produced[];
  end();
  const consumed = (await Promise.all(results.slice(options.producers))) as Consumed[];
  return { board, produced, consumed };
}

const sumPerPair = (pairs: number, lists: readonly (readonly number[])[]): number[] =>
  Array.from({ length: pairs }, (_, pair) => lists.reduce((sum, list) => sum + (list[pair] ?? 0), 0));

describe('the urgent queue under real threads', () => {
  test('two producers and two consumers: nothing is lost, nothing comes twice, the bound holds', async () => {
    const pairs = 16;
    const capacity = 6;
    const { board, produced, consumed } = await churn({
      pairs,
      capacity,
      rounds: 8_000,
      producers: 2,
      consumers: 2,
    });
    const queued = sumPerPair(
      pairs,
      produced.map((each) => each.queued),
    );
    const popped = sumPerPair(
      pairs,
      consumed.map((each) => each.popped),
    );
    expect(popped).toEqual(queued);
    expect(Math.min(...queued)).toBeGreaterThan(0);
    expect(Math.max(...consumed.map(({ deepest }) => deepest))).toBeLessThanOrEqual(capacity);
    expect(board.urgent.depth()).toBe(0);
  });

  test('scenario 37: 101 pairs pushed by two producers at once: 100 are kept, one is answered "full"', async () => {
    const pairs = 101;
    const board = createBoard({ symbols: symbols(pairs), urgentCapacity: 100 });
    const halves = [0, 1].map((half) =>
      Array.from({ length: pairs }, (_, pair) => pair).filter((pair) => pair % 2 === half),
    );
    const { threads } = await startBoardThreads(
      board,
      halves.map((list, seed) => ({ job: 'produce', options: { pairs: list, rounds: 1, seed } })),
    );
    const produced = (await Promise.all(threads.map(({ result }) => result))) as Produced[];
    expect(produced.reduce((sum, { full }) => sum + full, 0)).toBe(1);
    expect(board.urgent.depth()).toBe(100);

    const popped = Array.from({ length: 101 }, () => board.urgent.pop());
    expect(popped.at(-1)).toBe(-1);
    expect(new Set(popped).size).toBe(101);
    const kept = produced.flatMap(({ queued }, half) =>
      (halves[half] ?? []).filter((_, at) => queued[at] === 1),
    );
    expect(popped.slice(0, 100).toSorted((a, b) => a - b)).toEqual(kept.toSorted((a, b) => a - b));
  });
});
