import {
  Exchange,
  type ExchangeServer,
  pairSpec,
  scaledPrice,
  startExchangeServer,
} from '@mtrade/market-sim';
import {
  AuthenticationError,
  ExchangeError,
  InsufficientFunds,
  OrderImmediatelyFillable,
  OrderNotFound,
  RateLimitExceeded,
  gate as Gate,
  pro as ccxtPro,
} from 'ccxt';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

/**
 * The judge of the protocol is a client that knows nothing of us: ccxt's own gate classes, as they come from npm, with
 * nothing changed but their URLs.
 */
const KEY = { key: 'ccxt-key', secret: 'ccxt-secret', userId: '1000' };
const BTC = 'BTC/USDT';

let exchange: Exchange;
let server: ExchangeServer;

type ProGate = InstanceType<typeof ccxtPro.gate>;

function pointAtServer<T extends Gate>(client: T): T {
  const api = client.urls['api'] as Record<string, Record<string, string> | string>;
  for (const access of ['public', 'private'])
    for (const section of Object.keys(api[access] as object))
      (api[access] as Record<string, string>)[section] = server.restUrl;
  return client;
}

const credentials = { apiKey: KEY.key, secret: KEY.secret, enableRateLimit: false };
const client = (overrides: object = {}): Gate => pointAtServer(new Gate({ ...credentials, ...overrides }));

async function proClient(): Promise<ProGate> {
  const pro = pointAtServer(new ccxtPro.gate(credentials) as unknown as Gate) as unknown as ProGate;
  const api = pro.urls['api'] as Record<string, string>;
  api['spot'] = server.wsUrl;
  // What ccxt itself asks for before it opens an address without TLS.
  await pro.loadHttpProxyAgent();
  return pro;
}

const setMid = (symbol: string, price: string): void =>
  exchange.setQuote(symbol, { kind: 'mid', mid: scaledPrice(price) }, Date.now());

beforeAll(async () => {
  exchange = new Exchange({
    pairs: [
      pairSpec(BTC, { amountDecimals: 6, priceDecimals: 1, minQuote: '3', makerFeePct: '0.1' }),
      pairSpec('ETH/USDT', { amountDecimals: 4, priceDecimals: 2, minQuote: '3' }),
    ],
    users: [KEY.userId],
  });
  exchange.deposit(KEY.userId, 'USDT', '100000', Date.now());
  server = await startExchangeServer({ apiKeys: [KEY], tickerEveryMs: 100 }, { exchange });
});
afterAll(() => server.close());
beforeEach(() => {
  setMid(BTC, '50000');
  setMid('ETH/USDT', '3000');
});

describe('ccxt.gate over REST', () => {
  let gate: Gate;
  beforeAll(async () => {
    gate = client();
    await gate.loadMarkets();
  });

  test('loadMarkets knows the pairs with their steps, minimums and fees, and no other product', () => {
    expect(Object.keys(gate.markets ?? {}).sort()).toEqual([BTC, 'ETH/USDT']);
    expect(gate.market(BTC)).toMatchObject({
      active: true,
      spot: true,
      taker: 0.002,
      precision: { amount: 0.000001, price: 0.1 },
      limits: { amount: { min: 0.000001 }, cost: { min: 3 } },
    });
    expect(Object.keys(gate.currencies).sort()).toEqual(['BTC', 'ETH', 'USDT']);
  });

  test('fetchTime, fetchTicker, fetchTickers, fetchOrderBook and fetchOHLCV agree with the exchange', async () => {
    const top = exchange.top(BTC);
    const [bid, ask] = [Number(top?.bid), Number(top?.ask)];

    const time = await gate.fetchTime();
    const ticker = await gate.fetchTicker(BTC);
    const tickers = await gate.fetchTickers();
    const book = await gate.fetchOrderBook(BTC, 5);
    const candles = await gate.fetchOHLCV(BTC, '1m');

    expect(Math.abs((time ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(ticker).toMatchObject({ bid, ask, last: 50_000 });
    expect(Object.keys(tickers).sort()).toEqual([BTC, 'ETH/USDT']);
    expect(book.bids).toHaveLength(5);
    expect([book.bids[0]?.[0], book.asks[0]?.[0], book.nonce]).toEqual([bid, ask, top?.updateId]);
    expect(candles.at(-1)?.slice(1, 5)).toEqual([50_000, 50_000, 50_000, 50_000]);
  });

  test('fetchBalance, fetchTradingFee and fetchTradingFees', async () => {
    const balance = await gate.fetchBalance();
    const fee = await gate.fetchTradingFee(BTC);
    const fees = await gate.fetchTradingFees();

    expect(balance['USDT']).toMatchObject({
      free: Number(exchange.balances(KEY.userId)['USDT']?.available),
    });
    expect(fee).toMatchObject({ taker: 0.002, maker: 0.001 });
    expect(Object.keys(fees).sort()).toEqual([BTC, 'ETH/USDT']);
  });

  test('a market buy by cost is filled, and its trades carry the fee in base and the custom id', async () => {
    const order = await gate.createMarketBuyOrderWithCost(BTC, 60, { text: 't-market' });
    const trades = await gate.fetchMyTrades(BTC, undefined, undefined, { order_id: order.id });

    expect(order).toMatchObject({ status: 'closed', side: 'buy', type: 'market', clientOrderId: 't-market' });
    expect(trades.reduce((sum, trade) => sum + (trade.amount ?? 0), 0)).toBeCloseTo(order.filled ?? 0, 9);
    expect(trades[0]).toMatchObject({ order: order.id, takerOrMaker: 'taker', fee: { currency: 'BTC' } });
    expect(trades[0]?.info).toMatchObject({ text: 't-market' });
  });

  test('a market sell pays its fee in quote', async () => {
    const order = await gate.createOrder(BTC, 'market', 'sell', 0.0005);
    const trades = await gate.fetchMyTrades(BTC, undefined, undefined, { order_id: order.id });

    expect(order).toMatchObject({ status: 'closed', filled: 0.0005 });
    expect(trades[0]?.fee?.currency).toBe('USDT');
  });

  test.each([
    ['ioc', { timeInForce: 'IOC' }, 51_000, 'closed'],
    ['ioc below the book', { timeInForce: 'IOC' }, 40_000, 'canceled'],
    ['fok', { timeInForce: 'FOK' }, 51_000, 'closed'],
    ['gtc', {}, 40_000, 'open'],
    ['poc', { timeInForce: 'PO' }, 40_000, 'open'],
  ] as const)('a limit order, %s', async (_, params, price, status) => {
    const order = await gate.createOrder(BTC, 'limit', 'buy', 0.001, price, params);

    expect(order.status).toBe(status);
    await gate.cancelAllOrders(BTC);
  });

  test('an open order is found by id and by custom id, is cancelled, and is then found by id only', async () => {
    const order = await gate.createOrder(BTC, 'limit', 'buy', 0.001, 40_000, { text: 't-resting' });

    const open = await gate.fetchOpenOrders(BTC);
    const byText = await gate.fetchOrder('t-resting', BTC);
    const cancelled = await gate.cancelOrder(String(order.id), BTC);

    expect(open.map(({ id }) => id)).toEqual([order.id]);
    expect([byText.id, cancelled.status]).toEqual([order.id, 'canceled']);
    expect((await gate.fetchOrder(String(order.id), BTC)).status).toBe('canceled');
    await expect(gate.fetchOrder('t-resting', BTC)).rejects.toBeInstanceOf(OrderNotFound);
    expect(await gate.fetchOpenOrders(BTC)).toEqual([]);
  });

  test('a resting order that the market goes through is a maker fill in the closed orders', async () => {
    const order = await gate.createOrder(BTC, 'limit', 'buy', 0.001, 49_000);
    setMid(BTC, '48000');

    const closed = await gate.fetchClosedOrders(BTC);
    const trades = await gate.fetchMyTrades(BTC, undefined, undefined, { order_id: order.id });

    expect(closed.find(({ id }) => id === order.id)).toMatchObject({ status: 'closed', filled: 0.001 });
    expect(trades[0]).toMatchObject({ takerOrMaker: 'maker', price: 49_000 });
  });

  test('refusals arrive as the classes ccxt has for them', async () => {
    const limit = (amount: number, price: number, params: object = {}) =>
      gate.createOrder(BTC, 'limit', 'buy', amount, price, params);

    await expect(limit(100, 50_000)).rejects.toBeInstanceOf(InsufficientFunds);
    await expect(limit(0.001, 60_000, { timeInForce: 'PO' })).rejects.toBeInstanceOf(
      OrderImmediatelyFillable,
    );
    await expect(limit(0.00001, 50_000)).rejects.toBeInstanceOf(ExchangeError);
    await expect(gate.cancelOrder('1', BTC)).rejects.toBeInstanceOf(OrderNotFound);
    await expect(client({ apiKey: 'wrong' }).fetchBalance()).rejects.toThrowError('INVALID_KEY');
    await expect(client({ secret: 'wrong' }).fetchBalance()).rejects.toBeInstanceOf(AuthenticationError);
  });

  test('a stop loss is created, fetched, listed and cancelled as a trigger order', async () => {
    await gate.createMarketBuyOrderWithCost(BTC, 600);
    const stop = (stopLossPrice: number) =>
      gate.createOrder(BTC, 'market', 'sell', 0.001, 1, { stopLossPrice, expiration: 86_400 });
    const { id = '' } = await stop(45_000);

    const fetched = await gate.fetchOrder(id, BTC, { trigger: true });
    const open = await gate.fetchOpenOrders(BTC, undefined, undefined, { trigger: true });
    const cancelled = await gate.cancelOrder(id, BTC, { trigger: true });
    const closed = await gate.fetchClosedOrders(BTC, undefined, undefined, { trigger: true });

    expect(fetched).toMatchObject({ id, status: 'open', side: 'sell', triggerPrice: 45_000, amount: 0.001 });
    expect([open.map((one) => one.id), cancelled.status, closed[0]?.id]).toEqual([[id], 'canceled', id]);
    await expect(stop(55_000)).rejects.toThrowError('AUTO_TRIGGER_PRICE_LESS_LAST');
  });

  test('a trigger order that fires is closed, and the order it placed is in the trades', async () => {
    await gate.createMarketBuyOrderWithCost(BTC, 600);
    const { id = '' } = await gate.createOrder(BTC, 'limit', 'sell', 0.001, 44_000, {
      triggerPrice: 45_000,
      expiration: 86_400,
    });

    setMid(BTC, '44500');

    const fired = await gate.fetchOrder(id, BTC, { trigger: true });
    const { fired_order_id: orderId } = fired.info as { fired_order_id: number };
    const [trade] = await gate.fetchMyTrades(BTC, undefined, undefined, { order_id: String(orderId) });
    expect(fired.status).toBe('closed');
    expect(trade).toMatchObject({ side: 'sell', amount: 0.001 });
    expect(await gate.cancelAllOrders(BTC, { trigger: true })).toEqual([]);
  });

  test('N14: 429 arrives as RateLimitExceeded', async () => {
    server.faults.add({
      match: { transport: 'rest', method: 'POST', count: 1 },
      fault: { kind: 'error', process: false, status: 429, label: 'TOO_MANY_REQUESTS' },
    });

    await expect(gate.createOrder(BTC, 'limit', 'buy', 0.001, 40_000)).rejects.toBeInstanceOf(
      RateLimitExceeded,
    );
  });
});

describe('ccxt.pro.gate over WebSocket', () => {
  let pro: ProGate;
  let mover: NodeJS.Timeout;
  beforeAll(async () => {
    pro = await proClient();
    await pro.loadMarkets();
    let price = 50_000;
    mover = setInterval(() => setMid(BTC, String((price += 1))), 20);
  });
  afterAll(async () => {
    clearInterval(mover);
    await pro.close();
  });

  test('watchTicker, watchBidsAsks and watchOHLCV follow the market', async () => {
    const [ticker, bidsAsks, candles] = await Promise.all([
      pro.watchTicker(BTC),
      pro.watchBidsAsks([BTC]),
      pro.watchOHLCV(BTC, '1m'),
    ]);

    expect(ticker.last).toBeGreaterThanOrEqual(50_000);
    expect(bidsAsks[BTC]?.ask).toBeGreaterThan(bidsAsks[BTC]?.bid ?? Number.POSITIVE_INFINITY);
    expect(candles.at(-1)?.[4]).toBeGreaterThanOrEqual(50_000);
  });

  test('watchOrderBook keeps a book in step with the exchange', async () => {
    const first = (await pro.watchOrderBook(BTC)).nonce ?? 0;
    let book = await pro.watchOrderBook(BTC);
    for (let n = 0; n < 3; n += 1) book = await pro.watchOrderBook(BTC);

    expect(book.nonce).toBeGreaterThan(first);
    expect(book.asks[0]?.[0]).toBeGreaterThan(book.bids[0]?.[0] ?? Number.POSITIVE_INFINITY);
    expect(book.bids.length).toBeLessThanOrEqual(50);
  });

  test('watchOrders, watchMyTrades, watchTrades and watchBalance tell one fill four times', async () => {
    const heard = Promise.all([
      pro.watchOrders(BTC),
      pro.watchMyTrades(BTC),
      pro.watchTrades(BTC),
      pro.watchBalance(),
    ]);
    while (server.stats().subscriptions < 8) await new Promise((resolve) => setTimeout(resolve, 5));

    const order = await client().createMarketBuyOrderWithCost(BTC, 60, { text: 't-heard' });
    const [orders, myTrades, trades, balance] = await heard;

    expect(orders.at(-1)).toMatchObject({ id: order.id, clientOrderId: 't-heard', status: 'closed' });
    expect(myTrades.at(-1)).toMatchObject({ order: order.id, side: 'buy', fee: { currency: 'BTC' } });
    expect(trades.at(-1)).toMatchObject({ side: 'buy', symbol: BTC });
    expect(balance['BTC']?.total).toBeGreaterThan(0);
  });
});
