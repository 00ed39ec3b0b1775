import { chmodSync, lstatSync, unlinkSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, BlockList, isIP } from 'node:net';
import { isMainThread } from 'node:worker_threads';
import { errorText, MtradeError } from '@mtrade/base';
import { MAX_SOCKET_PATH_BYTES } from '@mtrade/config';
import type { ControlLimits } from './limits.js';

const KEY = 'control.listen';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * The address to bind for a configured host. `localhost` is not resolved: what a hosts file says about it is no
 * reason to listen anywhere else. Anything that other machines could reach is refused (S05).
 */
export function loopbackAddress(host: string): string {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  if (bare.toLowerCase() === 'localhost') return '127.0.0.1';
  const family = isIP(bare);
  if (family !== 0 && loopback.check(bare, family === 6 ? 'ipv6' : 'ipv4')) return bare;
  const text =
    `${KEY}: ${host} is not a loopback address, and the control server is never offered to other machines. ` +
    'Use 127.0.0.1 and a tunnel or a reverse proxy with TLS.';
  throw new MtradeError('MTRADE_CONFIG', text, { key: KEY });
}

/** A server that gives slow, idle and greedy clients no more than `limits`. Not listening yet. */
export function createLimitedServer(limits: ControlLimits, listener: RequestListener): Server {
  const server = createServer(
    {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      // Both are only looked at this often, whether anybody is connected or not, so a client has at most twice as long.
      connectionsCheckingInterval: limits.headersTimeoutMs,
    },
    listener,
  );
  server.maxConnections = limits.connections;
  server.timeout = limits.idleTimeoutMs;
  return server;
}

/** Resolves to the real port. */
export async function listenTcp(
  server: Server,
  { host, port }: { host: string; port: number },
): Promise<number> {
  try {
    await listening(server, () => server.listen({ host, port, exclusive: true }));
  } catch (error) {
    throw tcpFailure(host, port, error);
  }
  return (server.address() as AddressInfo).port;
}

/** The caller holds the instance lock, so a socket that lies there belongs to a dead engine. */
export async function listenUnix(server: Server, path: string): Promise<void> {
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH_BYTES) {
    const text = `data_dir is too long: ${path} has more than the ${MAX_SOCKET_PATH_BYTES} bytes that a socket may have. Use a shorter data_dir.`;
    throw new MtradeError('MTRADE_CONFIG', text, { key: 'data_dir' });
  }
  removeStaleSocket(path);
  try {
    // The file is made inside listen(), before it returns: with this mask it is never open to others.
    const restoreUmask = isMainThread ? process.umask(0o177) : null;
    const listens = listening(server, () => server.listen(path));
    if (restoreUmask !== null) process.umask(restoreUmask);
    await listens;
    chmodSync(path, 0o600);
  } catch (error) {
    throw new MtradeError(
      'MTRADE_PERMISSION',
      `cannot listen on ${path}: ${errorText(error)}`,
      { path },
      { cause: error },
    );
  }
}

function removeStaleSocket(path: string): void {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isSocket()) {
    const text = `${path} is in the way: it is not a socket. Move it away and start again.`;
    throw new MtradeError('MTRADE_PERMISSION', text, { path });
  }
  unlinkSync(path);
}

function listening(server: Server, start: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => {
      server.off('error', reject);
      resolve();
    });
    start();
  });
}

function tcpFailure(host: string, port: number, error: unknown): MtradeError {
  const { code } = error as NodeJS.ErrnoException;
  const reasons: Record<string, string> = {
    EADDRINUSE: `port ${port} of ${host} is used by another program, perhaps by another mtrade: each engine on a machine needs a control.listen of its own. Choose another port, or 0 for any free one`,
    EACCES: `this user may not listen on port ${port} of ${host}. Choose a port above 1023, or 0 for any free one`,
    EADDRNOTAVAIL: `this machine has no address ${host}. Use 127.0.0.1`,
  };
  const reason = reasons[code ?? ''] ?? `cannot listen on ${host} port ${port}: ${errorText(error)}`;
  return new MtradeError('MTRADE_CONFIG', `${KEY}: ${reason}.`, { key: KEY }, { cause: error });
}
