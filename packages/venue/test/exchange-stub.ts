import { createHash, createHmac } from 'node:crypto';
import { type IncomingHttpHeaders, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, type EpochMs, systemClock } from '@mtrade/base';
import type { OrderRequest, PlaceOptions, Venue, VenueNews } from '@mtrade/engine';
import { silentLogger } from '@mtrade/log';
import { createGateVenue } from '../src/gate-venue.js';

export const KEY = 'canary-key-5f1c';
export const SECRET = 'canary-secret-93ab77';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
export type Answer = (request: SeenRequest, response: ServerResponse) => void;

/** A real HTTP server on loopback whose answers the test writes byte by byte. */
export async function startStub(answer: Answer) {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://stub');
      const one: SeenRequest = {
        method: request.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      seen.push(one);
      answer(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Gate APIv4: HMAC-SHA512 over method, path, query, SHA-512 of the body and time, a line each. */
export function expectedSignature({ method, path, query, headers, body }: SeenRequest): string {
  const bodyHash = createHash('sha512').update(body).digest('hex');
  const lines = [method, path, decodeURIComponent(query.toString()), bodyHash, headers['timestamp']];
  return createHmac('sha512', SECRET).update(lines.join('\n')).digest('hex');
}

export const json = (response: ServerResponse, status: number, body: unknown, headers = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
};

/** An order whose commit has brought this word already. */
export const withWord = (word: boolean): PlaceOptions => ({
  permission: { now: () => word, later: () => Promise.resolve(word) },
});
export const PERMITTED = withWord(true);

export interface Setup {
  readonly venue: Venue;
  readonly seen: readonly SeenRequest[];
  readonly news: readonly VenueNews[];
  readonly close: () => Promise<void>;
}

export async function setUp(
  answer: Answer,
  options: { requestDeadlineMs?: number; clock?: Clock; apiKey?: string; restUrl?: string } = {},
): Promise<Setup> {
  const news: VenueNews[] = [];
  const stub = await startStub(answer);
  const venue = await createGateVenue(
    {
      restUrl: options.restUrl ?? stub.url,
      apiKey: options.apiKey ?? KEY,
      apiSecret: SECRET,
      symbols: ['BTC/USDT'],
      requestDeadlineMs: options.requestDeadlineMs ?? 2_000,
    },
    { log: silentLogger, clock: options.clock ?? systemClock, onNews: (one) => news.push(one) },
  );
  return {
    venue,
    seen: stub.seen,
    news,
    close: async () => {
      await venue.close();
      await stub.close();
    },
  };
}

export const order = (change: Partial<OrderRequest> = {}): OrderRequest => ({
  intentId: 1,
  clientOrderId: 't-m1-k3f9-q7ab-0000a2s-b4x',
  symbol: 'BTC/USDT',
  side: 'buy',
  type: 'limit',
  timeInForce: 'ioc',
  amount: '0.00100000',
  price: '65000.10',
  deadlineMs: (Date.now() + 3_000) as EpochMs,
  ...change,
});

/** The answer of an exchange that filled the order. */
export const filledAnswer = (change: Record<string, unknown> = {}) => ({
  id: '1852454420',
  text: order().clientOrderId,
  status: 'closed',
  currency_pair: 'BTC_USDT',
  type: 'limit',
  account: 'spot',
  side: 'buy',
  amount: '0.001',
  price: '65000.1',
  time_in_force: 'ioc',
  left: '0',
  filled_amount: '0.001',
  filled_total: '63.4693',
  avg_deal_price: '63469.3',
  fee: '0.000002',
  fee_currency: 'BTC',
  finish_as: 'filled',
  ...change,
});
