import { type EpochMs, systemClock } from '@mtrade/base';
import type { StopEvidence, StopOutcome, StopRequest, Venue } from '@mtrade/engine';
import { silentLogger } from '@mtrade/log';
import {
  Exchange,
  type ExchangeServer,
  type RestFault,
  pairSpec,
  scaledPrice,
  startExchangeServer,
} from '@mtrade/market-sim';
import { text } from '@mtrade/money';
import { createGateVenue } from '@mtrade/venue';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const KEY = { key: 'e2e-key', secret: 'e2e-secret', userId: '1000' };
const PATH = '/api/v4/spot/price_orders';
const AHEAD_MS = 7_000;

let server: ExchangeServer;
let venue: Venue;
let begunMs: EpochMs;

const setMid = (price: string): void =>
  server.exchange.setQuote('BTC/USDT', { kind: 'mid', mid: scaledPrice(price) }, server.nowMs());

beforeEach(async () => {
  const exchange = new Exchange({
    pairs: [
      pairSpec('BTC/USDT', { amountDecimals: 6, priceDecimals: 1, minQuote: '3' }),
      pairSpec('ETH/USDT', { amountDecimals: 4, priceDecimals: 2, minQuote: '3' }),
    ],
    users: [KEY.userId],
  });
  server = await startExchangeServer({ apiKeys: [KEY] }, { exchange });
  server.setClockOffsetMs(AHEAD_MS);
  setMid('50000');
  exchange.setQuote('ETH/USDT', { kind: 'mid', mid: scaledPrice('3000') }, server.nowMs());
  exchange.deposit(KEY.userId, 'BTC', '1', server.nowMs());
  exchange.deposit(KEY.userId, 'ETH', '1', server.nowMs());
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
  begunMs = server.nowMs() as EpochMs;
});
afterEach(async () => {
  await venue.close();
  await server.close();
});

const request = (change: Partial<StopRequest> = {}): StopRequest => ({
  intentId: 1,
  symbol: 'BTC/USDT',
  triggerPrice: '45000',
  limitPrice: '42750',
  amount: '0.01',
  expirationS: 2_592_000,
  notBeforeMs: server.nowMs() as EpochMs,
  ...change,
});

function idOf(outcome: StopOutcome): string {
  if (outcome.type !== 'acked') throw new Error(JSON.stringify(outcome));
  return outcome.stopId;
}

const whatItIs = (stop: StopEvidence): unknown[] => [
  stop.symbol,
  text(stop.triggerPrice),
  text(stop.amount),
  stop.status,
];
const posted = (): number => server.requests().filter(({ method }) => method === 'POST').length;
const fault = (method: string, what: RestFault): void => {
  server.faults.add({ match: { transport: 'rest', method, path: `${PATH}*`, nth: 1 }, fault: what });
};

describe('a stop on the exchange in code', () => {
  test('is placed, found, fired by the price, and its sale is read like any other', async () => {
    const stopId = idOf(await venue.placeStop(request()));
    const waiting = await venue.stop('BTC/USDT', stopId);
    setMid('44000');

    const fired = await venue.stop('BTC/USDT', stopId);
    const orderId = fired.firedOrderId ?? '';
    const sale = await venue.order('BTC/USDT', orderId);
    const fills = await venue.fills('BTC/USDT', orderId);

    expect(whatItIs(waiting)).toEqual(['BTC/USDT', '45000', '0.01', 'open']);
    expect(waiting.createdMs).toBeGreaterThanOrEqual(begunMs);
    expect([fired.status, sale.finished, sale.filledBase && text(sale.filledBase)]).toEqual([
      'fired',
      true,
      '0.01',
    ]);
    expect(sale.clientOrderId).toBe('apiv4');
    expect(fills.map(({ side, symbol }) => [side, symbol])).toEqual([['sell', 'BTC/USDT']]);
    expect(posted()).toBe(1);
  });

  test('X26: a trigger that the price has passed is a definite refusal', async () => {
    const outcome = await venue.placeStop(request({ triggerPrice: '50100' }));

    expect(outcome).toMatchObject({ type: 'rejected', label: 'AUTO_TRIGGER_PRICE_LESS_LAST' });
    expect((await venue.findStops('BTC/USDT', begunMs)).stops).toEqual([]);
  });

  test('X25: one that fails at the moment it fires tells why', async () => {
    const stopId = idOf(await venue.placeStop(request({ amount: '0.9' })));
    server.exchange.withdraw(KEY.userId, 'BTC', '0.5', server.nowMs());
    setMid('44000');

    const failed = await venue.stop('BTC/USDT', stopId);

    expect([failed.status, failed.firedOrderId]).toEqual(['failed', null]);
    expect(failed.reason).toMatch(/^BALANCE_NOT_ENOUGH/);
  });

  test('X18: one that the user cancels on the exchange is told as cancelled', async () => {
    const stopId = idOf(await venue.placeStop(request()));
    server.exchange.triggers.cancelAll(KEY.userId, 'BTC_USDT', server.nowMs());

    expect((await venue.stop('BTC/USDT', stopId)).status).toBe('cancelled');
    expect(await venue.findStops('BTC/USDT', begunMs)).toMatchObject({
      complete: true,
      stops: [{ stopId, status: 'cancelled' }],
    });
  });

  test('X24: it fires while its cancel is under way: the cancel is refused, the sale is found', async () => {
    const stopId = idOf(await venue.placeStop(request()));
    fault('DELETE', { kind: 'delay-before', ms: 150 });

    const cancelling = venue.cancelStop('BTC/USDT', stopId);
    await expect
      .poll(() => server.faults.list().map(({ fired }) => fired), { timeout: 5_000, interval: 5 })
      .toEqual([1]);
    setMid('44000');

    await expect(cancelling).rejects.toMatchObject({ label: 'AUTO_ORDER_NOT_FOUND' });
    const fired = await venue.stop('BTC/USDT', stopId);
    expect([fired.status, fired.firedOrderId]).toEqual(['fired', server.records().orders[0]?.id]);
  });

  test('X24: a cancel whose answer is lost has taken effect, and the stop says so', async () => {
    const stopId = idOf(await venue.placeStop(request()));
    fault('DELETE', { kind: 'drop', process: true });

    await expect(venue.cancelStop('BTC/USDT', stopId)).rejects.toMatchObject({
      code: 'MTRADE_EXCHANGE_UNAVAILABLE',
    });
    expect((await venue.stop('BTC/USDT', stopId)).status).toBe('cancelled');
  });
});

describe('a lost answer of a stop: unknown, one POST, and the lists tell what happened', () => {
  const placed: [name: string, fault: RestFault][] = [
    ['N01 no answer', { kind: 'silence', process: true }],
    ['N04 connection cut', { kind: 'drop', process: true, reset: true }],
    ['N05 500 after processing', { kind: 'error', process: true, status: 500, label: 'SERVER_ERROR' }],
    ['N07 body stalls', { kind: 'stall-body', bytes: 4 }],
    ['N08 body shorter than announced', { kind: 'long-content-length' }],
    ['N09 truncated JSON', { kind: 'truncate-body' }],
    ['N10 201 without a body', { kind: 'empty-body', process: true }],
    ['N11 HTML', { kind: 'html', process: true }],
    ['N12 524', { kind: 'error', process: true, status: 524 }],
  ];
  test.each(placed)('%s, and the stop was placed', async (_, what) => {
    fault('POST', what);

    const outcome = await venue.placeStop(request());
    const { complete, stops } = await venue.findStops('BTC/USDT', begunMs);

    expect([outcome.type, posted(), complete]).toEqual(['unknown', 1, true]);
    expect(stops.map(whatItIs)).toEqual([['BTC/USDT', '45000', '0.01', 'open']]);
  });

  const lost: [name: string, fault: RestFault][] = [
    ['N02 no answer', { kind: 'silence', process: false }],
    ['N06 502 before processing', { kind: 'error', process: false, status: 502 }],
    ['N13 redirect', { kind: 'redirect' }],
    ['N23 connection reset', { kind: 'drop', process: false, reset: true }],
  ];
  test.each(lost)('%s, and nothing was placed', async (_, what) => {
    fault('POST', what);

    const outcome = await venue.placeStop(request());
    const { complete, stops } = await venue.findStops('BTC/USDT', begunMs);

    expect([outcome.type, complete, stops]).toEqual(['unknown', true, []]);
    expect(server.records().triggers).toEqual([]);
  });

  test('N16: 403 of a firewall: unknown, and for a minute every look is refused before it goes out, so it proves nothing', async () => {
    fault('POST', { kind: 'error', process: false, status: 403 });

    const outcome = await venue.placeStop(request());
    const { complete, stops } = await venue.findStops('BTC/USDT', begunMs);

    expect([outcome.type, complete, stops]).toEqual(['unknown', false, []]);
    expect(server.records().triggers).toEqual([]);
  });

  test('one that has fired before anybody looked is found with the order that it placed', async () => {
    fault('POST', { kind: 'silence', process: true });
    await venue.placeStop(request());
    setMid('44000');

    const { stops } = await venue.findStops('BTC/USDT', begunMs);

    expect(stops.map(({ firedOrderId, status }) => [status, firedOrderId])).toEqual([
      ['fired', server.records().orders[0]?.id],
    ]);
  });

  test('N24: a replayed POST shows as two stops', async () => {
    fault('POST', { kind: 'duplicate' });
    const stopId = idOf(await venue.placeStop(request()));

    const { stops } = await venue.findStops('BTC/USDT', begunMs);

    expect(stops.map(whatItIs)).toEqual([
      ['BTC/USDT', '45000', '0.01', 'open'],
      ['BTC/USDT', '45000', '0.01', 'open'],
    ]);
    expect(stops.map((stop) => stop.stopId)).toContain(stopId);
  });

  test('other pairs and other kinds of trigger orders are not taken for it', async () => {
    await venue.placeStop(request({ symbol: 'ETH/USDT', triggerPrice: '2000' }));
    server.exchange.triggers.place(
      KEY.userId,
      {
        symbol: 'BTC/USDT',
        rule: '>=',
        triggerPrice: '60000',
        expirationS: 3_600,
        put: {
          side: 'sell',
          type: 'limit',
          amount: '0.01',
          price: '60000',
          timeInForce: 'gtc',
          account: 'normal',
          text: 'web',
        },
      },
      server.nowMs(),
    );

    expect(await venue.findStops('BTC/USDT', begunMs)).toMatchObject({ complete: true, stops: [] });
  });

  test('N30: it is found behind more than a page of others, and an older one is passed over', async () => {
    const stopId = idOf(await venue.placeStop(request({ amount: '0.02' })));
    for (let other = 0; other < 120; other += 1) {
      const id = idOf(await venue.placeStop(request()));
      if (other % 2 === 0) await venue.cancelStop('BTC/USDT', id);
    }

    const all = await venue.findStops('BTC/USDT', begunMs);
    const none = await venue.findStops('BTC/USDT', (begunMs + 3_600_000) as EpochMs);

    expect([all.complete, all.stops.length, none.complete, none.stops.length]).toEqual([true, 121, true, 0]);
    expect(all.stops.filter((stop) => text(stop.amount) === '0.02').map((stop) => stop.stopId)).toEqual([
      stopId,
    ]);
  });
});
