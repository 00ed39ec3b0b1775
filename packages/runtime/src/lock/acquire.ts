import { chmodSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Clock, errorText, isMtradeError, MtradeError } from '@mtrade/base';
import type { Logger } from '@mtrade/log';
import type { FileWitness, KernelLock } from '@mtrade/store';
import properLockfile from 'proper-lockfile';
import { type EnsuredDirectory, ensureDirectory, requireOwn } from './directory.js';
import { refuseNetworkFileSystem } from './file-system.js';
import { heldError } from './held-error.js';
import { deadOwner, refuseLiveOwner, removeLeftovers } from './leftovers.js';
import { type Owner, removeOwner, writeOwner } from './owner.js';
import {
  accountDir,
  accountHash,
  accountPaths,
  defaultRuntimeDir,
  type LockPaths,
  statePaths,
} from './paths.js';
import { takeKernelLock } from './patience.js';
import { type LockPlatform, systemPlatform } from './platform.js';
import { putUpSignpost, readSignpost, type Signpost } from './signpost.js';
import { type Watch, watchLock, witnessOf } from './watch.js';

export interface LockOptions {
  /** Absolute; made for this user only when it does not exist. */
  readonly dataDir: string;
  /** Where account locks lie; the default is one place per user, the same from every session. */
  readonly runtimeDir?: string;
  /** Without a key (paper mode) there is no account to share, and only the data directory is locked. */
  readonly account: { readonly exchange: string; readonly apiKey: string | null };
  readonly version: string;
  readonly argv: readonly string[];
  /** The operator knows that no other host uses the directory. */
  readonly allowNetworkFileSystem?: boolean;
}

export interface LockDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** Called once, with MTRADE_LOCK_LOST, when the lock is lost while it is held: stop sending and end. */
  readonly onLost: (error: MtradeError) => void;
  readonly platform?: LockPlatform;
}

export interface HeldLock {
  readonly holder: Owner;
  /** The data directory without links. */
  readonly dataDir: string;
  /** The topmost directory made for it; null when it existed. */
  readonly created: string | null;
  /** The engine that ended without giving the lock back, in words; null when the last one stopped cleanly. */
  readonly tookOverFrom: string | null;
  /** The files that carry the lock, for another thread to compare before every order (`firstLoss`). */
  readonly witnesses: readonly FileWitness[];
  readonly stillHeld: () => boolean;
  /** Gives everything back, at once. `undoCreated` also removes what this lock has made. Safe to call twice. */
  readonly release: (how?: { readonly undoCreated?: boolean }) => void;
}

/** proper-lockfile's layer: how old an untouched lock must be before another host may take it, and how often we touch it. */
const STALE_MS = 15_000;
const UPDATE_MS = 2_500;

/**
 * Makes this process the only engine of its data directory and of its account, or throws: MTRADE_LOCK_HELD (75),
 * MTRADE_PERMISSION (77), MTRADE_CONFIG (78), MTRADE_DISK (74). A failed attempt leaves nothing behind.
 *
 *   1. directories, refused on network file systems
 *   2. kernel locks: data directory, then account; the kernel frees them with the process, however it ends
 *   3. on Linux the account's abstract socket, which also reaches through private mounts
 *   4. what a dead owner left is removed, the record of this one written
 *   5. proper-lockfile as the layer that other hosts can see
 *   6. a look every second whether all that is still in place
 */
export async function acquireLock(options: LockOptions, deps: LockDeps): Promise<HeldLock> {
  for (let attempt = 1; ; attempt += 1) {
    const undo: (() => void)[] = [];
    try {
      return await acquire(options, { platform: systemPlatform, ...deps }, undo);
    } catch (error) {
      for (const step of undo.toReversed()) step();
      if (attempt === MOST_ATTEMPTS || !isDirectoryGone(error)) throw error;
    }
  }
}

/**
 * Another start that gave up has taken the directories that it had made with it, between our looking and our locking:
 * we begin anew. What is really missing stays missing.
 */
const isDirectoryGone = (error: unknown): boolean =>
  isMtradeError(error, 'MTRADE_PERMISSION') &&
  (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
const MOST_ATTEMPTS = 10;

async function acquire(
  options: LockOptions,
  deps: Required<LockDeps>,
  undo: (() => void)[],
): Promise<HeldLock> {
  const { clock, log, platform } = deps;
  const allowNetwork = options.allowNetworkFileSystem ?? false;

  const data = ensureDirectory(options.dataDir);
  undo.push(data.undo);
  refuseNetworkFileSystem(data.path, allowNetwork, platform);
  const state = statePaths(data.path);
  const stateLock = await takeKernelLock(state, `this data directory (${data.path})`, clock, platform);
  // A file that was there before this attempt stays: removing lock files is how two holders come about.
  undo.push(() => stateLock.release({ remove: stateLock.created }));

  const account = await takeAccount(options, deps, undo);
  const holder = describeSelf(options, data.path, account?.paths.owner ?? null, deps);
  const signpost = account ? await claimName(account.hash, holder, deps, undo) : null;

  refuseLiveOwner(state, holder, clock.epochMs(), platform);
  const tookOverFrom = deadOwner(state);
  removeLeftovers(state);
  const owners = [state.owner, ...(account ? [account.paths.owner] : [])];
  const forget = (): void => owners.forEach((path) => removeOwner(path, holder));
  undo.push(forget);
  // Before the slower layer below, so that a second start can name us as early as possible.
  for (const path of owners) writeOwner(path, holder);

  let watch: Watch | null = null;
  const releaseVisible = await lockForOtherHosts(data.path, state.visible, (reason) => watch?.lose(reason));
  undo.push(releaseVisible);
  const witnesses = [stateLock.witness, ...(account ? [account.lock.witness] : []), witnessOf(state.visible)];
  const onLost = (reason: string): void =>
    deps.onLost(
      new MtradeError(
        'MTRADE_LOCK_LOST',
        `the single-instance lock is lost: ${reason}. The engine must stop.`,
        { reason },
      ),
    );
  watch = watchLock(witnesses, { clock, log, onLost });
  const { stillHeld, isIntact, stop } = watch;
  log.info({ dataDir: data.path, account: account?.hash ?? null }, 'single-instance lock taken');
  if (tookOverFrom !== null)
    log.warn({ from: tookOverFrom }, 'taken over from an engine that ended without stopping');

  let isReleased = false;
  const release = ({ undoCreated = false } = {}): void => {
    if (isReleased) return;
    isReleased = true;
    stop();
    // After a loss the record and the visible lock may be a successor's: they are not ours to remove.
    if (isIntact()) {
      forget();
      releaseVisible();
    }
    signpost?.close();
    account?.lock.release({ remove: undoCreated && account.lock.created });
    stateLock.release({ remove: undoCreated && stateLock.created });
    if (undoCreated) for (const directory of [account?.directory, data]) directory?.undo();
  };
  return { holder, dataDir: data.path, created: data.created, tookOverFrom, witnesses, stillHeld, release };
}

interface AccountLock {
  readonly hash: string;
  readonly paths: LockPaths;
  readonly lock: KernelLock;
  readonly directory: EnsuredDirectory;
}

/** One engine per account, whatever its data directory: two copies with one key would buy everything twice. */
async function takeAccount(
  options: LockOptions,
  { clock, platform }: Required<LockDeps>,
  undo: (() => void)[],
): Promise<AccountLock | null> {
  const { exchange, apiKey } = options.account;
  if (apiKey === null) return null;
  const runtimeDir = resolve(options.runtimeDir ?? defaultRuntimeDir(platform));
  const directory = ensureDirectory(accountDir(runtimeDir, platform));
  undo.push(directory.undo);
  requireOwn(directory.path, platform.uid);
  refuseNetworkFileSystem(directory.path, options.allowNetworkFileSystem ?? false, platform);
  const hash = accountHash(exchange, apiKey);
  const paths = accountPaths(directory.path, hash);
  const what = `this account (${exchange})`;
  const lock = await takeKernelLock(paths, what, clock, platform);
  undo.push(() => lock.release({ remove: lock.created }));
  return { hash, paths, lock, directory };
}

async function claimName(
  hash: string,
  holder: Owner,
  { log, platform }: Required<LockDeps>,
  undo: (() => void)[],
): Promise<Signpost | null> {
  if (!platform.hasAbstractSockets) return null;
  const name = `mtrade/${platform.uid}/${hash}`;
  const signpost = await putUpSignpost(name, holder);
  if (signpost === 'taken') throw heldError('this account', await readSignpost(name));
  if (signpost === 'unavailable') {
    log.warn({}, 'no abstract socket: an engine behind private mounts is only found by its lock files');
    return null;
  }
  undo.push(signpost.close);
  return signpost;
}

/** Returns how to give the lock back. */
async function lockForOtherHosts(
  dataDir: string,
  visible: string,
  lose: (reason: string) => void,
): Promise<() => void> {
  const which = { lockfilePath: visible, realpath: false };
  try {
    await properLockfile.lock(dataDir, {
      ...which,
      stale: STALE_MS,
      update: UPDATE_MS,
      onCompromised: (error) => lose(`${visible}: ${error.message}`),
    });
    chmodSync(visible, 0o700);
    return () => {
      try {
        properLockfile.unlockSync(dataDir, which);
      } catch {
        // Already given up (compromised) or gone: nothing is left to release.
      }
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ELOCKED')
      throw heldError(`this data directory (${dataDir})`, null);
    throw new MtradeError(
      'MTRADE_PERMISSION',
      `cannot make ${visible}: ${errorText(error)}`,
      { path: visible },
      { cause: error },
    );
  }
}

function describeSelf(
  { argv, version }: LockOptions,
  dataDir: string,
  accountOwnerPath: string | null,
  { clock, platform }: Required<LockDeps>,
): Owner {
  return {
    pid: platform.pid,
    processStart: platform.processInfo(platform.pid)?.start ?? '',
    bootId: platform.bootId(),
    machineId: platform.machineId(),
    uid: platform.uid,
    argv,
    version,
    dataDir,
    accountOwnerPath,
    startedAtMs: clock.epochMs(),
  };
}
