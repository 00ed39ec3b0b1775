import { describe, expect, test } from 'vitest';
import { DEFAULT_BACKOFF, createBackoff } from '../src/backoff.js';

const longest = () => createBackoff(DEFAULT_BACKOFF, () => 0.999_999);

describe('back-off (W08)', () => {
  test('the first retry is quick, then the bound doubles up to a minute', () => {
    const backoff = longest();

    const delays = Array.from({ length: 10 }, () => backoff.nextDelayMs(0));

    expect(delays).toEqual([249, 999, 1999, 3999, 7999, 15999, 31999, 59999, 59999, 59999]);
  });

  test('a connection that breaks at once is a failure; one that lived a minute forgives all before it', () => {
    const backoff = longest();
    backoff.nextDelayMs(0);
    backoff.nextDelayMs(0);

    const afterShortLife = backoff.nextDelayMs(59_999);
    const afterLongLife = backoff.nextDelayMs(60_000);

    expect([afterShortLife, afterLongLife]).toEqual([1999, 249]);
  });

  test('the jitter is full: any delay from zero to the bound', () => {
    expect(createBackoff(DEFAULT_BACKOFF, () => 0).nextDelayMs(0)).toBe(0);
    expect(createBackoff(DEFAULT_BACKOFF, () => 0.5).nextDelayMs(0)).toBe(125);
  });
});
