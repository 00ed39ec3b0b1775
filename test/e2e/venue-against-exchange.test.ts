import { type EpochMs, systemClock } from '@mtrade/base';
import type { OrderRequest, OrderEvidence, PlaceOutcome, Tick, Venue } from '@mtrade/engine';
import { type GateFeed, createGateFeed } from '@mtrade/feed';
import { silentLogger } from '@mtrade/log';
import {
  Exchange,
  type ExchangeServer,
  pairSpec,
  scaledPrice,
  startExchangeServer,
  type RestFault,
} from '@mtrade/market-sim';
import { decimal, text } from '@mtrade/money';
import { createGateVenue } from '@mtrade/venue';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

/** As if the books had the intent. */
const PERMITTED = { permission: { now: () => true, later: () => Promise.resolve(true) } };

const KEY = { key: 'e2e-key', secret: 'e2e-secret', userId: '1000' };
const AHEAD_MS = 7_000;
const SOON = { timeout: 10_000, interval: 10 };

let server: ExchangeServer;
let venue: Venue;
let feed: GateFeed | null = null;
let lastId = 0;

beforeEach(async () => {
  const exchange = new Exchange({
    pairs: [
      pairSpec('BTC/USDT', { amountDecimals: 6, priceDecimals: 1, minQuote: '3' }),
      pairSpec('ETH/USDT', { amountDecimals: 4, priceDecimals: 2, minQuote: '3' }),
    ],
    users: [KEY.userId],
  });
  server = await startExchangeServer({ apiKeys: [KEY], tickerEveryMs: 50 }, { exchange });
  server.setClockOffsetMs(AHEAD_MS);
  exchange.setQuote('BTC/USDT', { kind: 'mid', mid: scaledPrice('50000') }, server.nowMs());
  exchange.setQuote('ETH/USDT', { kind: 'mid', mid: scaledPrice('3000') }, server.nowMs());
  exchange.deposit(KEY.userId, 'USDT', '10000', server.nowMs());
  venue = await createGateVenue(
    {
      restUrl: server.restUrl,
      apiKey: KEY.key,
      apiSecret: KEY.secret,
      symbols: ['BTC/USDT', 'ETH/USDT'],
      requestDeadlineMs: 400,
    },
    { log: silentLogger, clock: systemClock },
  );
  await venue.measureClock();
});
afterEach(async () => {
  feed?.close();
  feed = null;
  await venue.close();
  await server.close();
});

function order(change: Partial<OrderRequest> = {}): OrderRequest {
  lastId += 1;
  return {
    intentId: lastId,
    clientOrderId: `t-m1-k3f9-q7ab-${String(lastId).padStart(7, '0')}-b4x`,
    symbol: 'BTC/USDT',
    side: 'buy',
    type: 'limit',
    timeInForce: 'ioc',
    amount: '0.01',
    price: '51000',
    deadlineMs: (server.nowMs() + 3_000) as EpochMs,
    ...change,
  };
}

function acked(outcome: PlaceOutcome) {
  if (outcome.type !== 'acked') throw new Error(JSON.stringify(outcome));
  return outcome;
}

const ordersPosted = () => server.requests().filter((request) => request.method === 'POST').length;

describe('the whole port against the exchange in code', () => {
  test('the clock offset is found', async () => {
    const { exchangeMinusMono, errorMs } = await venue.measureClock();
    const offsetMs = systemClock.monoMs() + exchangeMinusMono - systemClock.epochMs();

    expect(Math.abs(offsetMs - AHEAD_MS)).toBeLessThanOrEqual(errorMs + 1);
  });

  test('rules of the pairs that exist', async () => {
    const rules = await venue.loadRules(['ETH/USDT', 'GONE/USDT']);

    expect(rules.map((rule) => rule.symbol)).toEqual(['ETH/USDT']);
    expect(
      rules[0] && [text(rules[0].amountStep), text(rules[0].priceStep), text(rules[0].minQuote)],
    ).toEqual(['0.0001', '0.01', '3']);
  });

  test('a buy and a sale: one POST each, and fills and balances agree with the books of the exchange', async () => {
    const buy = acked(await venue.place(order(), PERMITTED));
    const bought = await venue.fills('BTC/USDT', buy.exchangeOrderId);
    const sale = acked(
      await venue.place(order({ side: 'sell', type: 'market', price: null, amount: '0.005' }), PERMITTED),
    );
    const sold = await venue.fills('BTC/USDT', sale.exchangeOrderId);
    const balances = await venue.balances();

    expect([buy.finished, buy.finishAs, text(buy.filledBase)]).toEqual([true, 'filled', '0.01']);
    expect([sale.finished, text(sale.filledBase)]).toEqual([true, '0.005']);
    expect(ordersPosted()).toBe(2);
    const { trades, balances: books } = server.records();
    expect([...bought, ...sold].map((fill) => fill.tradeId)).toEqual(trades.map((trade) => trade.id));
    expect([bought[0]?.feeCoin, sold[0]?.feeCoin]).toEqual(['BTC', 'USDT']);
    for (const coin of ['BTC', 'USDT'])
      expect(balances[coin] && text(balances[coin].available)).toBe(
        text(decimal(books[KEY.userId]?.[coin]?.available ?? '')),
      );
  });

  test('an order that cannot fill is killed, and rejections carry the label of the exchange', async () => {
    const low = acked(await venue.place(order({ price: '40000' }), PERMITTED));
    const poor = await venue.place(order({ amount: '90' }), PERMITTED);
    const tiny = await venue.place(order({ amount: '0.000001' }), PERMITTED);

    expect([low.finished, text(low.filledBase)]).toEqual([true, '0']);
    expect(poor).toMatchObject({ type: 'rejected', label: 'BALANCE_NOT_ENOUGH' });
    expect(tiny.type).toBe('rejected');
  });

  test('an order that arrives after its expiry is refused by the exchange itself (N03)', async () => {
    server.faults.add({
      match: { transport: 'rest', method: 'POST' },
      fault: { kind: 'delay-before', ms: 200 },
    });

    const outcome = await venue.place(order({ deadlineMs: (server.nowMs() + 100) as EpochMs }), PERMITTED);

    expect(outcome).toMatchObject({ type: 'rejected', label: 'REQUEST_EXPIRED' });
    expect(server.records().orders).toEqual([]);
  });
});

describe('a lost answer: unknown, one POST, and the scan finds what happened', () => {
  const placed: [name: string, fault: RestFault][] = [
    ['N01 no answer', { kind: 'silence', process: true }],
    ['N04 connection cut', { kind: 'drop', process: true, reset: true }],
    ['N05 500 after processing', { kind: 'error', process: true, status: 500, label: 'SERVER_ERROR' }],
    ['N07 body stalls', { kind: 'stall-body' }],
    ['N08 body shorter than announced', { kind: 'long-content-length' }],
    ['N09 truncated JSON', { kind: 'truncate-body' }],
    ['N10 201 without a body', { kind: 'empty-body', process: true }],
    ['N11 HTML', { kind: 'html', process: true }],
    ['N12 524', { kind: 'error', process: true, status: 524 }],
    ['N26 the answer of another order', { kind: 'rewrite', set: { text: 't-other' } }],
  ];
  test.each(placed)('%s, and the order was placed', async (_, fault) => {
    server.faults.add({ match: { transport: 'rest', method: 'POST', nth: 1 }, fault });
    const request = order();
    const outcome = await venue.place(request, PERMITTED);

    const { record, found } = await venue.scan('BTC/USDT', request.clientOrderId, startOf(request));

    expect(outcome.type).toBe('unknown');
    expect(ordersPosted()).toBe(1);
    expect(record).toMatchObject({ complete: true, finishedRows: 1, tradeRows: 1 });
    expect(found.map((one) => [one.finished, one.filledBase && text(one.filledBase)])).toEqual([
      [true, '0.01'],
    ]);
  });

  const lost: [name: string, fault: RestFault][] = [
    ['N02 no answer', { kind: 'silence', process: false }],
    ['N06 502 before processing', { kind: 'error', process: false, status: 502 }],
    ['N13 redirect', { kind: 'redirect' }],
    ['N23 connection reset', { kind: 'drop', process: false, reset: true }],
  ];
  test.each(lost)('%s, and nothing was placed', async (_, fault) => {
    server.faults.add({ match: { transport: 'rest', method: 'POST', nth: 1 }, fault });
    const request = order();
    const outcome = await venue.place(request, PERMITTED);

    const { record, found } = await venue.scan('BTC/USDT', request.clientOrderId, startOf(request));

    expect(outcome.type).toBe('unknown');
    expect(record.complete).toBe(true);
    expect(found).toEqual([]);
    expect(server.records().orders).toEqual([]);
  });

  test('N16: 403 of a firewall: unknown, and for a minute every look is refused before it goes out, so it proves nothing', async () => {
    const fault: RestFault = { kind: 'error', process: false, status: 403 };
    server.faults.add({ match: { transport: 'rest', method: 'POST', nth: 1 }, fault });
    const request = order();
    const outcome = await venue.place(request, PERMITTED);
    const asked = server.requests().length;

    const { record, found } = await venue.scan('BTC/USDT', request.clientOrderId, startOf(request));

    expect(outcome.type).toBe('unknown');
    expect([record.complete, found]).toEqual([false, []]);
    expect(server.requests()).toHaveLength(asked);
    expect(server.records().orders).toEqual([]);
  });

  test('N24: a replayed POST shows as two orders', async () => {
    server.faults.add({ match: { transport: 'rest', method: 'POST', nth: 1 }, fault: { kind: 'duplicate' } });
    const request = order();
    await venue.place(request, PERMITTED);

    const { found } = await venue.scan('BTC/USDT', request.clientOrderId, startOf(request));

    expect(new Set(found.map((one) => one.exchangeOrderId)).size).toBe(2);
  });

  test('N30: our order is found behind more than a page of others', async () => {
    const request = order({ amount: '0.0002' });
    await venue.place(request, PERMITTED);
    for (let other = 0; other < 120; other += 1) await venue.place(order({ amount: '0.0001' }), PERMITTED);

    const { record, found } = await venue.scan('BTC/USDT', request.clientOrderId, startOf(request));

    expect(record).toMatchObject({ complete: true, finishedRows: 121, tradeRows: 121 });
    expect(found.map((one) => one.filledBase && text(one.filledBase))).toEqual(['0.0002']);
  });
});

test('the feed hears prices, depth and our own order, also after the socket was cut', async () => {
  const ticks: Tick[] = [];
  const orders: OrderEvidence[] = [];
  let balances = 0;
  let connections = 0;
  let refused: Readonly<Record<string, string>> = {};
  feed = createGateFeed(
    {
      wsUrl: server.wsUrl,
      symbols: ['BTC/USDT', 'ETH/USDT'],
      depthSymbols: ['ETH/USDT'],
      apiKey: KEY.key,
      apiSecret: KEY.secret,
    },
    { log: silentLogger, clock: systemClock, random: Math.random },
  );
  feed.setClockOffset(AHEAD_MS);
  feed.start({
    onTick: (tick) => ticks.push(structuredClone(tick)),
    onOrder: (evidence) => orders.push(evidence),
    onBalances: () => {
      balances += 1;
    },
    onState: (state) => {
      connections = state.connected ? state.reconnects + 1 : 0;
      refused = state.refused;
    },
  });
  const heardAll = () => [
    ticks.some((tick) => tick.symbol === 'BTC/USDT' && tick.bid !== null && tick.ask !== null),
    ticks.some((tick) => tick.symbol === 'ETH/USDT' && tick.last !== null),
    ticks.some((tick) => tick.symbol === 'ETH/USDT' && tick.asks !== null && tick.asks.length > 1),
  ];

  for (const connection of [1, 2]) {
    await expect.poll(() => connections, SOON).toBe(connection);
    await expect.poll(() => server.stats().subscriptions, SOON).toBeGreaterThanOrEqual(8);
    for (const [pair, mid] of [
      ['BTC/USDT', '50001'],
      ['ETH/USDT', '3001'],
    ] as const)
      server.exchange.setQuote(pair, { kind: 'mid', mid: scaledPrice(mid) }, server.nowMs());
    const request = order();
    acked(await venue.place(request, PERMITTED));

    await expect.poll(heardAll, SOON).toEqual([true, true, true]);
    const ours = () => orders.filter((one) => one.clientOrderId === request.clientOrderId);
    await expect.poll(() => ours().some((one) => one.finished), SOON).toBe(true);
    await expect.poll(() => balances, SOON).toBeGreaterThan(0);
    expect(refused).toEqual({});
    ticks.length = 0;
    balances = 0;
    if (connection === 1) server.dropSockets();
  }
});

const startOf = (request: OrderRequest): EpochMs => (request.deadlineMs - 3_000) as EpochMs;
