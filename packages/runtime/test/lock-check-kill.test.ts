import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@mtrade/base';
import { afterEach, describe, expect, test } from 'vitest';
import { checkLock, killHolder, LOCK_CHECK_EXIT, type Owner, systemPlatform } from '../dist/lock/index.js';
import { acquireHere, kill9, place, start, tree } from './lock-harness.js';

const deps = { clock: systemClock };

const strangers: ChildProcess[] = [];
afterEach(() => Promise.all(strangers.splice(0).map(kill9)));

/** A live process that has nothing to do with us. */
function stranger(): ChildProcess {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
  strangers.push(child);
  return child;
}

/** A record of this boot that names the given process. */
const recordOf = (pid: number, changes: Partial<Owner> = {}): Owner => ({
  pid,
  processStart: '1',
  bootId: systemPlatform.bootId(),
  machineId: systemPlatform.machineId(),
  uid: systemPlatform.uid,
  argv: ['mtrade', 'start'],
  version: '0.1.0',
  dataDir: '/data',
  accountOwnerPath: null,
  startedAtMs: 1_700_000_000_000,
  ...changes,
});

function forge(dataDir: string, owner: Owner): void {
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(join(dataDir, 'supervisor.owner.json'), JSON.stringify(owner));
}

const isAlive = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null;

describe('check', () => {
  test('running, free and left over, with the exit codes of the contract (scenario 50)', async () => {
    const options = place();
    expect((await checkLock(options.dataDir, deps)).status).toBe('free');
    expect(Object.keys(tree(options.root))).toEqual(['.']);

    const starter = await start(options);
    expect(await checkLock(options.dataDir, deps)).toMatchObject({
      status: 'running',
      validated: true,
      holder: { pid: starter.pid, dataDir: options.dataDir, version: '0.1.0' },
    });

    await kill9(starter.child);
    expect(await checkLock(options.dataDir, deps)).toMatchObject({ status: 'leftover', validated: false });

    const next = await start(options);
    next.child.kill('SIGTERM');
    await next.ended;
    expect((await checkLock(options.dataDir, deps)).status).toBe('free');
    expect(LOCK_CHECK_EXIT).toEqual({ running: 0, free: 3, leftover: 4, foreign: 5 });
  });

  test('a stopped holder is running', async () => {
    const options = place();
    const { child } = await start(options);
    child.kill('SIGSTOP');
    expect(await checkLock(options.dataDir, deps)).toMatchObject({ status: 'running', validated: true });
  });

  test('a pid that belongs to another program now is not running (scenario 49, P38)', async () => {
    const { dataDir } = place();
    forge(dataDir, recordOf(stranger().pid ?? 0));
    expect(await checkLock(dataDir, deps)).toMatchObject({ status: 'leftover', validated: false });
  });

  test('even a record that is right in every detail is nothing without the kernel lock', async () => {
    const { dataDir } = place();
    const child = stranger();
    const processStart = systemPlatform.processInfo(child.pid ?? 0)?.start ?? '';
    forge(dataDir, recordOf(child.pid ?? 0, { processStart }));
    expect((await checkLock(dataDir, deps)).status).toBe('leftover');
  });

  test('a held lock whose record names somebody else is running, but by nobody that can be proved', async () => {
    const options = place();
    await start(options);
    forge(options.dataDir, recordOf(stranger().pid ?? 0));
    expect(await checkLock(options.dataDir, deps)).toEqual({
      status: 'running',
      holder: null,
      validated: false,
    });
  });

  test('a fresh lock of another machine is held from elsewhere', async () => {
    const { dataDir } = place();
    mkdirSync(join(dataDir, 'supervisor.lock'), { recursive: true });
    forge(dataDir, recordOf(1, { bootId: 'theirs', machineId: 'theirs' }));
    expect((await checkLock(dataDir, deps)).status).toBe('foreign');
    rmSync(join(dataDir, 'supervisor.lock'), { recursive: true });
    expect((await checkLock(dataDir, deps)).status).toBe('leftover');
  });

  test('the holder may check itself without losing its lock', async () => {
    const options = place();
    const lock = await acquireHere(options);
    expect(await checkLock(options.dataDir, deps)).toMatchObject({ status: 'running', validated: true });
    expect(lock.stillHeld()).toBe(true);
    expect((await start(options)).said.held).toBe(false);
  });
});

describe('kill', () => {
  test('SIGTERM ends a holder that listens; the lock is free afterwards (scenario 50)', async () => {
    const options = place();
    const starter = await start(options);
    expect(await killHolder({ dataDir: options.dataDir, force: false }, deps)).toMatchObject({
      outcome: 'stopped',
      holder: { pid: starter.pid },
    });
    expect(await starter.ended).toBe(0);
    expect((await checkLock(options.dataDir, deps)).status).toBe('free');
  });

  test('a holder that does not listen stays without force and goes with it, leaving nothing', async () => {
    const options = place();
    const starter = await start({ ...options, stubborn: true });
    const gentle = await killHolder({ dataDir: options.dataDir, force: false, waitMs: 200 }, deps);
    expect(gentle.outcome).toBe('still-running');
    expect(isAlive(starter.child)).toBe(true);

    const forced = await killHolder({ dataDir: options.dataDir, force: true, waitMs: 100 }, deps);
    expect(forced.outcome).toBe('killed');
    expect(await starter.ended).toBe('SIGKILL');
    expect((await checkLock(options.dataDir, deps)).status).toBe('free');
  });

  test.each(['no lock at all', 'a free lock', 'a held lock'])(
    'a stranger named by a forged record is never signalled: %s (scenario 49)',
    async (situation) => {
      const options = place();
      const child = stranger();
      const processStart = systemPlatform.processInfo(child.pid ?? 0)?.start ?? '';
      const holder = situation === 'a held lock' ? await start({ ...options, stubborn: true }) : null;
      if (situation === 'a free lock') (await acquireHere(options)).release();
      // With a lock that is held the start time is wrong; without one everything may be right.
      forge(options.dataDir, recordOf(child.pid ?? 0, situation === 'a held lock' ? {} : { processStart }));
      const signals: number[] = [];
      const platform = { ...systemPlatform, signal: (pid: number) => void signals.push(pid) };

      const result = await killHolder(
        { dataDir: options.dataDir, force: true, waitMs: 50 },
        { ...deps, platform },
      );

      expect(result.outcome).toBe(situation === 'a held lock' ? 'refused' : 'not-running');
      expect(signals).toEqual([]);
      expect([isAlive(child), holder === null || isAlive(holder.child)]).toEqual([true, true]);
    },
  );

  test('the record is read again right before SIGKILL: another process under it is not shot', async () => {
    const options = place();
    await start({ ...options, stubborn: true });
    const child = stranger();
    const processStart = systemPlatform.processInfo(child.pid ?? 0)?.start ?? '';
    const signals: string[] = [];
    const platform = {
      ...systemPlatform,
      signal: (_: number, name: string) => {
        signals.push(name);
        forge(options.dataDir, recordOf(child.pid ?? 0, { processStart }));
      },
    };
    const result = await killHolder(
      { dataDir: options.dataDir, force: true, waitMs: 50 },
      { ...deps, platform },
    );
    expect([result.outcome, signals]).toEqual(['refused', ['SIGTERM']]);
  });
});
