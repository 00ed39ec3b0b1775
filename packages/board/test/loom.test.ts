import { describe, expect, test } from 'vitest';
import { explore, type LoomThread } from './support/loom.js';

describe('the loom itself', () => {
  test('counts the interleavings of independent steps: 6! / (2! 2! 2!)', () => {
    const thread =
      (word: number): LoomThread =>
      (words) => [
        () => {
          words.store(word, 1);
          words.store(word, 2);
        },
      ];
    const report = explore({ sizeWords: 3, threads: [thread(0), thread(1), thread(2)], check: () => {} });
    expect(report.interleavings).toBe(90n);
  });

  test('finds the lost update of load-then-store and prints the schedule that leads to it', () => {
    const bump: LoomThread = (words) => [() => words.store(0, words.load(0) + 1)];
    const run = () =>
      explore({ sizeWords: 1, threads: [bump, bump], check: ({ memory }) => expect(memory[0]).toBe(2) });
    expect(run).toThrow(/order: 0 1 0 1/);
  });

  test('finds nothing wrong with an atomic addition', () => {
    const bump: LoomThread = (words) => [() => words.add(0, 1)];
    const report = explore({
      sizeWords: 1,
      threads: [bump, bump, bump],
      check: ({ memory }) => expect(memory[0]).toBe(3),
    });
    expect(report.interleavings).toBe(6n);
  });

  test('lets a mortal thread die before each of its steps', () => {
    const ends = new Set<number>();
    explore({
      sizeWords: 1,
      threads: [(words) => [() => words.store(0, 1), () => words.store(0, 2)]],
      mortal: [0],
      check: ({ memory }) => ends.add(memory[0] ?? -1),
    });
    expect(ends).toEqual(new Set([0, 1, 2]));
  });
});
