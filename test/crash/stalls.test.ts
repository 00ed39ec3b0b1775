import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openReader } from '@mtrade/store';
import { expect, test } from 'vitest';
import {
  endOf,
  expectGoesOn,
  expectSound,
  expectTrades,
  lastWords,
  LIFE_MS,
  LIMIT_MS,
  useRound,
} from './fixture.js';
import type { Round } from './round.js';

const at = useRound();
/** More than the engine's measure of the exchange's clock can be off on one machine. */
const CLOCK_ERROR_MS = 500;

function intents(round: Round) {
  const reader = openReader({ path: join(round.directory, 'data', 'mtrade.db') });
  try {
    return reader?.intents({ limit: 100_000 }) ?? [];
  } finally {
    reader?.close();
  }
}
function newestIntent(round: Round) {
  const [newest] = intents(round).toSorted((a, b) => b.id - a.id);
  if (newest === undefined) throw new Error('the books have no order');
  return newest;
}

test(
  'P21: a supervisor that stalls is noticed from another thread, which kills the process with a reason',
  async () => {
    const { round } = at;
    const life = round.start({ point: 'control.asked', nth: 1, act: 'stall', ms: 120_000 });
    await expectTrades(round, life);
    // The supervisor's first heartbeat is right behind it.
    await expect.poll(() => life.said(), { timeout: LIFE_MS }).toContain('engine started');
    await expect(life.status()).rejects.toThrow('no answer');
    expect(await life.harmed(LIFE_MS)).toBe(true);
    expect(await endOf(life)).toBe('SIGKILL');
    expect(life.said()).toMatch(/the supervisor has stalled/);
    await expectSound(round);
  },
  LIMIT_MS,
);

test(
  'P16, P21: killed by the kernel at any moment, as for want of memory: the next start goes on',
  async () => {
    const { round } = at;
    for (const share of [0.5, 1])
      expect((await round.die({ kind: 'random', share })).verdict.violations).toEqual([]);
    await expectGoesOn(round);
  },
  LIMIT_MS,
);

test(
  'P22: frozen between commit and send for longer than the order may live, it does not send it any more',
  async () => {
    const { round } = at;
    const life = round.start({ point: 'intent.start.committed', nth: 2, act: 'stop' });
    expect(await life.harmed(LIFE_MS)).toBe(true);
    // The cycler stands at the point: its newest row is committed, and the order thread has not got the word.
    const waiting = newestIntent(round);
    expect(waiting.state).toBe('SUBMITTED');
    const requests = async () =>
      (await round.exchange.records()).requests.filter(({ text }) => text === waiting.clientOrderId);
    await sleep(waiting.deadlineMs - Date.now() + CLOCK_ERROR_MS);
    expect(await requests()).toEqual([]);

    life.goOn();
    // Which guard meets it first is chance: the order thread before or at the socket, or the one that gives up the wait
    // for the commit's word and leaves the rest to the proof of absence.
    const isOver = (): boolean =>
      ['REJECTED', 'NEVER'].includes(intents(round).find(({ id }) => id === waiting.id)?.state ?? '');
    const deadline = performance.now() + LIFE_MS;
    while (!isOver() && performance.now() < deadline) await sleep(20);

    expect(isOver(), `its log: ${lastWords(life)}`).toBe(true);
    const ofIt = life
      .said()
      .split('\n')
      .filter((line) => line.includes(waiting.clientOrderId));
    expect(ofIt.join('\n')).toMatch(/NOT_SENT|not sent|withheld/);
    expect(await requests()).toEqual([]);
    await life.kill();
    await expectGoesOn(round);
  },
  LIMIT_MS,
);
