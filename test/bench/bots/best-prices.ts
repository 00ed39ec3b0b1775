import { once } from 'node:events';
import { WebSocket } from 'ws';

export type OnBest = (symbol: string, bid: string, ask: string) => void;

interface BookTicker {
  readonly channel: string;
  readonly event: string;
  readonly result: { readonly s: string; readonly b: string; readonly a: string };
}

const BATCH = 50;

/** Hears the best prices of the pairs, each frame by JSON.parse; resolves when all subscriptions have been sent. */
export async function hearBestPrices(
  wsUrl: string,
  symbols: readonly string[],
  onBest: OnBest,
): Promise<void> {
  const socket = new WebSocket(wsUrl, { perMessageDeflate: false });
  await once(socket, 'open');
  socket.on('message', (data: Buffer) => {
    const { channel, event, result } = JSON.parse(data.toString('utf8')) as BookTicker;
    if (channel !== 'spot.book_ticker' || event !== 'update') return;
    onBest(result.s.replace('_', '/'), result.b, result.a);
  });
  const pairs = symbols.map((symbol) => symbol.replace('/', '_'));
  for (let start = 0; start < pairs.length; start += BATCH)
    socket.send(
      JSON.stringify({
        time: Math.floor(Date.now() / 1_000),
        channel: 'spot.book_ticker',
        event: 'subscribe',
        payload: pairs.slice(start, start + BATCH),
      }),
    );
}
