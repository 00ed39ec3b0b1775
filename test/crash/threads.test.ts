import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { readBooks } from '../replay/books.js';
import { join } from 'node:path';
import { expectGoesOn, expectHealed, expectSound, useRound } from './fixture.js';
import type { Harm, Life } from './life.js';

const at = useRound();
const LIMIT_MS = 300_000;
const LIFE_MS = 60_000;

/** Harms an engine at a point and waits until it trades again: its orders grow. */
async function harmAndGoOn(harm: Harm, env: Readonly<Record<string, string>> = {}): Promise<Life> {
  const { round } = at;
  const life = round.start(harm, { env });
  expect(await life.harmed(LIFE_MS)).toBe(true);
  const worker = await life.until(
    ({ workers }) => Object.values(workers).some(({ restarts }) => restarts > 0),
    LIFE_MS,
  );
  expect(worker, `its log: ${round.said().slice(-2_000)}`).not.toBeNull();
  const { orders } = await round.look(false);
  const deadline = performance.now() + LIFE_MS;
  while ((await round.look(false)).orders < orders + 5) {
    expect(life.isRunning, `its log: ${round.said().slice(-2_000)}`).toBe(true);
    expect(performance.now(), 'it trades again').toBeLessThan(deadline);
    await sleep(100);
  }
  return life;
}

describe('a thread comes to harm, the engine goes on', () => {
  test.each<[string, Harm, Readonly<Record<string, string>>]>([
    [
      'P17: the order thread runs out of memory with an order on the wire',
      { point: 'order.start.after-write', nth: 1, act: 'heap' },
      { NODE_OPTIONS: '--max-old-space-size=120' },
    ],
    [
      'P18: a promise that nobody handles, in the order thread with an order on the wire',
      { point: 'order.start.after-write', nth: 2, act: 'reject' },
      {},
    ],
    [
      'P20: the cycler spins for ever with a fill on disk that nobody was told of',
      { point: 'fill.buy.committed', nth: 2, act: 'spin' },
      {},
    ],
  ])(
    '%s: it is replaced, what it left is found out, nothing is bought twice',
    async (_, harm, env) => {
      const life = await harmAndGoOn(harm, env);
      await life.kill();
      expect((await at.round.look(false)).violations).toEqual([]);
      await expectHealed(at.round);
    },
    LIMIT_MS,
  );
});

test(
  'P22: frozen between commit and send for longer than the order may live, it does not send it any more',
  async () => {
    const { round } = at;
    const life = round.start({ point: 'hand-over.start.before-post', nth: 2, act: 'stop' });
    expect(await life.harmed(LIFE_MS)).toBe(true);
    const books = () => readBooks(join(round.directory, 'data', 'mtrade.db')).books;
    // Let what was on the wire before come to rest.
    await sleep(2_500);
    const known = new Set((await round.exchange.records()).orders.map(({ text }) => text));
    const unsent = books().intents.filter(({ clientOrderId }) => !known.has(clientOrderId));
    expect(unsent.map(({ state }) => state)).toEqual(['SUBMITTED']);
    const [waiting] = unsent;

    life.child.kill('SIGCONT');
    const isOver = (): boolean =>
      books().intents.find(({ clientOrderId }) => clientOrderId === waiting?.clientOrderId)?.state ===
      'REJECTED';
    const deadline = performance.now() + LIFE_MS;
    while (!isOver() && performance.now() < deadline) await sleep(100);

    expect(isOver()).toBe(true);
    expect(round.said()).toMatch(/order not sent: deadline passed/);
    const { requests } = await round.exchange.records();
    expect(requests.filter(({ text }) => text === waiting?.clientOrderId)).toEqual([]);
    await life.kill();
    await expectGoesOn(round);
  },
  LIMIT_MS,
);

test(
  'P21: a supervisor that stalls is noticed from another thread, which kills the process with a reason; the next start goes on',
  async () => {
    const { round } = at;
    const life = round.start({ point: 'visible-lock.refreshed', nth: 2, act: 'stall', ms: 120_000 });
    expect(await life.harmed(LIFE_MS)).toBe(true);
    expect(await Promise.race([life.ended, sleep(LIFE_MS, 'late')])).toBe('SIGKILL');
    expect(round.said()).toMatch(/the supervisor has stalled/);
    await expectSound(round);
    await expectGoesOn(round);
  },
  LIMIT_MS,
);

test(
  'P16: killed by the kernel at any moment, as for want of memory: the next start goes on',
  async () => {
    const { round } = at;
    for (const share of [0.4, 0.7, 1])
      expect((await round.die({ kind: 'random', share })).verdict.violations).toEqual([]);
    await expectGoesOn(round);
  },
  LIMIT_MS,
);
