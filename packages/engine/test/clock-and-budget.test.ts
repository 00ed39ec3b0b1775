import { describe, expect, test } from 'vitest';
import { DEFAULT_RATE_BUDGET, ExchangeClock, RateBudget } from '../src/index.js';
import { mono } from './manual-clock.js';

describe("the exchange's clock", () => {
  test('unknown before the first measurement: the error is infinite', () => {
    const clock = new ExchangeClock();
    expect(clock.known).toBe(false);
    expect(clock.errorMs(mono(5))).toBe(Number.POSITIVE_INFINITY);
  });

  test('N20: it hangs on the monotonic clock, and its error grows with the time since', () => {
    const clock = new ExchangeClock();
    clock.update(1_700_000_000_000 - 1_000, 20, 1_000);
    expect(clock.now(mono(4_000))).toBe(1_700_000_003_000);
    expect(clock.errorMs(mono(1_000))).toBe(20);
    expect(clock.errorMs(mono(61_000))).toBeCloseTo(26, 9);
  });
});

describe('the rate budget', () => {
  const budget = (): RateBudget => new RateBudget({ perSecond: 10, burst: 30, reserve: 10 }, mono(0));

  test('buys leave a reserve that sales and look-ups may use up', () => {
    const one = budget();
    for (let i = 0; i < 20; i += 1) one.take(mono(0));
    expect([one.allows(mono(0)), one.allowsUrgent(mono(0))]).toEqual([false, true]);
    one.take(mono(0), 9);
    expect([one.allowsUrgent(mono(0)), one.allowsUrgent(mono(0), 2)]).toEqual([true, false]);
  });

  test('it fills with time, up to the burst', () => {
    const one = budget();
    one.take(mono(0), 30);
    expect(one.allowsUrgent(mono(99))).toBe(false);
    expect(one.allowsUrgent(mono(100))).toBe(true);
    expect(one.allowsUrgent(mono(100_000), 31)).toBe(false);
    expect(one.allowsUrgent(mono(100_000), 30)).toBe(true);
  });

  test('a pause stops everybody, and a shorter one does not end it', () => {
    const one = budget();
    one.pauseUntil(5_000);
    one.pauseUntil(1_000);
    expect([one.allows(mono(4_999)), one.allowsUrgent(mono(4_999))]).toEqual([false, false]);
    expect([one.allows(mono(5_000)), one.allowsUrgent(mono(5_000))]).toEqual([true, true]);
  });

  test("half of the exchange's own limit at the most", () => {
    expect(DEFAULT_RATE_BUDGET.perSecond * 10).toBeLessThanOrEqual(100);
  });
});
