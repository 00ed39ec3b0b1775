import { closeSync, constants, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { LockPlatform } from './platform.js';

/** Who holds a lock: enough to name one process of one boot of one machine, and to find it. */
export interface Owner {
  readonly pid: number;
  /** The system's start time of the process: a later process with the same pid has another. */
  readonly processStart: string;
  readonly bootId: string;
  readonly machineId: string;
  readonly uid: number;
  readonly argv: readonly string[];
  readonly version: string;
  readonly dataDir: string;
  /** Null in paper mode. */
  readonly accountOwnerPath: string | null;
  readonly startedAtMs: number;
}

/** What the record says about the present. A record alone proves nothing; the kernel lock decides who holds. */
export type OwnerState =
  /** This very process lives. */
  | 'alive'
  /** Its process has ended, or the machine was started anew since. */
  | 'dead'
  /** A process with that pid lives, but the system does not tell when it started. */
  | 'unproven'
  /** Written by another machine. */
  | 'foreign';

export function ownerState(owner: Owner, platform: LockPlatform): OwnerState {
  if (owner.bootId !== platform.bootId())
    return owner.machineId === platform.machineId() ? 'dead' : 'foreign';
  const info = platform.processInfo(owner.pid);
  if (info === null) return 'dead';
  if (info.start === null) return 'unproven';
  return info.start === owner.processStart ? 'alive' : 'dead';
}

export const isSameProcess = (a: Owner, b: Owner): boolean =>
  a.pid === b.pid && a.processStart === b.processStart && a.bootId === b.bootId;

const MAX_BYTES = 65_536;

/** The record, or null when there is none or it makes no sense: garbage is no reason to stop, the kernel lock decides. */
export function readOwner(path: string): Owner | null {
  try {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const buffer = Buffer.alloc(MAX_BYTES);
      return parseOwner(buffer.toString('utf8', 0, readSync(fd, buffer)));
    } finally {
      closeSync(fd);
    }
  } catch {
    return null;
  }
}

export function parseOwner(json: string): Owner | null {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const fields = value as Readonly<Record<keyof Owner, unknown>>;
  const { pid, processStart, bootId, machineId, uid, argv, version, dataDir, accountOwnerPath, startedAtMs } =
    fields;
  const texts = [processStart, bootId, machineId, version, dataDir].every((text) => typeof text === 'string');
  const numbers = [pid, uid, startedAtMs].every((number) => Number.isSafeInteger(number));
  const isList = Array.isArray(argv) && argv.every((text) => typeof text === 'string');
  // pid 0 and negative ones name groups of processes: a signal to them would reach strangers.
  if (!texts || !numbers || !isList || (pid as number) < 1) return null;
  // A time beyond every calendar cannot be told to anybody.
  if (Number.isNaN(new Date(startedAtMs as number).getTime())) return null;
  if (accountOwnerPath !== null && typeof accountOwnerPath !== 'string') return null;
  return {
    pid,
    processStart,
    bootId,
    machineId,
    uid,
    argv,
    version,
    dataDir,
    accountOwnerPath,
    startedAtMs,
  } as Owner;
}

/** Writes the record whole or not at all, for its user only, durably. */
export function writeOwner(path: string, owner: Owner): void {
  const draft = `${path}.tmp`;
  rmSync(draft, { force: true });
  const fd = openSync(draft, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600);
  try {
    writeSync(fd, `${JSON.stringify(owner, null, 2)}\n`);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(draft, path);
  const directory = openSync(dirname(path), constants.O_RDONLY);
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

/** Removes the record if it is still this owner's. */
export function removeOwner(path: string, owner: Owner): void {
  const current = readOwner(path);
  if (current && isSameProcess(current, owner)) rmSync(path, { force: true });
}
