import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request as httpRequest } from 'node:http';
import {
  Exchange,
  type ExchangeServer,
  type ExchangeServerOptions,
  pairSpec,
  scaledPrice,
  signRequest,
  signSubscription,
  startExchangeServer,
} from '@mtrade/market-sim';
import { type ClientOptions, WebSocket } from 'ws';

export const KEY = { key: 'test-key', secret: 'test-secret', userId: '1000' };
export const OTHER_KEY = { key: 'other-key', secret: 'other-secret', userId: '2000' };
export const ADMIN_TOKEN = 'admin-token';

export interface TestExchange extends ExchangeServer {
  /** Moves the clock of the exchange; it stands still otherwise. */
  readonly advance: (ms: number) => void;
  readonly setMid: (symbol: string, price: string) => void;
}

/** Two pairs at 50,000 and 3,000, two users, the first with 10,000 USDT. The clock moves only when told. */
export async function startTestExchange(options: Partial<ExchangeServerOptions> = {}): Promise<TestExchange> {
  let nowMs = 1_800_000_000_000;
  const exchange = new Exchange({
    pairs: [
      pairSpec('BTC/USDT', { amountDecimals: 6, priceDecimals: 1, minQuote: '3' }),
      pairSpec('ETH/USDT', { amountDecimals: 4, priceDecimals: 2, minQuote: '3' }),
    ],
    users: [KEY.userId, OTHER_KEY.userId],
  });
  const server = await startExchangeServer(
    { apiKeys: [KEY, OTHER_KEY], adminToken: ADMIN_TOKEN, ...options },
    { exchange, clockMs: () => nowMs },
  );
  const setMid = (symbol: string, price: string): void =>
    exchange.setQuote(symbol, { kind: 'mid', mid: scaledPrice(price) }, nowMs);
  setMid('BTC/USDT', '50000');
  setMid('ETH/USDT', '3000');
  exchange.deposit(KEY.userId, 'USDT', '10000', nowMs);
  const advance = (ms: number): void => {
    nowMs += ms;
  };
  return { ...server, advance, setMid };
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface RawCall {
  readonly method?: string;
  /** Below the host: `/api/v4/spot/time?x=1`. */
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
  /** Gives up after this long; the error has the code `TIMEOUT`. */
  readonly timeoutMs?: number;
}

/** One request on its own connection, without any help: redirects, retries and damaged bodies stay visible. */
export function raw(port: number, call: RawCall): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      request.destroy();
      reject(Object.assign(new Error('no complete answer in time'), { code: 'TIMEOUT' }));
    }, call.timeoutMs ?? 5_000);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      reject(error);
    };
    const request = httpRequest(
      {
        host: '127.0.0.1',
        port,
        method: call.method ?? 'GET',
        path: call.path,
        headers: call.headers,
        agent: false,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', fail);
        response.on('end', () => {
          clearTimeout(timer);
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString('utf8'),
          });
        });
      },
    );
    request.on('error', fail);
    request.end(call.body);
  });
}

/** The headers of an APIv4 signature over exactly this request. */
export function signed(
  exchange: ExchangeServer,
  call: RawCall,
  key: { readonly key: string; readonly secret: string } = KEY,
  timestampS = Math.floor(exchange.nowMs() / 1_000),
): OutgoingHttpHeaders {
  const [path = '', query = ''] = call.path.split('?');
  const timestamp = String(timestampS);
  const method = call.method ?? 'GET';
  const sign = signRequest(key.secret, { method, path, query, body: call.body ?? '', timestamp });
  return { KEY: key.key, SIGN: sign, Timestamp: timestamp, 'Content-Type': 'application/json' };
}

export const rawPrivate = (exchange: ExchangeServer, call: RawCall): Promise<RawAnswer> =>
  raw(exchange.port, { ...call, headers: { ...signed(exchange, call), ...call.headers } });

export type Row = Readonly<Record<string, unknown>>;

/** A signed request whose answer is one object. */
export async function json(
  exchange: ExchangeServer,
  call: RawCall,
): Promise<{ readonly status: number; readonly body: Row }> {
  const { status, text } = await rawPrivate(exchange, call);
  return { status, body: JSON.parse(text) as Row };
}

/** A signed request whose answer is a list. */
export async function rows(exchange: ExchangeServer, call: RawCall): Promise<readonly Row[]> {
  return JSON.parse((await rawPrivate(exchange, call)).text) as Row[];
}

/** A limit buy far below the market unless told otherwise. */
export const orderCall = (
  fields: Record<string, unknown> = {},
  headers: OutgoingHttpHeaders = {},
): RawCall => ({
  method: 'POST',
  path: '/api/v4/spot/orders',
  headers,
  body: JSON.stringify({
    currency_pair: 'BTC_USDT',
    side: 'buy',
    type: 'limit',
    amount: '0.001',
    price: '40000',
    text: 't-test',
    ...fields,
  }),
});

/** An order that is filled at once. */
export const marketBuy = (fields: Record<string, unknown> = {}): RawCall =>
  orderCall({ type: 'market', amount: '60', time_in_force: 'ioc', price: undefined, ...fields });

export type Frame = Record<string, unknown> & { readonly result: Record<string, unknown> };

/** A client that keeps every frame and can wait for the next one that matches. */
export class TestSocket {
  readonly ws: WebSocket;
  readonly texts: string[] = [];
  readonly opened: Promise<void>;
  readonly closed: Promise<number>;
  readonly #exchange: ExchangeServer;
  #wake: (() => void)[] = [];
  #seen = 0;

  constructor(exchange: ExchangeServer, options: ClientOptions = {}) {
    this.#exchange = exchange;
    this.ws = new WebSocket(exchange.wsUrl, { perMessageDeflate: false, ...options });
    this.opened = new Promise((resolve, reject) => {
      this.ws.once('open', resolve);
      this.ws.once('error', reject);
    });
    this.closed = new Promise((resolve) => this.ws.once('close', resolve));
    this.ws.on('error', () => undefined);
    this.ws.on('message', (data: Buffer) => {
      this.texts.push(data.toString('utf8'));
      for (const wake of this.#wake.splice(0)) wake();
    });
  }

  send(message: object): void {
    this.ws.send(JSON.stringify(message));
  }

  subscribe(channel: string, payload?: readonly string[], event = 'subscribe'): void {
    this.send({ time: Math.floor(this.#exchange.nowMs() / 1_000), id: 7, channel, event, payload });
  }

  subscribePrivate(
    channel: string,
    payload?: readonly string[],
    key: { readonly key: string; readonly secret: string } = KEY,
    timeS = Math.floor(this.#exchange.nowMs() / 1_000),
  ): void {
    const SIGN = signSubscription(key.secret, channel, 'subscribe', timeS);
    const auth = { method: 'api_key', KEY: key.key, SIGN };
    this.send({ time: timeS, id: 8, channel, event: 'subscribe', payload, auth });
  }

  /** The next text, in order of arrival. */
  async nextText(): Promise<string> {
    while (this.texts.length <= this.#seen) await new Promise<void>((resolve) => this.#wake.push(resolve));
    this.#seen += 1;
    return this.texts[this.#seen - 1] ?? '';
  }

  /** The next frame of a channel with this event; others are passed over. */
  async next(channel: string, event = 'update'): Promise<Frame> {
    for (;;) {
      const frame = JSON.parse(await this.nextText()) as Frame;
      if (frame['channel'] === channel && frame['event'] === event) return frame;
    }
  }

  /** Everything that was sent before this call has arrived when it answers. */
  async settle(): Promise<void> {
    const pong = new Promise<void>((resolve) => this.ws.once('pong', () => resolve()));
    this.ws.ping();
    await pong;
  }

  close(): void {
    this.ws.terminate();
  }
}

export async function openSocket(exchange: ExchangeServer): Promise<TestSocket> {
  const socket = new TestSocket(exchange);
  await socket.opened;
  return socket;
}
