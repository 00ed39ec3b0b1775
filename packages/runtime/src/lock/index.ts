export { acquireLock, type HeldLock, type LockDeps, type LockOptions } from './acquire.js';
export { type CheckDeps, checkLock, LOCK_CHECK_EXIT, type LockCheck, type LockStatus } from './check.js';
export { adviceOnSilence, isSuspended } from './advice.js';
export { enginesHere } from './engines-here.js';
export { killHolder, type KillOptions, type KillOutcome } from './kill.js';
export { networkFileSystem } from './file-system.js';
export { describeOwner } from './held-error.js';
export type { Owner } from './owner.js';
export { type LockPlatform, systemPlatform } from './platform.js';
