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

test('N19: a clock that the exchange contradicts is unknown until it is measured anew', () => {
  const clock = new ExchangeClock();
  clock.update(1_000, 20, 0);
  clock.doubt();
  expect([clock.known, clock.errorMs(mono(5))]).toEqual([false, Number.POSITIVE_INFINITY]);
  clock.update(1_000, 20, 5);
  expect(clock.errorMs(mono(5))).toBe(20);
});

describe('the rate budget', () => {
  const budget = (): RateBudget =>
    new RateBudget({ perSecond: 10, burst: 30, reserve: 10, exits: 4 }, mono(0));

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
    one.pause({ reason: 'banned', untilMono: 5_000 });
    one.pause({ reason: 'rate_limited', untilMono: 1_000 });
    expect([one.allows(mono(4_999)), one.allowsUrgent(mono(4_999))]).toEqual([false, false]);
    expect([one.allows(mono(5_000)), one.allowsUrgent(mono(5_000))]).toEqual([true, true]);
  });

  test('the pause says why, and is over by itself', () => {
    const one = budget();
    one.pause({ reason: 'banned', untilMono: 5_000 });
    one.pause({ reason: 'rate_limited', untilMono: 1_000 });
    expect(one.pausedAt(mono(4_999))).toEqual({ reason: 'banned', untilMono: 5_000 });
    expect(one.pausedAt(mono(5_000))).toBeNull();
  });

  test('scenario 63: when it runs out, buys wait first, then look-ups, and sales last', () => {
    const one = budget();
    const allowed = (): boolean[] => [
      one.allows(mono(0)),
      one.allowsLookUp(mono(0)),
      one.allowsUrgent(mono(0)),
    ];
    one.take(mono(0), 20);
    expect(allowed()).toEqual([false, true, true]);
    one.take(mono(0), 6);
    expect(allowed()).toEqual([false, false, true]);
    one.take(mono(0), 4);
    expect(allowed()).toEqual([false, false, false]);
  });

  test('what was paid for in advance is not paid twice, what was not is paid when it is told of', () => {
    const one = budget();
    one.take(mono(0), 3);
    one.spent(mono(0), 3);
    expect(one.tokens(mono(0))).toBe(27);
    one.spent(mono(0), 10);
    expect(one.tokens(mono(0))).toBe(17);
  });

  test('a debt is bounded: one long scan does not silence the engine for minutes', () => {
    const one = budget();
    one.spent(mono(0), 1_000);
    expect(one.tokens(mono(0))).toBe(-30);
    expect([one.allowsUrgent(mono(3_000)), one.allowsUrgent(mono(3_100))]).toEqual([false, true]);
  });

  test("half of the exchange's own limit at the most", () => {
    expect(DEFAULT_RATE_BUDGET.perSecond * 10).toBeLessThanOrEqual(100);
  });
});
