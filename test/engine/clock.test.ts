import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { systemClock, threadOffsetMs } from '@mtrade/base';

/** Doubles of a day's milliseconds are finer than this. */
const HAIR_MS = 0.001;

describe('the clock that all threads share', () => {
  test('an offset that was read while another thread had the core does not count', () => {
    let now = 5_000;
    let readings = 0;
    const offset = threadOffsetMs(
      () => now,
      () => {
        readings += 1;
        // The first call is slow, as in a fresh thread; one of the others is interrupted.
        now += readings === 1 ? 0.8 : readings === 7 ? 40 : 0.000_1;
        return now - 3_000;
      },
    );
    expect(offset).toBeCloseTo(3_000, 3);
  });

  test('what happens in another thread between two of our looks has a time between them', async () => {
    for (let thread = 0; thread < 6; thread += 1) {
      const worker = new Worker(new URL('clock-worker.mjs', import.meta.url));
      await once(worker, 'message');
      for (let turn = 0; turn < 20; turn += 1) {
        const before = systemClock.monoMs();
        worker.postMessage('what time is it?');
        const [theirs] = (await once(worker, 'message')) as [number];
        const after = systemClock.monoMs();
        expect(theirs).toBeGreaterThan(before - HAIR_MS);
        expect(theirs).toBeLessThan(after + HAIR_MS);
      }
      await worker.terminate();
    }
  });
});
