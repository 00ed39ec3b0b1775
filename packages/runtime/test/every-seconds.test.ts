import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { everySeconds } from '../src/every-seconds.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('each chore has its own pace, and all of them share one timer', () => {
  const done: string[] = [];
  const ends = [
    everySeconds(1, () => done.push('each')),
    everySeconds(2, () => done.push('second')),
    everySeconds(5, () => done.push('fifth')),
  ];
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(10_000);
  const times = (name: string): number => done.filter((one) => one === name).length;
  expect([times('each'), times('second'), times('fifth')]).toEqual([10, 5, 2]);
  for (const end of ends) end();
});

test('a chore that has ended is not called again, and the last one takes the timer with it', () => {
  let calls = 0;
  const end = everySeconds(1, () => (calls += 1));
  const endOther = everySeconds(1, () => undefined);
  vi.advanceTimersByTime(3_000);
  end();
  end();
  vi.advanceTimersByTime(3_000);
  expect(calls).toBe(3);
  expect(vi.getTimerCount()).toBe(1);
  endOther();
  expect(vi.getTimerCount()).toBe(0);
});

test('a chore that is begun while another runs is called within its time', () => {
  const end = everySeconds(1, () => undefined);
  vi.advanceTimersByTime(1_500);
  let calls = 0;
  const endSecond = everySeconds(2, () => (calls += 1));
  vi.advanceTimersByTime(2_000);
  expect(calls).toBe(1);
  end();
  endSecond();
});

test('a chore that throws keeps none of the others from their work, and its error is heard', () => {
  const done: string[] = [];
  const ends = [
    everySeconds(1, () => done.push('before')),
    everySeconds(1, () => {
      throw new Error('this chore failed');
    }),
    everySeconds(1, () => done.push('after')),
  ];
  expect(() => vi.advanceTimersByTime(1_500)).toThrow('this chore failed');
  expect(done).toEqual(['before', 'after']);
  expect(() => vi.advanceTimersByTime(1_000)).toThrow('this chore failed');
  expect(done).toEqual(['before', 'after', 'before', 'after']);
  for (const end of ends) end();
});
