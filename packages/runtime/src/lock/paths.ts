import { createHash } from 'node:crypto';
import { accessSync, constants, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { networkFileSystem } from './file-system.js';
import type { LockPlatform } from './platform.js';

/** One lock: the file that the kernel locks, and the record of who holds it. */
export interface LockPaths {
  readonly lockdb: string;
  readonly owner: string;
}

/** The lock of a data directory. `visible` is proper-lockfile's directory, which other hosts can see. */
export const statePaths = (dataDir: string): LockPaths & { readonly visible: string } => ({
  lockdb: join(dataDir, 'supervisor.lockdb'),
  owner: join(dataDir, 'supervisor.owner.json'),
  visible: join(dataDir, 'supervisor.lock'),
});

/** Names an account without telling its key. */
export const accountHash = (exchange: string, apiKey: string): string =>
  createHash('sha256').update(`${exchange}|${apiKey}`).digest('hex').slice(0, 16);

/** Where this user's account locks lie. */
export const accountDir = (runtimeDir: string, platform: LockPlatform): string =>
  join(runtimeDir, `mtrade-${platform.uid}`);

export const accountPaths = (directory: string, hash: string): LockPaths => ({
  lockdb: join(directory, `acct-${hash}.lockdb`),
  owner: join(directory, `acct-${hash}.owner.json`),
});

/**
 * The directory in which two engines of one user must find each other, from whatever session they were started. It
 * rests on the user database and not on the environment, and nothing cleans it: a lock under /run/user ends with the
 * user's last session, one under /tmp is private to a service or swept after some days.
 */
export function defaultRuntimeDir(platform: LockPlatform): string {
  const candidates = [join(platform.homeDir || '/', '.local', 'state'), `/run/user/${platform.uid}`];
  return candidates.find((directory) => isUsable(directory, platform)) ?? tmpdir();
}

/** Local, and writable here or, where it does not exist yet, in its nearest existing parent. */
function isUsable(directory: string, platform: LockPlatform): boolean {
  let existing = directory;
  while (!statSync(existing, { throwIfNoEntry: false }) && dirname(existing) !== existing)
    existing = dirname(existing);
  if (existing === '/') return false;
  try {
    accessSync(existing, constants.W_OK);
    return networkFileSystem(platform.fileSystemType(existing)) === null;
  } catch {
    return false;
  }
}
