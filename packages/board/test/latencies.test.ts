import { describe, expect, test } from 'vitest';
import { createBoard, type Latencies, STAGE_TABLE, STAGES } from '../src/index.js';

const fresh = (): Latencies => createBoard({ symbols: [], urgentCapacity: 1 }).latencies;

describe('latencies', () => {
  test('an empty stage is all zeros', () => {
    expect(fresh().snapshot('tick_to_order')).toEqual({ p50: 0, p99: 0, max: 0, count: 0 });
  });

  test('below 16 us every value is exact', () => {
    for (let value = 0; value < 16; value += 1) {
      const latencies = fresh();
      latencies.record('tick_to_decision', value);
      expect(latencies.snapshot('tick_to_decision')).toEqual({
        p50: value,
        p99: value,
        max: value,
        count: 1,
      });
    }
  });

  test('above, a percentile is off by 3.2 % at most, up to the end of the range', () => {
    for (let value = 16; value < 2 ** 31; value = Math.floor(value * 1.013) + 1) {
      const latencies = fresh();
      latencies.record('commit_to_send', value);
      latencies.record('commit_to_send', 2 ** 31 - 1); // so that the maximum does not help
      const { p50 } = latencies.snapshot('commit_to_send');
      expect(Math.abs(p50 - value) / value).toBeLessThanOrEqual(0.032);
    }
  });

  test('percentiles split the values where they should, stages apart', () => {
    const latencies = fresh();
    for (let value = 1; value <= 1_000; value += 1) latencies.record('send_to_answer', value);
    const { p50, p99, max, count } = latencies.snapshot('send_to_answer');
    expect(Math.abs(p50 - 500) / 500).toBeLessThanOrEqual(0.032);
    expect(Math.abs(p99 - 990) / 990).toBeLessThanOrEqual(0.032);
    expect({ max, count }).toEqual({ max: 1_000, count: 1_000 });
    expect(latencies.snapshot('tick_to_order').count).toBe(0);
  });

  test('what is negative, no number or beyond the range is kept at the border', () => {
    const latencies = fresh();
    latencies.record('tick_to_order', -5);
    latencies.record('tick_to_order', Number.NaN);
    expect(latencies.snapshot('tick_to_order')).toEqual({ p50: 0, p99: 0, max: 0, count: 2 });
    latencies.record('tick_to_order', Infinity);
    expect(latencies.snapshot('tick_to_order').max).toBe(2 ** 31 - 1);
  });

  test('a distribution counts what lies below an edge exactly, and its sum is exact', () => {
    const latencies = fresh();
    const values = Array.from({ length: 3_000 }, (_, i) => Math.floor(1.007 ** i));
    for (const value of values) latencies.record('tick_to_order', value);
    const { below, sum, count } = latencies.distribution('tick_to_order');
    expect(count).toBe(3_000);
    expect(latencies.max('tick_to_order')).toBe(Math.max(...values));
    expect(sum).toBe(values.reduce((all, value) => all + value, 0));
    for (let power = 0; power < 31; power += 1)
      for (const part of power < 4 ? [1] : [1, 1.25, 1.5, 1.75]) {
        const edge = 2 ** power * part;
        expect(below(edge)).toBe(values.filter((value) => value < edge).length);
      }
    expect(below(2 ** 31)).toBe(3_000);
    expect(latencies.distribution('send_to_answer')).toMatchObject({ sum: 0, count: 0 });
  });

  test('every stage has a place of its own and a sentence', () => {
    const latencies = fresh();
    for (const [index, stage] of STAGES.entries()) latencies.record(stage, index + 1);
    expect(STAGES.map((stage) => latencies.snapshot(stage).max)).toEqual(STAGES.map((_, index) => index + 1));
    for (const [, sentence] of STAGE_TABLE) expect(sentence.length).toBeGreaterThan(10);
  });
});
