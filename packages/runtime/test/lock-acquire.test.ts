import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MtradeError } from '@mtrade/base';
import { describe, expect, test } from 'vitest';
import { type Owner, systemPlatform } from '../dist/lock/index.js';
import { acquireHere, kill9, place, start, tree } from './lock-harness.js';

describe('a second start', () => {
  test('is refused with pid, start time and directory of the holder, from any working directory (scenario 47, P34)', async () => {
    const { root, dataDir, runtimeDir } = place();
    const first = await start({ dataDir, runtimeDir });
    const before = tree(root);

    const second = await start({ dataDir, runtimeDir, cwd: tmpdir() });

    expect(second.said).toMatchObject({ held: false, code: 'MTRADE_LOCK_HELD' });
    expect(second.said.message).toContain(`pid ${first.pid}`);
    expect(second.said.message).toContain(dataDir);
    expect(second.said.message).toMatch(/started \d{4}-\d\d-\d\dT/);
    expect(await second.ended).toBe(75);
    expect(tree(root)).toEqual(before);
  });

  test('with another data directory but the same key is refused, and leaves nothing there (P36)', async () => {
    const { root, dataDir, runtimeDir } = place();
    const first = await start({ dataDir, runtimeDir, apiKey: 'the-key' });
    const other = join(root, 'deep', 'other');

    const second = await start({ dataDir: other, runtimeDir, apiKey: 'the-key' });

    expect(second.said).toMatchObject({ held: false, code: 'MTRADE_LOCK_HELD' });
    expect(second.said.message).toContain(`pid ${first.pid}`);
    expect(second.said.message).toContain(dataDir);
    expect(existsSync(join(root, 'deep'))).toBe(false);
  });

  test.runIf(systemPlatform.hasAbstractSockets)(
    'is found through private mounts too: the account has a name that is no file (scenario 52)',
    async () => {
      const { dataDir, runtimeDir, root } = place();
      const apiKey = `key-${process.pid}`;
      const first = await start({ dataDir, runtimeDir, apiKey });
      const second = await start({
        dataDir: join(root, 'other'),
        runtimeDir: join(root, 'elsewhere'),
        apiKey,
      });
      expect(second.said).toMatchObject({ held: false, code: 'MTRADE_LOCK_HELD' });
      expect(second.said.message).toContain(`pid ${first.pid}`);
      expect(existsSync(join(root, 'elsewhere'))).toBe(false);
    },
  );

  test('with another key, or without one, in another directory is none of our business', async () => {
    const { root, dataDir, runtimeDir } = place();
    await start({ dataDir, runtimeDir, apiKey: `a-${process.pid}` });
    const others = await Promise.all([
      start({ dataDir: join(root, 'b'), runtimeDir, apiKey: `b-${process.pid}` }),
      start({ dataDir: join(root, 'c'), runtimeDir }),
      start({ dataDir: join(root, 'd'), runtimeDir }),
    ]);
    expect(others.map(({ said }) => said.held)).toEqual([true, true, true]);
  });

  test('through a link to the same directory is refused', async () => {
    const { root, dataDir, runtimeDir } = place();
    await start({ dataDir, runtimeDir });
    symlinkSync(dataDir, join(root, 'link'));
    const second = await start({ dataDir: join(root, 'link'), runtimeDir });
    expect(second.said.held).toBe(false);
  });

  test('in the same process is refused, and the first one keeps its lock', async () => {
    const options = place();
    const lock = await acquireHere(options);
    await expect(acquireHere(options)).rejects.toMatchObject({ code: 'MTRADE_LOCK_HELD', exitCode: 75 });
    expect(lock.stillHeld()).toBe(true);
    expect((await start(options)).said.held).toBe(false);
  });
});

describe('takeover', () => {
  test('of ten starters at once exactly one wins: cold, and after kill -9 (scenario 48, P35)', async () => {
    const options = { ...place(), apiKey: `race-${process.pid}` };
    for (const round of ['cold', 'after kill -9']) {
      const starters = await Promise.all(Array.from({ length: 10 }, () => start(options)));
      const winners = starters.filter(({ said }) => said.held);
      const codes = starters.filter(({ said }) => !said.held).map(({ said }) => said.code);
      expect([round, winners.length, codes]).toEqual([round, 1, Array(9).fill('MTRADE_LOCK_HELD')]);
      await kill9(winners[0].child);
    }
  });

  test('after kill -9 the next start has the lock without manual steps (scenario 48, P37)', async () => {
    const options = { ...place(), apiKey: `kill-${process.pid}` };
    for (let round = 0; round < 3; round += 1) {
      const starter = await start(options);
      expect([round, starter.said.held]).toEqual([round, true]);
      await kill9(starter.child);
      expect(existsSync(join(options.dataDir, 'supervisor.lock'))).toBe(true);
    }
  });

  test('after an orderly end nothing but the empty lock files is left', async () => {
    const options = { ...place(), apiKey: `end-${process.pid}` };
    const starter = await start(options);
    starter.child.kill('SIGTERM');
    expect(await starter.ended).toBe(0);
    expect(Object.values(tree(options.root)).filter((entry) => !entry.endsWith('directory'))).toEqual([
      '600 0 bytes',
      '600 0 bytes',
    ]);
  });

  test('a stopped holder (SIGSTOP) keeps the lock', async () => {
    const options = place();
    const first = await start(options);
    first.child.kill('SIGSTOP');
    const second = await start(options);
    expect(second.said).toMatchObject({ held: false, code: 'MTRADE_LOCK_HELD' });
    expect(second.said.message).toContain(`pid ${first.pid}`);
  });

  test('garbage where the record should be, a left visible lock and a left draft are cleaned away (P39)', async () => {
    const options = place();
    mkdirSync(join(options.dataDir, 'supervisor.lock'), { recursive: true });
    for (const [name, text] of [
      ['supervisor.owner.json', '{"pid": -1, "argv": [[[['],
      ['supervisor.owner.json.tmp', 'half'],
      ['supervisor.lockdb', ''],
    ] as const)
      writeFileSync(join(options.dataDir, name), text);
    const lock = await acquireHere(options);
    expect(JSON.parse(readFileSync(join(options.dataDir, 'supervisor.owner.json'), 'utf8'))).toMatchObject({
      pid: process.pid,
    });
    expect(existsSync(join(options.dataDir, 'supervisor.owner.json.tmp'))).toBe(false);
    expect(lock.stillHeld()).toBe(true);
  });

  test('a record of another machine is respected while its visible lock is fresh, and not for ever', async () => {
    const options = place();
    const visible = join(options.dataDir, 'supervisor.lock');
    mkdirSync(visible, { recursive: true });
    writeFileSync(
      join(options.dataDir, 'supervisor.owner.json'),
      JSON.stringify({ ...foreignOwner, dataDir: options.dataDir }),
    );
    const error = await acquireHere(options).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'MTRADE_LOCK_HELD' });
    expect((error as Error).message).toContain('another machine (their-machine)');
    expect(existsSync(visible)).toBe(true);

    const past = new Date(Date.now() - 60_000);
    utimesSync(visible, past, past);
    expect((await acquireHere(options)).holder.pid).toBe(process.pid);
  });

  test('a record from before a reboot of this machine is no obstacle', async () => {
    const options = place();
    mkdirSync(join(options.dataDir, 'supervisor.lock'), { recursive: true });
    const owner = { ...foreignOwner, machineId: systemPlatform.machineId(), pid: process.ppid };
    writeFileSync(join(options.dataDir, 'supervisor.owner.json'), JSON.stringify(owner));
    expect((await acquireHere(options)).holder.pid).toBe(process.pid);
  });
});

const foreignOwner: Owner = {
  pid: 1,
  processStart: '1',
  bootId: 'their-boot',
  machineId: 'their-machine',
  uid: 0,
  argv: [],
  version: '0.1.0',
  dataDir: '/data',
  accountOwnerPath: null,
  startedAtMs: 0,
};

test("a start that gives up and takes its empty directory with it is in nobody's way (P35)", async () => {
  const options = place();
  let gone = 0;
  const platform = {
    ...systemPlatform,
    // Asked between making the directory and locking it.
    fileSystemType: (path: string) => {
      if ((gone += 1) <= 2) rmSync(path, { recursive: true });
      return 0;
    },
  };
  const lock = await acquireHere(options, { platform });
  expect([gone > 2, lock.stillHeld()]).toEqual([true, true]);
});

describe('while it is held', () => {
  test.each(['supervisor.lockdb', 'supervisor.lock'])(
    'a deleted %s ends the holder with 75, and no second engine starts before that (P40)',
    async (name) => {
      const options = place();
      const first = await start(options);
      first.child.kill('SIGSTOP');
      rmSync(join(options.dataDir, name), { recursive: true });
      const second = await start(options);
      expect(second.said).toMatchObject({ held: false, code: 'MTRADE_LOCK_HELD' });
      first.child.kill('SIGCONT');
      expect(await first.saysLater('lost')).toContain(name);
      expect(await first.ended).toBe(75);
    },
  );

  test.each([
    ['deleted', 'was deleted or replaced'],
    ['not to be looked at any more', 'cannot be looked at: ELOOP'],
  ])('a file %s: stillHeld is false at once, and onLost comes once (P40)', async (what, words) => {
    const options = { ...place(), apiKey: 'k' };
    const errors: MtradeError[] = [];
    const account = { exchange: 'gate', apiKey: `lost-${process.pid}` };
    const lock = await acquireHere({ ...options, account }, { onLost: (error) => errors.push(error) });
    expect([lock.stillHeld(), lock.witnesses.length]).toEqual([true, 3]);
    const path = lock.witnesses[1]?.path ?? '';
    rmSync(path);
    if (what !== 'deleted') symlinkSync(path, path);
    expect([lock.stillHeld(), lock.stillHeld()]).toEqual([false, false]);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ code: 'MTRADE_LOCK_LOST', exitCode: 75 });
    expect(errors[0]?.message).toContain(`${path} ${words}`);
    lock.release();
    rmSync(path, { force: true });
  });
});

describe('directories', () => {
  test('are made for this user only, and the key stands in none of the files', async () => {
    const { root, dataDir, runtimeDir } = place();
    const apiKey = `SECRET-KEY-${process.pid}`;
    await acquireHere({
      dataDir: join(dataDir, 'nested'),
      runtimeDir,
      account: { exchange: 'gate', apiKey },
    });
    const entries = tree(root);
    expect(JSON.stringify(entries)).not.toContain('SECRET-KEY');
    expect(Object.keys(entries).length).toBeGreaterThan(8);
    const { '.': _, ...below } = entries;
    for (const [name, entry] of Object.entries(below))
      expect([name, entry]).toEqual([
        name,
        expect.stringMatching(entry.endsWith('directory') ? /^700 / : /^600 /),
      ]);
  });

  test('undoCreated takes away everything the lock has made, and nothing else', async () => {
    const { root, dataDir, runtimeDir } = place();
    const account = { exchange: 'gate', apiKey: `undo-${process.pid}` };
    const lock = await acquireHere({ dataDir, runtimeDir, account });
    expect(lock.created).toBe(dataDir);
    lock.release({ undoCreated: true });
    lock.release();
    expect(Object.keys(tree(root))).toEqual(['.']);

    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'mine.txt'), 'mine');
    const again = await acquireHere({ dataDir, runtimeDir });
    expect(again.created).toBeNull();
    again.release({ undoCreated: true });
    expect(Object.keys(tree(root))).toEqual(['.', './data', './data/mine.txt']);
  });

  test('an unwritable place is named, exit 77, and nothing is half made', async () => {
    const { root, runtimeDir } = place();
    const locked = join(root, 'locked');
    mkdirSync(locked);
    chmodSync(locked, 0o555);
    chmodSync(root, 0o755);
    const isRoot = process.getuid?.() === 0;
    const dataDir = join(locked, 'data');
    const starter = await start({ dataDir, runtimeDir, ...(isRoot ? { uid: 65_534 } : {}) });
    chmodSync(locked, 0o755);
    expect(starter.said).toMatchObject({ held: false, code: 'MTRADE_PERMISSION' });
    expect(starter.said.message).toContain(dataDir);
    expect(await starter.ended).toBe(77);
    expect(Object.keys(tree(root))).toEqual(['.', './locked']);
  });

  test('a file where the directory should be, and a relative path, are refused', async () => {
    const { root, runtimeDir } = place();
    const file = join(root, 'file');
    writeFileSync(file, 'x');
    await expect(acquireHere({ dataDir: file, runtimeDir })).rejects.toMatchObject({
      code: 'MTRADE_PERMISSION',
    });
    await expect(acquireHere({ dataDir: join(file, 'below'), runtimeDir })).rejects.toMatchObject({
      code: 'MTRADE_PERMISSION',
    });
    await expect(acquireHere({ dataDir: 'data', runtimeDir })).rejects.toMatchObject({
      code: 'MTRADE_CONFIG',
    });
    expect(readFileSync(file, 'utf8')).toBe('x');
  });

  test('a place for account locks that others may write to is refused (S08)', async () => {
    const { root, dataDir, runtimeDir } = place();
    const shared = join(runtimeDir, `mtrade-${systemPlatform.uid}`);
    mkdirSync(shared, { recursive: true });
    chmodSync(shared, 0o777);
    const account = { exchange: 'gate', apiKey: `shared-${process.pid}` };
    await expect(acquireHere({ dataDir, runtimeDir, account })).rejects.toMatchObject({
      code: 'MTRADE_PERMISSION',
    });
    expect(existsSync(dataDir)).toBe(false);
    expect(statSync(root).isDirectory()).toBe(true);
  });

  test.each([
    ['NFS', 0x6969],
    ['CIFS', 0xff534d42],
    ['FUSE', 0x65735546],
    ['9p', 0x01021997],
  ])('on %s are refused unless the operator insists (P41)', async (name, type) => {
    const { dataDir, runtimeDir } = place();
    const platform = { ...systemPlatform, fileSystemType: () => type };
    const error = await acquireHere({ dataDir, runtimeDir }, { platform }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'MTRADE_CONFIG', exitCode: 78 });
    expect((error as Error).message).toContain(name);
    expect(existsSync(dataDir)).toBe(false);
    expect(
      (await acquireHere({ dataDir, runtimeDir, allowNetworkFileSystem: true }, { platform })).dataDir,
    ).toBe(dataDir);
  });
});

test.runIf(systemPlatform.hasAbstractSockets)(
  'a stranger under our socket name that says nothing is still a refusal',
  async () => {
    const { dataDir, runtimeDir } = place();
    const apiKey = `squat-${process.pid}`;
    const { accountHash } = await import('../dist/lock/paths.js');
    const server = createServer().listen(`\0mtrade/${systemPlatform.uid}/${accountHash('gate', apiKey)}`);
    await new Promise((resolve) => server.once('listening', resolve));
    try {
      await expect(
        acquireHere({ dataDir, runtimeDir, account: { exchange: 'gate', apiKey } }),
      ).rejects.toMatchObject({
        code: 'MTRADE_LOCK_HELD',
      });
      expect(existsSync(dataDir)).toBe(false);
    } finally {
      server.close();
    }
  },
);
