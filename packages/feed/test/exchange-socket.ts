import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@mtrade/base';
import type { FeedState, OrderEvidence, Tick } from '@mtrade/engine';
import { silentLogger } from '@mtrade/log';
import { type WebSocket, WebSocketServer } from 'ws';
import { type GateFeedOptions, createGateFeed } from '../src/gate-feed.js';

export interface Subscribe {
  readonly time: number;
  readonly id: number;
  readonly channel: string;
  readonly payload: string[];
  readonly auth?: { method: string; KEY: string; SIGN: string };
}

/** A real WebSocket server on loopback that answers as Gate does, unless the test says otherwise. */
export async function startExchange(
  answer: (message: Subscribe) => object | null = () => ({ result: { status: 'success' } }),
  verify: (request: IncomingMessage) => boolean = () => true,
) {
  const server = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    verifyClient: ({ req }: { req: IncomingMessage }) => verify(req),
  });
  await new Promise((resolve) => server.once('listening', resolve));
  const sockets: WebSocket[] = [];
  const subscribes: (Subscribe & { connection: number })[] = [];
  const pings: number[] = [];
  server.on('connection', (socket) => {
    const connection = sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as Subscribe;
      if (message.channel === 'spot.ping') {
        pings.push(connection);
        return;
      }
      subscribes.push({ ...message, connection });
      const reply = answer(message);
      if (reply !== null)
        socket.send(
          JSON.stringify({ id: message.id, channel: message.channel, event: 'subscribe', ...reply }),
        );
    });
  });
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws/v4/`,
    sockets,
    subscribes,
    pings,
    send: (frame: object) => sockets.at(-1)?.send(JSON.stringify(frame)),
    close: async () => {
      for (const socket of server.clients) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
export type Exchange = Awaited<ReturnType<typeof startExchange>>;

export function startFeed(exchange: Pick<Exchange, 'url'>, options: Partial<GateFeedOptions> = {}) {
  const feed = createGateFeed(
    {
      wsUrl: exchange.url,
      symbols: ['BTC/USDT', 'ETH/USDT'],
      backoff: { firstMs: 20, baseMs: 20, maxMs: 20 },
      ...options,
    },
    { log: silentLogger, clock: systemClock, random: Math.random },
  );
  const ticks: Tick[] = [];
  const orders: OrderEvidence[] = [];
  const states: FeedState[] = [];
  const heard = { balances: 0 };
  feed.start({
    onTick: (tick) => ticks.push(structuredClone(tick)),
    onOrder: (order) => orders.push(order),
    onBalances: () => {
      heard.balances += 1;
    },
    onState: (state) => states.push(state),
  });
  return { feed, ticks, orders, states, heard };
}
export type Running = ReturnType<typeof startFeed>;

export const bookTicker = (pair: string, ms: number, bid = '100.1', ask = '100.2') => ({
  time: Math.floor(ms / 1_000),
  time_ms: ms,
  channel: 'spot.book_ticker',
  event: 'update',
  result: { t: ms, u: ms, s: pair, b: bid, B: '1', a: ask, A: '1' },
});
