import { describe, expect, test } from 'vitest';
import { createBoard, type Latencies } from '../src/index.js';

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
    for (let value = 16; value < 2 ** 32; value = Math.floor(value * 1.013) + 1) {
      const latencies = fresh();
      latencies.record('commit_to_send', value);
      latencies.record('commit_to_send', 2 ** 32 - 1); // so that the maximum does not help
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
    expect(latencies.snapshot('tick_to_order').max).toBe(2 ** 32 - 1);
  });
});
