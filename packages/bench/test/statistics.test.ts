import { describe, expect, test } from 'vitest';
import { interleave } from '../src/rounds.js';
import { percentile, ratioOf, summarize } from '../src/statistics.js';

describe('statistics', () => {
  test('a percentile is a value that was measured', () => {
    const sorted = Array.from({ length: 200 }, (_, index) => index + 1);
    expect(percentile(sorted, 0.5)).toBe(100);
    expect(percentile(sorted, 0.99)).toBe(198);
    expect(percentile(sorted, 0)).toBe(1);
    expect(percentile(sorted, 1)).toBe(200);
    expect(percentile([7], 0.99)).toBe(7);
    expect(percentile([], 0.5)).toBeNaN();
  });

  test('values are ordered as numbers, whatever order they came in', () => {
    expect(summarize([100, 9, 20, 1_000])).toEqual({
      count: 4,
      median: 20,
      p99: 1_000,
      min: 9,
      max: 1_000,
      spread: (100 - 9) / 20,
    });
  });

  test('a ratio pairs the rounds, so a machine that is slow for a while does not move it', () => {
    const base = [[10, 10, 11], [100, 100, 90], [10, 9], [12]];
    const twice = base.map((round) => round.map((value) => value * 2));
    expect(ratioOf(twice, base)).toMatchObject({ ratio: 2, noise: 0 });
  });

  test('its noise is the spread of the rounds; fewer than four tell none; a round without values is left out', () => {
    const base = [[1], [1], [1], [1]];
    expect(ratioOf([[1], [2], [3], [4]], base)).toEqual({ ratio: 2, noise: (3 - 1) / 2, rounds: 4 });
    expect(ratioOf([[1], [3], []], base)).toEqual({ ratio: 1, noise: 0, rounds: 2 });
    expect(ratioOf([[1], [3], [5]], [[1], [], [1]]).ratio).toBe(1);
  });
});

test('rounds alternate, and every second time in the opposite order', async () => {
  const seen: string[] = [];
  const contender = (name: string) => ({
    name,
    round: (index: number) => {
      seen.push(`${name}${index}`);
      return [index];
    },
  });
  const values = await interleave([contender('a'), contender('b')], 3);
  expect(seen).toEqual(['a0', 'b0', 'b1', 'a1', 'a2', 'b2']);
  expect([...values]).toEqual([
    ['a', [[0], [1], [2]]],
    ['b', [[0], [1], [2]]],
  ]);
});
