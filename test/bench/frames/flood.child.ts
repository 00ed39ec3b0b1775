import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { FIRST_ID, framesOf, type GateFrame } from './gate-frame.js';
import type { FloodBoot, FloodOrder } from './messages.js';

// Entry file of a process that sends rendered frames over a real WebSocket, as fast as the other side takes them.

const CHUNK_FRAMES = 400;
const SHORT_LENGTH = 126;

/** An unmasked text frame of 126 to 65,535 bytes: what a server sends. */
function encoded({ bytes }: GateFrame): Buffer {
  const head = Buffer.from([0x81, SHORT_LENGTH, bytes.length >> 8, bytes.length & 0xff]);
  return Buffer.concat([head, bytes]);
}

async function send(
  socket: Socket,
  frames: readonly GateFrame[],
  from: number,
  count: number,
): Promise<void> {
  for (let sent = 0; sent < count;) {
    const chunk: Buffer[] = [];
    const nowMs = Date.now();
    for (; chunk.length < CHUNK_FRAMES && sent < count; sent += 1) {
      const frame = frames[(from + sent) % frames.length] as GateFrame;
      frame.renew(nowMs, FIRST_ID + from + sent);
      chunk.push(encoded(frame));
    }
    if (!socket.write(Buffer.concat(chunk))) await once(socket, 'drain');
  }
}

async function run({ symbols, ticks }: FloodBoot): Promise<void> {
  const frames = framesOf(symbols, ticks);
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  await once(server, 'listening');
  process.send?.({ wsUrl: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/` });
  const [client, upgrade] = (await once(server, 'connection')) as [WebSocket, IncomingMessage];
  // Every subscription is granted.
  client.on('message', (data: Buffer) => {
    const { id, channel } = JSON.parse(data.toString('utf8')) as { id: number; channel: string };
    client.send(
      JSON.stringify({ id, channel, event: 'subscribe', error: null, result: { status: 'success' } }),
    );
  });
  let sent = 0;
  process.on('message', (order: FloodOrder) => {
    void send(upgrade.socket, frames, sent, order.frames);
    sent += order.frames;
  });
}

process.on('disconnect', () => process.exit());
process.once('message', (boot: FloodBoot) => void run(boot));
