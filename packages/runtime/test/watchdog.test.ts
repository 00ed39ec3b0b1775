import type { MonoMs } from '@mtrade/base';
import { describe, expect, test } from 'vitest';
import { Watchdog, WATCHDOG_LOOKS } from '../src/workers/watchdog.js';

const LOOK_MS = 1_000;

function watched() {
  let beatMono = Number.NEGATIVE_INFINITY;
  let now = 0;
  const stalled: number[] = [];
  const dog = new Watchdog({ ageMs: (_, mono) => mono - beatMono }, (ageMs) => void stalled.push(ageMs));
  return {
    stalled,
    beat: () => void (beatMono = now),
    look: (times: number) => {
      for (let count = 0; count < times; count += 1) dog.look((now += LOOK_MS) as MonoMs);
    },
    sleep: (ms: number) => void (now += ms),
  };
}

describe('P21: the watchdog', () => {
  test('speaks up once when the supervisor has not beaten for fifteen seconds of looks', () => {
    const { stalled, beat, look } = watched();
    beat();
    look(WATCHDOG_LOOKS);
    expect(stalled).toEqual([]);

    look(WATCHDOG_LOOKS);
    expect(stalled).toHaveLength(1);
    expect(stalled[0]).toBeGreaterThanOrEqual(15_000);
  });

  test('is silent while the supervisor beats once a second, and before its first beat', () => {
    const { stalled, beat, look } = watched();
    look(3 * WATCHDOG_LOOKS);
    for (let second = 0; second < 60; second += 1) {
      beat();
      look(1);
    }
    expect(stalled).toEqual([]);
  });

  test('takes a process that was suspended for an hour for no stall', () => {
    const { stalled, beat, look, sleep } = watched();
    beat();
    look(3);
    sleep(3_600_000);
    look(2);
    beat();
    look(4);
    expect(stalled).toEqual([]);
  });
});
