import type { Owner } from './owner.js';
import { type LockPlatform, systemPlatform } from './platform.js';

/** True when the process of this record has been suspended from outside: it holds everything and does nothing. */
export const isSuspended = (
  holder: Owner | null,
  platform: Pick<LockPlatform, 'isSuspended'> = systemPlatform,
): boolean => holder !== null && platform.isSuspended(holder.pid);

/** For whoever has an engine that holds its lock and does not answer. */
export const adviceOnSilence = (
  holder: Owner | null,
  platform: Pick<LockPlatform, 'isSuspended'> = systemPlatform,
): string =>
  holder !== null && isSuspended(holder, platform)
    ? `its process is suspended (SIGSTOP, Ctrl-Z): kill -CONT ${holder.pid} lets it go on, mtrade lock --kill --force ends it`
    : 'if it is not just starting or ending, mtrade lock --kill ends it (with --force, if it does not follow)';
