import { readFileSync } from 'node:fs';
import { dirname, isAbsolute } from 'node:path';
import type { CheckDeps } from './check.js';
import { checkLock } from './check.js';
import type { Owner } from './owner.js';

/** The kernel's list of the Unix sockets of this machine: flags, type and state, then the path that was bound. */
const SOCKETS = '/proc/net/unix';
const LISTENS = /^\S+ \S+ \S+ 00010000 0001 01 +\d+ (.+)$/;
const CONTROL_SOCKET = '/control.sock';
/** Nobody runs so many; a list that somebody made up must not hold the answer. */
const MOST = 20;

/**
 * The engines that run on this machine and whose data directories this user may look into, whatever their
 * configuration: for whoever asks in the wrong place. Each has proven that it holds its lock. Empty where the system
 * does not list its sockets.
 */
export async function enginesHere(deps: CheckDeps): Promise<readonly Owner[]> {
  const checks = await Promise.all(
    controlSockets().map((path) => checkLock(dirname(path), deps).catch(() => null)),
  );
  return checks.flatMap((check) => (check?.validated && check.holder !== null ? [check.holder] : []));
}

function controlSockets(): readonly string[] {
  let text: string;
  try {
    text = readFileSync(SOCKETS, 'utf8');
  } catch {
    return [];
  }
  const paths = text.split('\n').map((line) => LISTENS.exec(line)?.[1] ?? '');
  return [...new Set(paths)]
    .filter((path) => isAbsolute(path) && path.endsWith(CONTROL_SOCKET))
    .slice(0, MOST);
}
