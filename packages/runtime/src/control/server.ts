import { rmSync } from 'node:fs';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { EventHub } from './event-hub.js';
import type { ControlEnv } from './http-env.js';
import { type ControlLimits, DEFAULT_LIMITS } from './limits.js';
import { createLimitedServer, listenTcp, listenUnix, loopbackAddress } from './listeners.js';
import type { ControlDeps, ControlOptions, ControlServer } from './ports.js';
import { writePrivateFile } from './private-file.js';
import { keepSocket, type SocketKeeper } from './socket-keeper.js';
import { allowedHosts } from './same-site.js';
import { StatusFeed } from './status-feed.js';
import { loadOrCreateToken, READ_TOKEN_FILE, TOKEN_FILE } from './token-file.js';

export const SOCKET_FILE = 'control.sock';
export const ADDRESS_FILE = 'control.json';

/** What `control.json` says: where a running engine can be reached. */
export interface ControlAddress {
  readonly schema: 1;
  readonly pid: number;
  readonly url: string | null;
  readonly socket: string;
  readonly version: string;
  readonly mode: string;
}

type Bindings = ControlEnv['Bindings'];

/** A third of a second of loading: not for the commands that only ask a server, and in a start beside other waits. */
export const loadControlApp = async () => {
  const [{ createApp }, { getRequestListener }] = await Promise.all([
    import('./app.js'),
    import('@hono/node-server'),
  ]);
  return { createApp, getRequestListener };
};

/**
 * Serves the control API on `data_dir/control.sock` and, if asked, on loopback TCP. Either both listen and the
 * address file is written, or nothing is left behind. The caller holds the instance lock.
 */
export async function startControlServer(options: ControlOptions, deps: ControlDeps): Promise<ControlServer> {
  const { dataDir, listen, version, mode } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const host = listen === null ? null : loopbackAddress(listen.host);
  const socketPath = join(dataDir, SOCKET_FILE);
  const addressPath = join(dataDir, ADDRESS_FILE);
  const tokens = {
    control: loadOrCreateToken(dataDir, TOKEN_FILE, deps.log),
    read: loadOrCreateToken(dataDir, READ_TOKEN_FILE, deps.log),
  };
  const { createApp, getRequestListener } = await loadControlApp();

  const hub = new EventHub(limits, deps);
  const statusFeed = new StatusFeed(deps);
  const app = createApp(
    { tokens, version, mode, dataDir, limits, page: options.page },
    { ...deps, hub, statusFeed },
  );
  const servers: Server[] = [];
  const serve = (binding: Pick<Bindings, 'via' | 'allowedHosts'>): Server => {
    const fetch = (request: Request, env: object) => app.fetch(request, { ...env, ...binding });
    // It puts light versions of Request and Response into this thread's globals, which the answers are made of.
    const listener = getRequestListener(fetch, { hostname: 'localhost' });
    const server = createLimitedServer(
      limits,
      (incoming: IncomingMessage, outgoing: ServerResponse) => void listener(incoming, outgoing),
    );
    servers.push(server);
    return server;
  };
  let closing: Promise<void> | null = null;
  let keeper: SocketKeeper | null = null;
  const close = () => {
    keeper?.close();
    return (closing ??= closeAll(servers, hub, statusFeed, addressPath, limits));
  };

  try {
    let url: string | null = null;
    if (listen !== null && host !== null) {
      // The port may be free to choose, so the allowed hosts are known only once it listens.
      const allowed = new Set<string>();
      const port = await listenTcp(serve({ via: 'tcp', allowedHosts: allowed }), { host, port: listen.port });
      for (const name of allowedHosts(host, port)) allowed.add(name);
      url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
    }
    const serveSocket = (): Server => serve({ via: 'socket', allowedHosts: null });
    const first = serveSocket();
    await listenUnix(first, socketPath);
    keeper = keepSocket(socketPath, first, { make: serveSocket, log: deps.log });
    const address: ControlAddress = { schema: 1, pid: process.pid, url, socket: socketPath, version, mode };
    writePrivateFile(addressPath, `${JSON.stringify(address)}\n`);
    deps.log.info({ url, socket: socketPath }, 'control server listens');
    return { url, socketPath, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function closeAll(
  servers: readonly Server[],
  hub: EventHub,
  statusFeed: StatusFeed,
  addressPath: string,
  { closeGraceMs }: Pick<ControlLimits, 'closeGraceMs'>,
): Promise<void> {
  // First the address: nobody should find a server that is about to go. Node removes the socket file itself.
  rmSync(addressPath, { force: true });
  statusFeed.close();
  hub.close();
  const listeningServers = servers.filter((server) => server.listening);
  const closed = Promise.all(
    listeningServers.map((server) => new Promise((resolve) => server.close(resolve))),
  );
  const timer = setTimeout(() => {
    for (const server of listeningServers) server.closeAllConnections();
  }, closeGraceMs);
  await closed;
  clearTimeout(timer);
}
