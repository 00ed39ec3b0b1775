import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MtradeError } from '@mtrade/base';
import { kernelLockHeld, openKernelLock } from '@mtrade/store';
import { type CheckDeps, checkLock, type LockCheck } from './check.js';
import { isSameProcess, type Owner, ownerState, readOwner } from './owner.js';
import { statePaths } from './paths.js';
import { removeLeftovers } from './leftovers.js';
import { type LockPlatform, systemPlatform } from './platform.js';

export interface KillOptions {
  readonly dataDir: string;
  /** After the wait, SIGKILL. */
  readonly force: boolean;
  /** How long SIGTERM gets, ms: an engine follows the order in flight before it ends. */
  readonly waitMs?: number;
  /** Called once when it has not ended soon after the signal: the wait may take `waitMs`. */
  readonly onWaiting?: (holder: Owner, waitMs: number) => void;
}

export type KillOutcome =
  /** It ended after SIGTERM. */
  | { readonly outcome: 'stopped'; readonly holder: Owner }
  /** It ended after SIGKILL; what it left has been removed. */
  | { readonly outcome: 'killed'; readonly holder: Owner }
  /** Nobody was running; `check` says what was found. */
  | { readonly outcome: 'not-running'; readonly check: LockCheck }
  /** Somebody holds the lock, but it cannot be proved who: nothing was signalled. */
  | { readonly outcome: 'refused'; readonly check: LockCheck }
  /** It did not end in time. */
  | { readonly outcome: 'still-running'; readonly holder: Owner };

const WAIT_MS = 45_000;
/** An engine without an order in flight has ended by then. */
const SOON_MS = 2_000;
const KILL_WAIT_MS = 5_000;
const POLL_MS = 20;

/**
 * Ends the engine of a data directory. A signal goes only to a process that holds the kernel lock's record with the
 * right boot, pid and start time, looked at again right before each signal (scenario 49).
 */
export async function killHolder(options: KillOptions, deps: CheckDeps): Promise<KillOutcome> {
  const { clock, platform = systemPlatform } = deps;
  const paths = statePaths(resolve(options.dataDir));
  const check = await checkLock(options.dataDir, deps);
  if (check.status !== 'running') return { outcome: 'not-running', check };
  const { holder } = check;
  if (!check.validated || holder === null) return { outcome: 'refused', check };

  const isFreeWithin = async (waitMs: number): Promise<boolean> => {
    const deadline = clock.monoMs() + waitMs;
    while (kernelLockHeld(paths.lockdb)) {
      if (clock.monoMs() >= deadline) return false;
      await sleep(POLL_MS);
    }
    return true;
  };

  if (!signal(holder, 'SIGTERM', paths, platform)) return { outcome: 'refused', check };
  const waitMs = options.waitMs ?? WAIT_MS;
  if (await isFreeWithin(Math.min(waitMs, SOON_MS))) return { outcome: 'stopped', holder };
  options.onWaiting?.(holder, waitMs);
  if (await isFreeWithin(waitMs - Math.min(waitMs, SOON_MS))) return { outcome: 'stopped', holder };
  if (!options.force) return { outcome: 'still-running', holder };

  if (!signal(holder, 'SIGKILL', paths, platform)) return { outcome: 'refused', check };
  if (!(await isFreeWithin(KILL_WAIT_MS))) return { outcome: 'still-running', holder };
  cleanAfter(holder, paths);
  return { outcome: 'killed', holder };
}

/** False when the record no longer names exactly this living process. */
function signal(
  holder: Owner,
  name: 'SIGTERM' | 'SIGKILL',
  paths: ReturnType<typeof statePaths>,
  platform: LockPlatform,
): boolean {
  const now = readOwner(paths.owner);
  if (!now || !isSameProcess(now, holder) || !kernelLockHeld(paths.lockdb)) return false;
  if (ownerState(now, platform) !== 'alive') return false;
  try {
    platform.signal(now.pid, name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return true; // it ended this very moment
    throw new MtradeError(
      'MTRADE_PERMISSION',
      `process ${now.pid} belongs to another user (uid ${now.uid}); stop it as that user or as root`,
      { path: paths.owner },
      { cause: error },
    );
  }
}

/** A killed engine leaves its record and its visible lock; the next start would remove them too. */
function cleanAfter(holder: Owner, paths: ReturnType<typeof statePaths>): void {
  const lock = openKernelLock(paths.lockdb);
  if (!lock) return; // somebody has started already and has cleaned up
  try {
    const left = readOwner(paths.owner);
    if (left === null || isSameProcess(left, holder)) removeLeftovers(paths);
  } finally {
    lock.release();
  }
}
