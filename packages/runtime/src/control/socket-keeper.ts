import { lstatSync } from 'node:fs';
import type { Server } from 'node:http';
import { errorText } from '@mtrade/base';
import type { Logger } from '@mtrade/log';
import { everySeconds } from '../every-seconds.js';
import { listenUnix } from './listeners.js';

/** Until then the commands use the port instead, where there is one. */
const LOOK_EVERY_S = 2;

export interface SocketKeeper {
  readonly close: () => void;
}

/**
 * Makes the control socket anew when somebody has deleted it: nothing else reaches an engine that serves no port. What
 * lies there now is somebody else's and stays. `server` is the one that listens, `make` gives one to take its place.
 */
export function keepSocket(
  path: string,
  server: Server,
  { make, log }: { readonly make: (before: Server) => Server; readonly log: Logger },
): SocketKeeper {
  let current = server;
  let closed = false;
  const look = async (): Promise<void> => {
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined || closed) return;
    const before = current;
    current = make(before);
    // First, because closing removes the file of that name. Whoever is connected is served on.
    before.close();
    await listenUnix(current, path);
    log.warn({ path }, 'somebody has deleted the control socket; it was made anew');
  };
  const endLooks = everySeconds(LOOK_EVERY_S, () => {
    look().catch((error: unknown) =>
      log.warn({ path, error: errorText(error) }, 'the control socket is gone'),
    );
  });
  return {
    close: () => {
      closed = true;
      endLooks();
    },
  };
}
