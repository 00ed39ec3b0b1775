import { connect, createServer, type Server } from 'node:net';
import { type Owner, parseOwner } from './owner.js';

/**
 * A socket with an abstract name: only one process can have it, nothing of it lies on a disk, it ends with its process,
 * and it answers who holds it. It reaches where a file may not: between a service with a private /tmp and a manual run.
 */
export interface Signpost {
  readonly close: () => void;
}

/** `taken` when another process has the name; `unavailable` where the system refuses such sockets. */
export async function putUpSignpost(name: string, owner: Owner): Promise<Signpost | 'taken' | 'unavailable'> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end(JSON.stringify(owner));
  });
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'EADDRINUSE' ? 'taken' : 'unavailable'),
    );
    server.listen(`\0${name}`, () => {
      server.unref();
      server.on('error', () => undefined);
      resolve({ close: () => void server.close() });
    });
  });
}

const ANSWER_MS = 100;
const MAX_ANSWER_CHARS = 65_536;

/** Asks the holder who it is; null when it does not answer at once (a stopped process still holds the name). */
export async function readSignpost(name: string): Promise<Owner | null> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(`\0${name}`);
    const finish = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(parseOwner(answer));
    };
    const timer = setTimeout(finish, ANSWER_MS);
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      answer += chunk;
      if (answer.length > MAX_ANSWER_CHARS) finish();
    });
    socket.on('end', finish);
    socket.on('error', finish);
  });
}
