import { spawn } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { describeOwner } from '../src/lock/held-error.js';
import { type Owner, ownerState, parseOwner } from '../src/lock/owner.js';
import { accountHash, defaultRuntimeDir } from '../src/lock/paths.js';
import { type LockPlatform, processInfoFromStat, psPlatform, systemPlatform } from '../src/lock/platform.js';

const owner: Owner = {
  pid: 42,
  processStart: '1000',
  bootId: 'boot',
  machineId: 'machine',
  uid: 1_000,
  argv: ['mtrade', 'start'],
  version: '0.1.0',
  dataDir: '/var/lib/mtrade',
  accountOwnerPath: null,
  startedAtMs: 1_700_000_000_000,
};

const platform = (changes: Partial<LockPlatform>): LockPlatform => ({
  ...systemPlatform,
  bootId: () => 'boot',
  machineId: () => 'machine',
  processInfo: () => ({ start: '1000' }),
  ...changes,
});

describe('who a record names', () => {
  test.each<readonly [string, Partial<LockPlatform>]>([
    ['alive', {}],
    ['dead', { processInfo: () => null }],
    ['dead', { processInfo: () => ({ start: '1001' }) }],
    ['unproven', { processInfo: () => ({ start: null }) }],
    ['dead', { bootId: () => 'next boot' }],
    ['foreign', { bootId: () => 'other', machineId: () => 'other' }],
    // Two containers of one kernel have one boot id and may have two machine ids.
    ['alive', { machineId: () => 'container' }],
  ])('%s', (state, changes) => {
    expect(ownerState(owner, platform(changes))).toBe(state);
  });
});

describe('the record', () => {
  test('comes back as it was written', () => {
    expect(parseOwner(JSON.stringify(owner))).toEqual(owner);
  });

  test('with a field missing or of another kind is none', () => {
    for (const key of Object.keys(owner)) {
      const { [key as keyof Owner]: _, ...rest } = owner;
      expect([key, parseOwner(JSON.stringify(rest))]).toEqual([key, null]);
      expect([key, parseOwner(JSON.stringify({ ...owner, [key]: { odd: true } }))]).toEqual([key, null]);
    }
  });

  test('with a start beyond every calendar is none (found by fuzzing)', () => {
    expect(parseOwner(JSON.stringify({ ...owner, startedAtMs: 9_000_000_000_000_000 }))).toBeNull();
  });

  test('never names a group of processes', () => {
    for (const pid of [0, -1, -42, 1.5, null, '42'])
      expect(parseOwner(JSON.stringify({ ...owner, pid }))).toBeNull();
  });

  test.each([
    '',
    '{',
    'null',
    '7',
    '"text"',
    '[]',
    '[[]]',
    '{}',
    '\u0000',
    '{"pid":1}',
    '{"__proto__":{"pid":1}}',
    '9'.repeat(5_000),
  ])('is none when the file holds %j', (text) => {
    expect(parseOwner(text)).toBeNull();
  });

  test('is shown without control characters (S15)', () => {
    const text = describeOwner({ ...owner, dataDir: '/data\u001b[2Jx\nfake', version: '\u009b1' });
    expect(text).toBe('pid 42, started 2023-11-14T22:13:20.000Z, data directory /data?[2Jx?fake, version ?1');
  });
});

describe('the start of a process', () => {
  const fields = Array.from({ length: 50 }, (_, i) => String(i + 3));
  const statLine = (name: string, state: string): string =>
    `42 (${name}) ${[state, ...fields.slice(1)].join(' ')}`;

  test.each(['node', 'a b', 'evil) R 1 2 3', ')) ((', ''])('is read behind any program name: %j', (name) => {
    expect(processInfoFromStat(statLine(name, 'S'))).toEqual({ start: '22' });
  });

  test('a zombie is dead', () => {
    expect(processInfoFromStat(statLine('node', 'Z'))).toBeNull();
  });

  test.each([
    ['/proc', systemPlatform],
    ['ps', psPlatform],
  ])('differs between processes and stays the same for one, by %s', async (_, real) => {
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => undefined, 60000)'], { stdio: 'ignore' });
    const pid = child.pid ?? 0;
    const own = real.processInfo(process.pid)?.start;
    const others = [real.processInfo(pid)?.start, real.processInfo(pid)?.start];
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    expect(own).toEqual(expect.any(String));
    expect(others[0]).toEqual(others[1]);
    expect(real.processInfo(pid)).toBeNull();
  });
});

test('an account is named without its key, and every exchange and key has its own name', () => {
  const names = [accountHash('gate', 'key'), accountHash('gate', 'kez'), accountHash('binance', 'key')];
  expect(new Set(names).size).toBe(3);
  for (const name of names) expect(name).toMatch(/^[0-9a-f]{16}$/);
});

describe('the place of account locks', () => {
  test('is the home of the user database, whatever the environment says', () => {
    const local = platform({ homeDir: process.cwd(), fileSystemType: () => 0xef53 });
    expect(defaultRuntimeDir(local)).toBe(`${process.cwd()}/.local/state`);
  });

  test('is not on a network file system, and not the root of a user without a home', () => {
    for (const odd of [
      platform({ homeDir: process.cwd(), fileSystemType: () => 0x6969 }),
      platform({ homeDir: '' }),
    ])
      expect(defaultRuntimeDir(odd)).not.toMatch(/\.local/);
  });
});
