import { describe, expect, test } from 'vitest';
import { LongCells } from '../src/long-cells.js';
import { explore, type LoomThread, wordsOver } from './support/loom.js';

const cellOver = (memory: Int32Array): LongCells => new LongCells(2, wordsOver(memory));

describe('long cells', () => {
  test('count on beyond 32 bits', () => {
    const cell = cellOver(new Int32Array(2));
    const big = 2 ** 31 - 1;
    for (let times = 0; times < 9; times += 1) cell.add(0, big);
    expect(cell.read(0)).toBe(9 * big);
  });

  test('are exact and never go back over all interleavings around the carry', () => {
    const start = 2 ** 31 - 2;
    const add: LoomThread = (words) => [() => new LongCells(2, words).add(0, 2)];
    const read: LoomThread = (words) => {
      const cell = new LongCells(2, words);
      return [() => cell.read(0), () => cell.read(0)];
    };
    const report = explore({
      sizeWords: 2,
      setUp: (words) => words.store(0, start),
      threads: [add, add, read],
      mortal: [0],
      check: ({ memory, calls, deaths }) => {
        const seen = calls.filter(({ thread }) => thread === 2).map(({ result }) => Number(result));
        const total = cellOver(memory).read(0);
        expect([...seen, total]).toEqual([...seen, total].toSorted((a, b) => a - b));
        expect(deaths === 0 ? [start + 4] : [start + 2, start + 4]).toContain(total);
      },
    });
    expect(report.interleavings).toBeGreaterThan(1_000n);
  });

  test('are exact where the low word wraps to zero', () => {
    const memory = new Int32Array([-1, 1]);
    const cell = cellOver(memory);
    expect(cell.read(0)).toBe(2 ** 32 - 1);
    cell.add(0, 1);
    expect(cell.read(0)).toBe(2 ** 32);
  });
});
