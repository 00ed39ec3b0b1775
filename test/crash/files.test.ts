import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { endOf, expectSound, expectTrades, LIFE_MS, LIMIT_MS, trading, useRound } from './fixture.js';
import { script } from './simulated-exchange.js';

const at = useRound();
const data = (name: string): string => join(at.round.directory, 'data', name);

test.runIf(process.platform === 'linux')(
  'P44: strangers use up all file descriptors: it goes on trading, and answers again when they are gone',
  async () => {
    const life = await trading(at.round);
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
    await expectTrades(at.round, life);
    for (const socket of strangers) socket.destroy();
    expect(await life.until(({ feed }) => feed.connected, LIFE_MS)).not.toBeNull();
    await life.kill();
    await expectSound(at.round);
  },
  LIMIT_MS,
);

describe('what lies on the disk changes under a running engine', () => {
  test(
    'P28: a foreign tool holds the books for six seconds: no order without its intent, then it trades on',
    async () => {
      const { round } = at;
      const life = await trading(round);
      const holder = fork(script('hold-books.mjs'), [data('mtrade.db'), '6000']);
      const released = once(holder, 'exit');
      await once(holder, 'message');
      await sleep(300);
      const sent = await round.exchange.orders();
      await sleep(3_000);
      expect(await round.exchange.orders()).toBe(sent);
      await released;
      await expectTrades(round, life);
      await life.kill();
      await expectSound(round);
    },
    LIMIT_MS,
  );

  test(
    'P40: the lock file is deleted: it ends with 75, the next start goes on',
    async () => {
      const life = await trading(at.round);
      rmSync(data('supervisor.lockdb'));
      expect(await endOf(life)).toBe(75);
      await expectSound(at.round);
    },
    LIMIT_MS,
  );

  test(
    'P30: the database is deleted: it ends with 75 and sends nothing any more; put back, the next start goes on',
    async () => {
      const { round } = at;
      const life = await trading(round);
      for (const name of ['mtrade.db', 'mtrade.db-wal', 'mtrade.db-shm'])
        renameSync(data(name), data(`away-${name}`));
      expect(await endOf(life)).toBe(75);
      expect(life.said()).toMatch(/deleted or replaced/);
      const sent = await round.exchange.orders();
      await sleep(500);
      expect(await round.exchange.orders()).toBe(sent);

      for (const name of ['mtrade.db-wal', 'mtrade.db-shm', 'mtrade.db'])
        renameSync(data(`away-${name}`), data(name));
      await expectSound(round);
    },
    LIMIT_MS,
  );

  test(
    'P30: the database is replaced by a copy: it ends with 75 before it commits another order',
    async () => {
      const life = await trading(at.round);
      copyFileSync(data('mtrade.db'), data('copy'));
      renameSync(data('copy'), data('mtrade.db'));
      expect(await endOf(life)).toBe(75);
      expect(life.said()).toMatch(/deleted or replaced/);
    },
    LIMIT_MS,
  );
});

test(
  'P27: a data directory that cannot be written to is refused with 77 and its name',
  async () => {
    const life = at.round.start(null, { env: { MTRADE__DATA_DIR: '/proc/self/mtrade' } });
    expect(await endOf(life)).toBe(77);
    expect(life.said()).toContain('/proc/self/mtrade');
  },
  LIMIT_MS,
);
