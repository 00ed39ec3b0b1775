import { lstatSync, renameSync } from 'node:fs';
import type { Logger } from './logger.js';

export interface RotationLimits {
  /** A file that has grown to this is set aside. */
  readonly maxBytes: number;
  /** So many older files are kept beside the one that is written: `F.1` is the newest of them. */
  readonly keep: number;
}

/** A line that comes late goes to the file it was opened for; at this pace that one is never older than `F.1`. */
const CHECK_EVERY_MS = 1_000;

/** The file that is written and the older ones behind it, the newest first, whether they are there or not. */
export const logFiles = (path: string, keep: number): readonly string[] => [
  path,
  ...Array.from({ length: keep }, (_, index) => `${path}.${index + 1}`),
];

/**
 * Sets a grown log file aside: `F` becomes `F.1`, `F.1` becomes `F.2`, the last one goes. Only names change, so whoever
 * writes goes on writing and finds the new file by itself. True when it was done; throws Node's error.
 */
export function rotateLog(path: string, { maxBytes, keep }: RotationLimits): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  // A device, a pipe, or a link that somebody has put there on purpose: not ours to move.
  if (stat === undefined || !stat.isFile() || stat.size < maxBytes) return false;
  const files = logFiles(path, keep);
  // From the oldest on: an error in between leaves a gap and loses nothing.
  for (let index = files.length - 1; index > 0; index -= 1) {
    const from = files[index - 1] as string;
    if (lstatSync(from, { throwIfNoEntry: false }) !== undefined) renameSync(from, files[index] as string);
  }
  return true;
}

/** Looks after one log file until it is told to end. By one thread of one process: names are changed by one hand. */
export function keepLogSmall(path: string, limits: RotationLimits, log: Logger): () => void {
  let isFailing = false;
  const look = (): void => {
    try {
      rotateLog(path, limits);
      isFailing = false;
    } catch (error) {
      if (!isFailing) log.warn({ path, error }, 'the log file cannot be set aside; it goes on growing');
      isFailing = true;
    }
  };
  look();
  const timer = setInterval(look, CHECK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
