import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '@mtrade/base';
import { kernelLockHeld } from '@mtrade/store';
import { isFresh } from './leftovers.js';
import { type Owner, ownerState, readOwner } from './owner.js';
import { statePaths } from './paths.js';
import { type LockPlatform, systemPlatform } from './platform.js';

export type LockStatus = 'running' | 'free' | 'leftover' | 'foreign';

export interface LockCheck {
  readonly status: LockStatus;
  /** The record, whatever it is worth; null when there is none or it makes no sense. */
  readonly holder: Owner | null;
  /** True only for `running`: the kernel lock is held and the recorded process lives with the recorded start. */
  readonly validated: boolean;
}

/** Exit codes of `mtrade lock --check`. */
export const LOCK_CHECK_EXIT: Readonly<Record<LockStatus, number>> = {
  running: 0,
  free: 3,
  leftover: 4,
  foreign: 5,
};

export interface CheckDeps {
  readonly clock: Clock;
  readonly platform?: LockPlatform;
}

/** A holder that has the kernel lock writes its record within a few milliseconds. */
const RECORD_MS = 250;

/** Who holds the data directory? Changes nothing. What the record says is believed only beside the kernel lock. */
export async function checkLock(
  dataDir: string,
  { clock, platform = systemPlatform }: CheckDeps,
): Promise<LockCheck> {
  const paths = statePaths(resolve(dataDir));
  const deadline = clock.monoMs() + RECORD_MS;
  for (;;) {
    const isHeld = kernelLockHeld(paths.lockdb);
    const holder = readOwner(paths.owner);
    const state = holder && ownerState(holder, platform);
    if (isHeld && state === 'alive') return { status: 'running', holder, validated: true };
    if (!isHeld) {
      const status = leftStatus(state, paths, clock.epochMs());
      return { status, holder, validated: false };
    }
    if (clock.monoMs() >= deadline) return { status: 'running', holder: null, validated: false };
    await sleep(10);
  }
}

function leftStatus(
  state: ReturnType<typeof ownerState> | null,
  { owner, visible }: { readonly owner: string; readonly visible: string },
  nowMs: number,
): LockStatus {
  if (state === 'foreign' && isFresh(visible, nowMs)) return 'foreign';
  return existsSync(owner) || existsSync(visible) ? 'leftover' : 'free';
}
