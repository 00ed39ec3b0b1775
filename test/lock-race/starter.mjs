// A real process that takes the lock when it is told to, tells the witness, and gives it back when it is told to. It
// runs the very lock code of the built packages; `layers` other than `all` are locks of this test alone.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '@mtrade/base';
import { silentLogger } from '@mtrade/log';
import { acquireLock } from '@mtrade/runtime/lock';
import { openKernelLock } from '@mtrade/store';

const runtimeRequire = createRequire(new URL('../../packages/runtime/package.json', import.meta.url));
const held = (what) => Object.assign(new Error(what), { code: 'MTRADE_LOCK_HELD' });

/** How long a starter wants the kernel lock alone: each of them gets it in the end. */
const KERNEL_PATIENCE_MS = 60_000;

const LAYERS = {
  /** The lock as `mtrade start` takes it. */
  all: ({ dataDir, runtimeDir, apiKey }) =>
    acquireLock(
      { dataDir, runtimeDir, account: { exchange: 'gate', apiKey }, version: '0', argv: process.argv },
      {
        clock: systemClock,
        log: silentLogger,
        // Told when the witness looks.
        onLost: () => undefined,
      },
    ),
  /** Nothing but the lock that the kernel keeps. */
  kernel: async ({ dataDir }) => {
    const deadline = performance.now() + KERNEL_PATIENCE_MS;
    for (;;) {
      const lock = openKernelLock(join(dataDir, 'alone.lockdb'));
      // Now and then the file goes with the lock, as after a start that failed: nobody may be left with the old one.
      if (lock)
        return { stillHeld: () => true, release: () => lock.release({ remove: Math.random() < 0.2 }) };
      if (performance.now() > deadline) throw held('no turn in time');
      await sleep(1 + Math.random() * 12);
    }
  },
  /** Broken on purpose: the visible layer alone, which judges by age and takes over in two steps. */
  'proper-lockfile': async ({ dataDir }) => {
    const properLockfile = runtimeRequire('proper-lockfile');
    mkdirSync(dataDir, { recursive: true });
    const which = { lockfilePath: join(dataDir, 'supervisor.lock'), realpath: false };
    try {
      await properLockfile.lock(dataDir, { ...which, stale: 15_000, onCompromised: () => undefined });
    } catch (error) {
      throw held(error.message);
    }
    const release = () => {
      try {
        properLockfile.unlockSync(dataDir, which);
      } catch {
        // Somebody else has taken it away.
      }
    };
    return { stillHeld: () => true, release };
  },
  /** Broken on purpose: look whether the recorded process lives, then write our own record. */
  'pid-file': async ({ dataDir }) => {
    const path = join(dataDir, 'supervisor.owner.json');
    try {
      process.kill(JSON.parse(readFileSync(path, 'utf8')).pid, 0);
    } catch {
      mkdirSync(dataDir, { recursive: true });
      writeFileSync(path, JSON.stringify({ pid: process.pid }));
      return { stillHeld: () => true, release: () => writeFileSync(path, '') };
    }
    throw held('the recorded process lives');
  },
};

let lock = null;

async function go(message) {
  const { atNs, round, layers, cwd } = message;
  process.chdir(cwd);
  const inMs = Number(BigInt(atNs) - process.hrtime.bigint()) / 1e6;
  if (inMs > 1) await sleep(inMs);
  try {
    lock = await LAYERS[layers](message);
    process.send({ type: 'enter', round });
  } catch (error) {
    process.send({ type: 'refused', round, code: error.code ?? error.name, text: error.message });
  }
}

process.on('message', (message) => {
  const { round } = message;
  if (message.type === 'go') void go(message);
  else if (message.type === 'look')
    process.send({ type: 'looked', round, stillHeld: lock?.stillHeld() ?? false });
  else if (message.type === 'see') process.send({ type: 'saw', round, exists: existsSync(message.path) });
  else if (message.type === 'leave') {
    lock?.release();
    lock = null;
    process.send({ type: 'left', round });
  }
});
process.on('disconnect', () => process.exit(0));
process.send({ type: 'ready' });
