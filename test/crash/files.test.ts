import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { expectGoesOn, expectSound, useRound } from './fixture.js';
import type { Life } from './life.js';
import { script } from './simulated-exchange.js';

const at = useRound();
const LIMIT_MS = 300_000;
const LIFE_MS = 60_000;

async function trading(): Promise<Life> {
  const life = at.round.start();
  const status = await life.until(({ pairs }) => pairs.every((pair) => pair.cycle > 0), LIFE_MS);
  expect(status, `its log: ${at.round.said().slice(-2_000)}`).not.toBeNull();
  return life;
}

const data = (name: string): string => join(at.round.directory, 'data', name);
const orders = async (): Promise<number> => (await at.round.exchange.records()).orders.length;

async function untilMoreOrders(life: Life): Promise<void> {
  const before = await orders();
  const deadline = performance.now() + LIFE_MS;
  while ((await orders()) < before + 5) {
    expect(life.isRunning, `its log: ${at.round.said().slice(-2_000)}`).toBe(true);
    expect(performance.now(), 'it goes on trading').toBeLessThan(deadline);
    await sleep(50);
  }
}

describe('what lies on the disk changes under a running engine', () => {
  test(
    'P30: the database is deleted: it ends with 75 and sends nothing any more; put back, the next start goes on',
    async () => {
      const life = await trading();
      for (const name of ['mtrade.db', 'mtrade.db-wal', 'mtrade.db-shm'])
        renameSync(data(name), data(`away-${name}`));
      expect(await Promise.race([life.ended, sleep(LIFE_MS, 'late')])).toBe(75);
      expect(at.round.said()).toMatch(/deleted or replaced/);
      const sent = await orders();
      await sleep(500);
      expect(await orders()).toBe(sent);

      for (const name of ['mtrade.db-wal', 'mtrade.db-shm', 'mtrade.db'])
        renameSync(data(`away-${name}`), data(name));
      await expectSound(at.round);
      await expectGoesOn(at.round);
    },
    LIMIT_MS,
  );

  test(
    'P30: the database is replaced by a copy: it ends with 75 before it commits another order',
    async () => {
      const life = await trading();
      copyFileSync(data('mtrade.db'), data('copy'));
      renameSync(data('copy'), data('mtrade.db'));
      expect(await Promise.race([life.ended, sleep(LIFE_MS, 'late')])).toBe(75);
      expect(at.round.said()).toMatch(/deleted or replaced/);
    },
    LIMIT_MS,
  );

  test(
    'P40: the lock file is deleted: it ends with 75, the next start goes on',
    async () => {
      const life = await trading();
      rmSync(data('supervisor.lockdb'));
      expect(await Promise.race([life.ended, sleep(LIFE_MS, 'late')])).toBe(75);
      await expectSound(at.round);
      await expectGoesOn(at.round);
    },
    LIMIT_MS,
  );

  test(
    'P28: a foreign tool holds the books for six seconds: no order without its intent, then it trades on',
    async () => {
      const life = await trading();
      const holder = fork(script('hold-books.mjs'), [data('mtrade.db'), '6000']);
      await once(holder, 'message');
      await sleep(300);
      const sent = await orders();
      await sleep(3_000);
      expect(await orders()).toBe(sent);
      await once(holder, 'exit');
      await untilMoreOrders(life);
      await life.kill();
      await expectSound(at.round);
      await expectGoesOn(at.round);
    },
    LIMIT_MS,
  );
});

test.runIf(process.platform === 'linux')(
  'P44: strangers use up all file descriptors: it goes on trading, and answers again when they are gone',
  async () => {
    const life = await trading();
    const { pid } = life.child;
    // A few more than it has open now.
    const open = readdirSync(`/proc/${pid}/fd`).length;
    execFileSync('prlimit', ['--pid', String(pid), `--nofile=${open + 10}:${open + 10}`]);
    const strangers: Socket[] = [];
    for (let count = 0; count < 200; count += 1) {
      const socket = connect(data('control.sock'));
      socket.on('error', () => undefined);
      strangers.push(socket);
    }
    await sleep(500);
    await untilMoreOrders(life);
    for (const socket of strangers) socket.destroy();
    expect(await life.until(({ feed }) => feed.connected, LIFE_MS)).not.toBeNull();
    await life.kill();
    await expectSound(at.round);
    await expectGoesOn(at.round);
  },
  LIMIT_MS,
);

test(
  'P27: a data directory that cannot be written to is refused with 77 and its name',
  async () => {
    const life = at.round.start(null, { env: { MTRADE__DATA_DIR: '/proc/self/mtrade' } });
    expect(await Promise.race([life.ended, sleep(LIFE_MS, 'late')])).toBe(77);
    expect(at.round.said()).toContain('/proc/self/mtrade');
  },
  LIMIT_MS,
);
