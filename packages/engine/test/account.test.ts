import { marketRules } from '@mtrade/cycle/testing';
import { decimal, text, ZERO } from '@mtrade/money';
import { describe, expect, test } from 'vitest';
import { Account } from '../src/index.js';
import { mono } from './manual-clock.js';

const RULES = marketRules();

const snapshot = (usdt: string, eth = '0', locked = '0') => ({
  USDT: { available: usdt, locked: '0' },
  ETH: { available: eth, locked },
});

const account = (): Account => new Account({ maxAgeMs: 60_000, settleLagMs: 3_000 });
const quoteOf = (one: Account, now: number): string | null => {
  const view = one.view(RULES, null, ZERO, mono(now));
  return view && text(view.quoteAvailable);
};

describe('what is known of the account', () => {
  test('nothing before the first snapshot, and nothing once it is too old', () => {
    const one = account();
    expect(quoteOf(one, 0)).toBeNull();
    one.update(snapshot('100'), 1_000);
    expect(quoteOf(one, 61_000)).toBe('100');
    expect(quoteOf(one, 61_001)).toBeNull();
  });

  test('a snapshot that was asked for earlier never replaces a later one', () => {
    const one = account();
    one.update(snapshot('100'), 2_000);
    one.update(snapshot('999'), 1_000);
    expect(quoteOf(one, 2_000)).toBe('100');
  });

  test('an unreadable snapshot changes neither amounts nor age', () => {
    const one = account();
    one.update(snapshot('100'), 1_000);
    expect(() => one.update(snapshot('1e3'), 50_000)).toThrow(TypeError);
    expect(quoteOf(one, 61_001)).toBeNull();
    one.update(snapshot('80'), 2_000);
    expect(quoteOf(one, 3_000)).toBe('80');
  });

  test('available is free to sell, the total counts for a shortage, and what other pairs hold is neither', () => {
    const one = account();
    one.update(snapshot('100', '2', '3'), 1_000);
    const view = one.view(RULES, null, decimal('1'), mono(1_000));
    expect(view && [text(view.baseAvailable), text(view.baseTotal)]).toEqual(['1', '4']);
  });

  test('settled: asked for well after the last activity', () => {
    const one = account();
    one.update(snapshot('100'), 5_000);
    const settled = (last: number | null): boolean | undefined =>
      one.view(RULES, last === null ? null : mono(last), ZERO, mono(5_000))?.settled;
    expect([settled(null), settled(1_999), settled(2_000), settled(5_000)]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('money that is spoken for', () => {
  test('an open buy reduces what is free, a coin for itself', () => {
    const one = account();
    one.update(snapshot('100'), 1_000);
    one.commit(1, 'USDT', decimal('30'));
    one.commit(2, 'BTC', decimal('5'));
    expect(quoteOf(one, 1_000)).toBe('70');
  });

  test('one that spent nothing gives it back at once', () => {
    const one = account();
    one.update(snapshot('100'), 1_000);
    one.commit(1, 'USDT', decimal('30'));
    one.close(1, mono(1_500), false);
    expect(quoteOf(one, 1_500)).toBe('100');
  });

  test('one that spent counts until a snapshot asked for well after its end shows it; such a snapshot is wanted', () => {
    const one = account();
    one.update(snapshot('100'), 1_000);
    one.commit(1, 'USDT', decimal('30'));
    one.close(1, mono(2_000), true);
    expect(one.wantsRefresh(mono(5_000))).toBe(false);
    one.update(snapshot('100'), 5_000);
    expect(quoteOf(one, 5_000)).toBe('70');
    expect(one.wantsRefresh(mono(5_001))).toBe(true);
    one.update(snapshot('70'), 5_001);
    expect(quoteOf(one, 5_001)).toBe('70');
    expect(one.wantsRefresh(mono(9_000))).toBe(false);
  });

  test('a snapshot never frees an order that is still open', () => {
    const one = account();
    one.commit(1, 'USDT', decimal('30'));
    one.update(snapshot('100'), 1_000_000);
    expect(quoteOf(one, 1_000_000)).toBe('70');
  });
});
