import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@mtrade/log';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { allowedIn, halvesOf, isVirtual, place } from '../src/supervisor/keep-apart.js';

describe('which processors a thread gets', () => {
  it.each([
    ['0-1', [0, 1]],
    ['0,2-4', [0, 2, 3, 4]],
    ['7', [7]],
  ])('reads %s as the processors that the process may use', (list, wanted) => {
    expect(
      allowedIn(`Name:\tnode\nCpus_allowed:\t3\nCpus_allowed_list:\t${list}\nMems_allowed:\t1\n`),
    ).toEqual(wanted);
  });

  it('reads nothing where the kernel says nothing', () => {
    expect(allowedIn('')).toEqual([]);
  });

  it.each([
    [
      [0, 1],
      ['0', '1'],
    ],
    [
      [0, 2, 3, 4, 9],
      ['0,3,9', '2,4'],
    ],
  ])('gives each of the two threads processors of %j that the other one has not', (processors, wanted) => {
    expect(halvesOf(processors)).toEqual(wanted);
  });

  it.each([[[]], [[3]]])('leaves both where they are when there are only %j', (processors) => {
    expect(halvesOf(processors)).toBeNull();
  });

  it('touches nothing on a machine that is no virtual one', () => {
    expect(isVirtual('processor\t: 0\nflags\t\t: fpu vme hypervisor lahf_lm\n')).toBe(true);
    expect(isVirtual('processor\t: 0\nflags\t\t: fpu vme lahf_lm\n')).toBe(false);
    expect(isVirtual('model name\t: hypervisor\n')).toBe(false);
  });
});

const hasTaskset = spawnSync('taskset', ['-V']).status === 0;
const mine = allowedIn(process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : '');

describe('a thread is given its processors', () => {
  it.runIf(hasTaskset && mine.length > 1)('and runs nowhere else from then on', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    try {
      const last = mine.at(-1) as number;
      await new Promise<void>((resolve) => place(other.pid as number, String(last), silentLogger, resolve));
      expect(allowedIn(readFileSync(`/proc/${other.pid}/status`, 'utf8'))).toEqual([last]);
    } finally {
      other.kill('SIGKILL');
    }
  });

  describe('and where that cannot be done', () => {
    let directory = '';
    beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'mtrade-path-'))));
    afterEach(() => {
      vi.unstubAllEnvs();
      vi.restoreAllMocks();
      rmSync(directory, { recursive: true, force: true });
    });

    it.each<[string, (file: string) => void]>([
      ['there is no such program', () => undefined],
      ['the program refuses', (file) => writeFileSync(file, '#!/bin/sh\nexit 1\n', { mode: 0o755 })],
      ['it may not be run', (file) => writeFileSync(file, '', { mode: 0o600 })],
      // Of this Node.js tells nobody: it throws.
      ['its name leads nowhere', (file) => symlinkSync(file, file)],
    ])('(%s) only the log tells of it', async (_, make) => {
      make(join(directory, 'taskset'));
      vi.stubEnv('PATH', directory);
      const debug = vi.spyOn(silentLogger, 'debug');
      await new Promise<void>((resolve) => place(process.pid, '0', silentLogger, resolve));
      expect(debug).toHaveBeenCalledOnce();
      expect(allowedIn(readFileSync('/proc/self/status', 'utf8'))).toEqual(mine);
    });
  });
});
