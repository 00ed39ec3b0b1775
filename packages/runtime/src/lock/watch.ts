import { statSync } from 'node:fs';
import type { Clock } from '@mtrade/base';
import type { Logger } from '@mtrade/log';
import { type FileWitness, firstLoss } from '@mtrade/store';
import { everySeconds } from '../every-seconds.js';

const LOOK_EVERY_S = 1;
/** A gap this long between two looks means that the process was stopped or the machine asleep. */
const SUSPENDED_MS = 5_000;

export interface Watch {
  /** False from the first look on that found a lock file gone or another; looks anew, which takes microseconds. */
  readonly stillHeld: () => boolean;
  /** The same question, asked quietly. */
  readonly isIntact: () => boolean;
  /** Another layer has found out that the lock is lost. */
  readonly lose: (reason: string) => void;
  readonly stop: () => void;
}

export interface WatchDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** Called once. The engine must stop sending and end (exit code 75). */
  readonly onLost: (reason: string) => void;
}

/** Looks every second whether the files that carry the lock are still the same ones (P40). */
export function watchLock(witnesses: readonly FileWitness[], { clock, log, onLost }: WatchDeps): Watch {
  let lost: string | null = null;
  let lookedAt = clock.monoMs();

  const lose = (reason: string): void => {
    if (lost !== null) return;
    lost = reason;
    log.error({ reason }, 'the single-instance lock is lost');
    onLost(reason);
  };
  const stillHeld = (): boolean => {
    if (lost !== null) return false;
    const reason = firstLoss(witnesses);
    if (reason !== null) lose(reason);
    return lost === null;
  };
  const isIntact = (): boolean => lost === null && firstLoss(witnesses) === null;
  const look = (): void => {
    const now = clock.monoMs();
    const gapMs = now - lookedAt;
    lookedAt = now;
    if (gapMs > SUSPENDED_MS)
      log.warn({ gapMs: Math.round(gapMs) }, 'the process was suspended; looking at the lock');
    stillHeld();
  };
  return { stillHeld, isIntact, lose, stop: everySeconds(LOOK_EVERY_S, look) };
}

/** A directory as it is now, for `watchLock`. */
export function witnessOf(path: string): FileWitness {
  const { dev, ino } = statSync(path);
  return { path, device: dev, inode: ino };
}
