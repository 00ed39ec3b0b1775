import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '@mtrade/base';
import { type KernelLock, openKernelLock } from '@mtrade/store';
import { heldError } from './held-error.js';
import { ownerState, readOwner } from './owner.js';
import type { LockPaths } from './paths.js';
import type { LockPlatform } from './platform.js';

/** Racers that try at the same instant can all lose one try, so each keeps trying for this long. */
const PATIENCE_MS = 250;
const MAX_PAUSE_MS = 12;

/**
 * Takes the kernel lock or throws MTRADE_LOCK_HELD. A record whose process lives ends the attempt at once: whoever
 * starts a second engine hears so without waiting.
 */
export async function takeKernelLock(
  paths: LockPaths,
  what: string,
  clock: Clock,
  platform: LockPlatform,
): Promise<KernelLock> {
  const deadline = clock.monoMs() + PATIENCE_MS;
  for (;;) {
    const lock = openKernelLock(paths.lockdb);
    if (lock) return lock;
    const owner = readOwner(paths.owner);
    const isLive = owner !== null && ownerState(owner, platform) === 'alive';
    if (isLive || clock.monoMs() >= deadline) throw heldError(what, isLive ? owner : null);
    await sleep(1 + Math.random() * MAX_PAUSE_MS);
  }
}
