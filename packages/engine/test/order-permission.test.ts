import type { MonoMs } from '@mtrade/base';
import { describe, expect, test } from 'vitest';
import { OrderPermission } from '../src/order-permission.js';

const UNTIL = 3_000 as MonoMs;

/** `words`: what is known of the commit at each look; the last one stays. */
function permission(...words: (boolean | null)[]) {
  const granted: boolean[] = [];
  const look = (): boolean | null => (words.length > 1 ? words.shift() : words[0]) ?? null;
  const one = new OrderPermission(7, UNTIL, {
    commits: {
      now: look,
      later: async (ticket, untilMono) => {
        expect([ticket, untilMono]).toEqual([7, UNTIL]);
        await Promise.resolve();
        return look() ?? false;
      },
    },
    grant: (isCommitted) => {
      granted.push(isCommitted);
      return isCommitted;
    },
  });
  return { one, granted };
}

describe('the permission of one order', () => {
  test.each([true, false])(
    'I3: however often it is asked for, the word (%s) is granted once',
    async (word) => {
      const { one, granted } = permission(null, word);
      expect(one.now()).toBeNull();
      expect(await Promise.all([one.later(), one.later(), one.later()])).toEqual([word, word, word]);
      expect(one.now()).toBe(word);
      expect(granted).toEqual([word]);
    },
  );

  test('I2: a word that is never heard is a no, and stays one', async () => {
    const { one, granted } = permission(null, null, true);
    expect(one.now()).toBeNull();
    expect(await one.later()).toBe(false);
    expect(one.now()).toBe(false);
    expect(granted).toEqual([false]);
  });
});
