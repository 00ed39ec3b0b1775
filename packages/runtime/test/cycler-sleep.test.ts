import type { MonoMs } from '@mtrade/base';
import { expect, test } from 'vitest';
import { CyclerSleep } from '../src/workers/cycler-sleep.js';

const PAUSE_MS = 500;
const GATHER_MS = 100;

/** A cycler's turns over a clock of their own: every sleep lasts as long as it may, unless something is due earlier. */
function turns(framesMs: readonly number[], pauseMs = PAUSE_MS) {
  let nowMs = 0;
  let looks = 0;
  const waiting: number[] = [...framesMs];
  const decidedMs: number[] = [];
  const frameIn = (untilMs: number) => waiting[0] !== undefined && waiting[0] <= untilMs;
  const sleep = new CyclerSleep({
    wake: {
      gather: (_seen, ms) => (nowMs += ms),
      rest: (_seen, ms, hasWork) => {
        if (!hasWork()) nowMs = frameIn(nowMs + ms) && waiting[0] !== undefined ? waiting[0] : nowMs + ms;
      },
    },
    hasWork: () => frameIn(nowMs),
    clock: { monoMs: () => nowMs as MonoMs, epochMs: () => expect.fail('nobody asks') },
    pauseMs,
    gatherMs: GATHER_MS,
    mentions: 50,
  });
  const until = (endMs: number): void => {
    for (;;) {
      if (nowMs >= endMs) return;
      looks += 1;
      while (frameIn(nowMs)) {
        waiting.shift();
        decidedMs.push(nowMs);
      }
      sleep.untilNext(0);
    }
  };
  return { until, decidedMs, looks: () => looks };
}

const every = (ms: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => 1_000 + index * ms);

test('the first price after a quiet time is looked at at once', () => {
  const { until, decidedMs } = turns([1_234]);
  until(3_000);
  expect(decidedMs).toEqual([1_234]);
});

test('prices in quick succession are looked at together, and none later than the window', () => {
  const framesMs = every(5, 200);
  const { until, decidedMs, looks } = turns(framesMs);
  until(2_500);
  expect(decidedMs).toHaveLength(200);
  expect(Math.max(...decidedMs.map((ms, index) => ms - (framesMs[index] ?? 0)))).toBeLessThanOrEqual(
    GATHER_MS,
  );
  expect(looks()).toBeLessThan(20);
});

test('while nothing comes it looks once in each pause', () => {
  const { until, looks } = turns([]);
  until(10_000);
  expect(looks()).toBe(10_000 / PAUSE_MS);
});

test('however long it may pause, it takes a turn each second: its heart beats with it (P20)', () => {
  const { until, looks } = turns([], 60_000);
  until(30_000);
  expect(looks()).toBe(30);
});
