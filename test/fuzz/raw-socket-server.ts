import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** A WebSocket server that says whatever bytes it is given, right or wrong (RFC 6455, server side, one client). */
export interface RawSocketServer {
  readonly url: string;
  /** The client that is connected now, or the next one. */
  readonly client: () => Promise<Socket>;
  readonly close: () => Promise<void>;
}

export async function openRawSocketServer(): Promise<RawSocketServer> {
  let current: Socket | null = null;
  let waiting: ((socket: Socket) => void)[] = [];
  const all = new Set<Socket>();
  const server = createServer((socket) => {
    all.add(socket);
    let request = '';
    let isOpen = false;
    socket.on('error', () => undefined);
    socket.on('close', () => {
      all.delete(socket);
      if (current === socket) current = null;
    });
    socket.on('data', (chunk: Buffer) => {
      if (isOpen) return; // what the client asks for is of no interest
      request += chunk.toString('latin1');
      const key = /sec-websocket-key: (\S+)/i.exec(request)?.[1];
      if (!request.includes('\r\n\r\n') || key === undefined) return;
      isOpen = true;
      const accept = createHash('sha1')
        .update(key + GUID)
        .digest('base64');
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      current = socket;
      for (const take of waiting.splice(0)) take(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    client: () => (current ? Promise.resolve(current) : new Promise((resolve) => waiting.push(resolve))),
    close: async () => {
      waiting = [];
      for (const socket of all) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** One frame as a server sends it: unmasked, whole. */
export function frameOf(payload: Buffer, opcode = 1): Buffer {
  const { length } = payload;
  if (length < 126) return Buffer.concat([Buffer.from([0x80 | opcode, length]), payload]);
  const head = Buffer.alloc(length < 65_536 ? 4 : 10);
  head[0] = 0x80 | opcode;
  if (length < 65_536) {
    head[1] = 126;
    head.writeUInt16BE(length, 2);
  } else {
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([head, payload]);
}
