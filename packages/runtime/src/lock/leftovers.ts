import { rmdirSync, rmSync, statSync } from 'node:fs';
import { MtradeError } from '@mtrade/base';
import { heldError } from './held-error.js';
import { isSameProcess, type Owner, ownerState, readOwner } from './owner.js';
import type { LockPaths } from './paths.js';
import type { LockPlatform } from './platform.js';

/** A visible lock touched within this time is alive on whatever host made it. */
const FRESH_MS = 30_000;

/**
 * Refuses although the kernel lock is ours: its process lives and has only lost its lock file (somebody deleted it), or
 * another machine has just touched the visible lock. Never two holders.
 */
export function refuseLiveOwner(
  { owner: path, visible }: LockPaths & { readonly visible: string },
  self: Owner,
  nowMs: number,
  platform: LockPlatform,
): void {
  const owner = readOwner(path);
  if (!owner || isSameProcess(owner, self)) return;
  const state = ownerState(owner, platform);
  if (state === 'alive') throw heldError(`this data directory (${owner.dataDir})`, owner);
  if (state === 'foreign' && isFresh(visible, nowMs))
    throw heldError(`this data directory, on another machine (${owner.machineId})`, owner);
}

export function isFresh(visible: string, nowMs: number): boolean {
  const stat = statSync(visible, { throwIfNoEntry: false });
  return stat !== undefined && Math.abs(nowMs - stat.mtimeMs) < FRESH_MS;
}

/**
 * Who held the lock and ended without giving it back, in words; null after a clean stop. Its visible lock was touched
 * every few seconds while it lived, which tells about when that was. Call it only while holding the kernel lock.
 */
export function deadOwner({ owner: path, visible }: LockPaths & { readonly visible: string }): string | null {
  const owner = readOwner(path);
  if (owner === null) return null;
  const stat = statSync(visible, { throwIfNoEntry: false });
  const seen = stat === undefined ? '' : `, last seen ${stat.mtime.toISOString()}`;
  return `pid ${owner.pid}, started ${new Date(owner.startedAtMs).toISOString()}${seen}`;
}

/** Removes what a dead owner has left. Call it only while holding the kernel lock. */
export function removeLeftovers({ owner, visible }: LockPaths & { readonly visible?: string }): void {
  rmSync(`${owner}.tmp`, { force: true });
  rmSync(owner, { force: true });
  if (visible === undefined) return;
  try {
    rmdirSync(visible);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return;
    throw new MtradeError(
      'MTRADE_PERMISSION',
      `${visible} is in the way and cannot be removed: ${message}. Remove it by hand.`,
      { path: visible },
      { cause: error },
    );
  }
}
