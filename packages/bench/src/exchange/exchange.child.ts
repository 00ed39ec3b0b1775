import {
  DEFAULT_USER_ID,
  Exchange,
  type ExchangeServer,
  pairSpec,
  startExchangeServer,
} from '@mtrade/market-sim';
import { FrameDriver } from './frame-driver.js';
import type { ExchangeBoot, ExchangeRequest, FromExchange, ToExchange } from './messages.js';
import { OrderArrivals } from './order-arrivals.js';

// Entry file of a process of its own: an exchange on loopback, and the stop-watch of the orders that reach it.

const FUNDS = '1000000000';

const tell = (message: FromExchange): void => void process.send?.(message);
const arrivals = new OrderArrivals();
let driver: FrameDriver | null = null;
let server: ExchangeServer | null = null;

async function boot({ symbols, apiKey, apiSecret, traded, buysAgain }: ExchangeBoot): Promise<void> {
  const rules = { amountDecimals: 6, priceDecimals: 2, takerFeePct: '0', makerFeePct: '0', minQuote: '1' };
  const exchange = new Exchange({ pairs: symbols.map((symbol) => pairSpec(symbol, rules)) });
  for (const coin of new Set(symbols.map((symbol) => symbol.split('/')[1] as string)))
    exchange.deposit(DEFAULT_USER_ID, coin, FUNDS, Date.now());
  server = await startExchangeServer(
    { apiKeys: [{ key: apiKey, secret: apiSecret, userId: DEFAULT_USER_ID }], requestLogSize: 100 },
    { exchange },
  );
  driver = new FrameDriver({ traded, buysAgain }, { exchange, arrivals });
  tell({ type: 'ready', addresses: { restUrl: server.restUrl, wsUrl: server.wsUrl } });
}

async function answer(request: ExchangeRequest): Promise<unknown> {
  if (driver === null || server === null) throw new Error('the exchange has not been set up');
  switch (request.type) {
    case 'open':
      return driver.open(request.limitMs);
    case 'load':
      return driver.load(request.framesPerSecond);
    case 'flood':
      return driver.flood(request.framesPerSecond);
    case 'hang':
      server.faults.add({
        match: { transport: 'rest' },
        fault: { kind: 'delay-before', ms: request.ms },
      });
      return;
    case 'measure':
      return driver.measure(request.plan);
    case 'first':
      return driver.first(request.limitMs);
    case 'counts':
      return { framesSent: driver.framesSent, requests: server.stats().requests, orders: arrivals.total };
  }
}

process.on('disconnect', () => process.exit());
process.on('message', (message: ToExchange) => {
  if (message.type === 'boot') {
    void boot(message.boot);
    return;
  }
  const { id, request } = message;
  answer(request).then(
    (result) => tell({ type: 'reply', id, result: result ?? null }),
    (error: unknown) => tell({ type: 'refused', id, reason: String(error) }),
  );
});
