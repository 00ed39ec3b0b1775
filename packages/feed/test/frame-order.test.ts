import { describe, expect, test } from 'vitest';
import { createFrameOrder } from '../src/frame-order.js';

describe('frame order', () => {
  test('an older frame is refused, by time and then by sequence (W04, W05)', () => {
    const order = createFrameOrder();
    order.take('book BTC/USDT', 1_000, 5, 0);

    expect(order.take('book BTC/USDT', 999, 6, 1)).toBe(false);
    expect(order.take('book BTC/USDT', 1_000, 4, 2)).toBe(false);
    expect(order.take('book BTC/USDT', 1_000, 5, 3)).toBe(true);
    expect(order.take('book BTC/USDT', 1_001, 1, 4)).toBe(true);
  });

  test('streams do not disturb each other', () => {
    const order = createFrameOrder();
    order.take('book BTC/USDT', 1_000, 0, 0);

    expect(order.take('last BTC/USDT', 500, 0, 1)).toBe(true);
    expect(order.take('book ETH/USDT', 500, 0, 1)).toBe(true);
  });

  test('after ten seconds of nothing but old frames the clock was set back, and its time counts', () => {
    const order = createFrameOrder();
    order.take('book BTC/USDT', 9e12, 0, 0);
    expect(order.take('book BTC/USDT', 1_000, 0, 5_000)).toBe(false);
    expect(order.take('book BTC/USDT', 2_000, 0, 14_999)).toBe(false);

    expect(order.take('book BTC/USDT', 3_000, 0, 15_000)).toBe(true);
    expect(order.take('book BTC/USDT', 2_999, 0, 15_001)).toBe(false);
  });
});
