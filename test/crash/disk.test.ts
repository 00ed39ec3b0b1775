import { describe, expect, test } from 'vitest';
import {
  endOf,
  expectGoesOn,
  expectSound,
  expectTrades,
  hasStrace,
  injecting,
  lastWords,
  LIFE_MS,
  LIMIT_MS,
  useRound,
} from './fixture.js';

const canInject = hasStrace();
/** Writes with which a start grows the log of its database, before it writes anything that counts. */
const GROWTH = 2_180;

describe.runIf(canInject)('faults in the system calls of SQLite (needs strace)', () => {
  const at = useRound();

  test(
    'P15: killed at its n-th write or sync of a database, every acknowledged commit is there',
    async () => {
      const { round } = at;
      for (const [call, nth] of [
        ['pwrite64', 3],
        ['pwrite64', 1_000],
        ['pwrite64', GROWTH + 140],
        ['fsync', 12],
      ] as const) {
        const life = round.start(null, { wrap: injecting(call, `signal=SIGKILL:when=${nth}`) });
        expect(await endOf(life)).toBe('SIGKILL');
        await expectSound(round);
      }
    },
    LIMIT_MS,
  );

  test(
    'P26: a sync that the disk refuses ends the engine with 74; the commit is not tried again',
    async () => {
      const { round } = at;
      const life = round.start(null, { wrap: injecting('fsync', 'error=EIO:when=20') });
      expect(await endOf(life)).toBe(74);
      expect(life.said()).toMatch(/mtrade\.db/);
      await expectSound(round);
    },
    LIMIT_MS,
  );

  test(
    'P15, P26: the next start finds out about everything, and the books equal the exchange',
    async () => {
      const { violations, trades } = await at.round.heal();
      expect(violations).toEqual([]);
      expect(trades).toBeGreaterThan(0);
    },
    LIMIT_MS,
  );

  test(
    'P25: while the disk is full no order is sent; with room again it trades on, and the books are whole',
    async () => {
      const { round } = at;
      // Some commits, then a full disk for fifteen writes of the thread that has the books.
      const life = round.start(null, {
        wrap: injecting('pwrite64', `error=ENOSPC:when=${GROWTH + 40}..${GROWTH + 54}`),
      });
      const full = await life.until(({ stats }) => stats.errors >= 3, LIFE_MS);
      expect(full, `its log: ${lastWords(life)}`).not.toBeNull();
      await expectTrades(round, life);
      expect(life.said()).toMatch(/no space|full/i);
      await life.kill();
      await expectSound(round);
      const { violations, trades } = await round.heal();
      expect(violations).toEqual([]);
      expect(trades).toBeGreaterThan(0);
    },
    LIMIT_MS,
  );
});

describe('a limit for files', () => {
  const at = useRound();

  test(
    'P25: a database that reaches it ends the engine with 74 and its name, not without a word; the next start goes on',
    async () => {
      const { round } = at;
      // In blocks of 512 or 1,024 bytes; the log of the database is the first file to get there.
      const life = round.start(null, { wrap: ['sh', '-c', 'ulimit -f 400; exec "$0" "$@"'] });
      expect(await endOf(life)).toBe(74);
      expect(life.said()).toMatch(/mtrade\.db/);
      await expectSound(round);
      await expectGoesOn(round);
    },
    LIMIT_MS,
  );
});
