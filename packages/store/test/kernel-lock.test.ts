import { renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileLoss, kernelLockHeld, openKernelLock } from '@mtrade/store';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory, thrownBy } from './books.js';

const newLockPath = (): string => join(temporaryDirectory(), 'x.lockdb');

describe('kernel lock', () => {
  test('is held by one, and free again after its release', () => {
    const path = newLockPath();
    const first = openKernelLock(path);
    expect(first?.created).toBe(true);
    expect(openKernelLock(path)).toBeNull();
    expect(kernelLockHeld(path)).toBe(true);

    first?.release();

    expect(kernelLockHeld(path)).toBe(false);
    const second = openKernelLock(path);
    expect(second?.created).toBe(false);
    second?.release();
  });

  test('looking at a free lock that does not exist creates nothing', () => {
    const path = newLockPath();
    expect(kernelLockHeld(path)).toBe(false);
    expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });

  test('the file is for its owner only, and stays empty', () => {
    const path = newLockPath();
    const lock = openKernelLock(path);
    expect([statSync(path).mode & 0o777, statSync(path).size]).toEqual([0o600, 0]);
    lock?.release({ remove: true });
    expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });

  test('a file that was deleted or replaced, or cannot be looked at, is noticed (P40)', () => {
    const path = newLockPath();
    const lock = openKernelLock(path);
    const witness = lock?.witness as NonNullable<typeof lock>['witness'];
    expect(fileLoss(witness)).toBeNull();
    renameSync(path, `${path}.moved`);
    expect(fileLoss(witness)).toBe(`${path} was deleted or replaced`);
    writeFileSync(path, '');
    expect(fileLoss(witness)).toBe(`${path} was deleted or replaced`);
    rmSync(path);
    symlinkSync(path, path);
    expect(fileLoss(witness)).toContain(`${path} cannot be looked at: ELOOP`);
    rmSync(path);
    lock?.release();
  });

  test('a link, a directory and a missing directory are refused by name (S08)', () => {
    const directory = temporaryDirectory();
    const link = join(directory, 'link.lockdb');
    symlinkSync(join(directory, 'elsewhere'), link);
    for (const path of [link, directory, join(directory, 'missing', 'x.lockdb')]) {
      const error = thrownBy(() => openKernelLock(path));
      expect(error).toMatchObject({ code: 'MTRADE_PERMISSION', exitCode: 77 });
      expect(error.message).toContain(path);
    }
    expect(statSync(join(directory, 'elsewhere'), { throwIfNoEntry: false })).toBeUndefined();
  });
});
