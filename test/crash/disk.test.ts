import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { expectGoesOn, expectHealed, expectSound, hasStrace, injecting, useRound } from './fixture.js';

const at = useRound();
const LIMIT_MS = 300_000;
const LIFE_MS = 60_000;
const canInject = hasStrace();
/** Writes with which a start grows the log of its database, before it writes anything that counts. */
const GROWTH = 2_180;

describe.runIf(canInject)('faults in the system calls of SQLite (needs strace)', () => {
  test(
    'P15: killed at its n-th write or sync of a database, every acknowledged commit is there',
    async () => {
      const { round } = at;
      for (const [call, nth] of [
        ['pwrite64', 3],
        ['fsync', 4],
        ['pwrite64', 1_000],
        ['pwrite64', GROWTH + 140],
        ['fsync', 12],
        ['pwrite64', GROWTH + 77],
      ] as const) {
        const life = round.start(null, { wrap: injecting(call, `signal=SIGKILL:when=${nth}`) });
        expect(await Promise.race([life.ended, sleep(LIFE_MS, 'late')])).toBe('SIGKILL');
        await expectSound(round);
      }
      await expectHealed(round);
    },
    LIMIT_MS,
  );

  test(
    'P26: a sync that the disk refuses ends the engine with 74; the commit is not tried again, the next start goes on',
    async () => {
      const { round } = at;
      const life = round.start(null, { wrap: injecting('fsync', 'error=EIO:when=20') });
      expect(await Promise.race([life.ended, sleep(LIFE_MS, 'late')])).toBe(74);
      expect(round.said()).toMatch(/mtrade\.db/);
      await expectSound(round);
      await expectGoesOn(round);
    },
    LIMIT_MS,
  );

  test(
    'P25: while the disk is full no order is sent; with room again it trades on, and the books are whole',
    async () => {
      const { round } = at;
      const first = round.start();
      await first.until(({ pairs }) => pairs.every((pair) => pair.state === 'active'), LIFE_MS);
      await first.kill();
      // Some commits, then a full disk for fifteen writes of the thread that has the books.
      const life = round.start(null, {
        wrap: injecting('pwrite64', `error=ENOSPC:when=${GROWTH + 40}..${GROWTH + 54}`),
      });
      const full = await life.until(({ stats }) => stats.errors >= 3, LIFE_MS);
      expect(full, `its log: ${round.said().slice(-2_000)}`).not.toBeNull();
      const { orders } = await round.look(false);
      while ((await round.look(false)).orders < orders + 8) {
        expect(life.isRunning, `its log: ${round.said().slice(-2_000)}`).toBe(true);
        await sleep(200);
      }
      expect(round.said()).toMatch(/no space|full/i);
      await life.kill();
      await expectSound(round);
      await expectHealed(round);
    },
    LIMIT_MS,
  );
});

test(
  'P25: a database that reaches the limit for files ends the engine with 74 and its name, not without a word',
  async () => {
    const { round } = at;
    // In blocks of 512 or 1,024 bytes; the log of the database is the first file to get there.
    const life = round.start(null, { wrap: ['sh', '-c', 'ulimit -f 400; exec "$0" "$@"'] });
    expect(await Promise.race([life.ended, sleep(LIFE_MS, 'late')])).toBe(74);
    expect(round.said()).toMatch(/mtrade\.db/);
    await expectSound(round);
    await expectGoesOn(round);
  },
  LIMIT_MS,
);
