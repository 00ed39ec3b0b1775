import { systemClock } from '@mtrade/base';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where an engine listens: its socket, or its port on this machine. */
export type Door = { readonly socketPath: string } | { readonly host: string; readonly port: number };

export const doorName = (door: Door): string =>
  'socketPath' in door ? door.socketPath : `http://${door.host}:${door.port}`;

const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|\[::1\])$/;

/** The address in `control.json`, with the process that wrote it; null when there is none that can be used. */
function addressIn(dataDir: string): { readonly pid: number; readonly door: Door } | null {
  try {
    const { pid, url } = JSON.parse(readFileSync(join(dataDir, 'control.json'), 'utf8')) as {
      pid?: unknown;
      url?: unknown;
    };
    if (typeof pid !== 'number' || typeof url !== 'string') return null;
    const { protocol, hostname, port } = new URL(url);
    // The token is for this machine only, whatever the file says.
    if (protocol !== 'http:' || !LOOPBACK.test(hostname) || port === '') return null;
    return { pid, door: { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port) } };
  } catch {
    return null;
  }
}

/**
 * The port of an engine whose socket somebody has deleted; null when no engine runs. Only the process that holds the
 * lock is believed: the port of a dead one may be anybody's by now, and the token is not for anybody.
 */
export async function otherDoor(dataDir: string): Promise<Door | null> {
  const address = addressIn(dataDir);
  if (address === null) return null;
  const { checkLock } = await import('@mtrade/runtime');
  const { status, holder, validated } = await checkLock(dataDir, { clock: systemClock });
  return status === 'running' && validated && holder?.pid === address.pid ? address.door : null;
}
