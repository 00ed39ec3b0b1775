import { MtradeError, systemClock } from '@mtrade/base';
import type { DataDirectory } from '@mtrade/config';
import { cleanText } from '@mtrade/log';
import { ways } from './engines-elsewhere.js';

/** Room for every engine that is found: the one that is meant must not be cut off. */
const MOST_CHARACTERS = 8_000;

/**
 * What a command does to the engine that it finds: `read` changes nothing, `hold` makes it do less (pause, off, stop),
 * `act` orders, sells, ends a cycle, or lets it do more.
 */
export type Purpose = 'read' | 'hold' | 'act';

export interface Surroundings {
  /** The guess, absolute. */
  readonly dataDir: string;
  /** Data directories of the engines that run on this machine. */
  readonly running: readonly string[];
  /** An engine holds the lock of the guess. */
  readonly isHeld: boolean;
}

/** Held or stopped, too, the wrong engine is harmed: only where no other can be meant is a guess good enough. */
export function mayActOnGuess(purpose: Purpose, { dataDir, running, isHeld }: Surroundings): boolean {
  if (purpose !== 'hold') return purpose === 'read';
  // Where the list does not show the one that holds the lock, it may hide others as well.
  return running.length === 0 ? !isHeld : running.every((path) => path === dataDir);
}

/** Throws MTRADE_CONFIG with the engines that run here, where a command must not act on a guess. `why`: one line. */
export async function refuseGuess(
  purpose: Purpose,
  { path, namedBy }: DataDirectory,
  why: string,
): Promise<void> {
  if (purpose === 'read') return;
  const { checkLock, enginesHere } = await import('@mtrade/runtime');
  const deps = { clock: systemClock };
  const [owners, { status }] = await Promise.all([enginesHere(deps), checkLock(path, deps)]);
  const running = owners.map((owner) => owner.dataDir);
  if (mayActOnGuess(purpose, { dataDir: path, running, isHeld: status === 'running' })) return;
  const found = owners.length === 0 ? 'none is seen to run' : `one runs with ${ways(owners)}`;
  const refused =
    `nothing was done: which engine is meant is not known, and ${path} (${namedBy}) would be a guess; ` +
    `mend the configuration, or name it by --data-dir DIR. On this machine ${found}`;
  throw new MtradeError('MTRADE_CONFIG', `${why}\n${cleanText(refused, MOST_CHARACTERS)}`, {
    key: 'data_dir',
  });
}
