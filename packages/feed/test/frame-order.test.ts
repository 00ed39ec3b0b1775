import { describe, expect, test } from 'vitest';
import { FrameOrder } from '../src/frame-order.js';
import { PairStream } from '../src/pair-stream.js';

describe('frame order', () => {
  test('an older frame is refused, by time and then by sequence (W04, W05)', () => {
    const order = new FrameOrder();
    order.take(1_000, 5, 0);

    expect(order.take(999, 6, 1)).toBe(false);
    expect(order.take(1_000, 4, 2)).toBe(false);
    expect(order.take(1_000, 5, 3)).toBe(true);
    expect(order.take(1_001, 1, 4)).toBe(true);
  });

  test('streams do not disturb each other', () => {
    const [btc, eth] = [new PairStream(), new PairStream()];
    btc.book.take(1_000, 0, 0);

    expect(btc.last.take(500, 0, 1)).toBe(true);
    expect(eth.book.take(500, 0, 1)).toBe(true);
  });

  test('after ten seconds of nothing but old frames the clock was set back, and its time counts', () => {
    const order = new FrameOrder();
    order.take(9e12, 0, 0);
    expect(order.take(1_000, 0, 5_000)).toBe(false);
    expect(order.take(2_000, 0, 14_999)).toBe(false);

    expect(order.take(3_000, 0, 15_000)).toBe(true);
    expect(order.take(2_999, 0, 15_001)).toBe(false);
  });
});
