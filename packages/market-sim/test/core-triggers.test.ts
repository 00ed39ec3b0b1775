import { describe, expect, test } from 'vitest';
import { Exchange } from '../src/index.js';
import type { ExchangeRecord, Order, PlaceTrigger, TriggerOrder } from '../src/index.js';
import { ETH, USER, limit, market, mid, openExchange, placed } from './core-fixture.js';

/** Sell one ETH at market when the price is at 1,900 or lower. The price is 1,999. */
const stop = (more: Partial<PlaceTrigger> = {}, put: Partial<PlaceTrigger['put']> = {}): PlaceTrigger => ({
  symbol: 'ETH/USDT',
  rule: '<=',
  triggerPrice: '1900',
  expirationS: 86_400,
  put: {
    side: 'sell',
    type: 'market',
    amount: '1',
    price: '0',
    timeInForce: 'ioc',
    account: 'normal',
    text: 'api',
    ...put,
  },
  ...more,
});

function armed(exchange: Exchange, request = stop(), nowMs = 10, userId = USER): TriggerOrder {
  const result = exchange.triggers.place(userId, request, nowMs);
  if (!result.ok) throw new Error(`${result.error.label}: ${result.error.message}`);
  return result.value;
}

function found(exchange: Exchange, id: string, nowMs: number): TriggerOrder {
  const result = exchange.triggers.one(USER, id, nowMs);
  if (!result.ok) throw new Error(result.error.label);
  return result.value;
}

const orders = (exchange: Exchange): readonly Order[] => exchange.records().orders;
const refusal = (exchange: Exchange, request: PlaceTrigger): string => {
  const result = exchange.triggers.place(USER, request, 10);
  return result.ok ? 'accepted' : result.error.label;
};

describe('a price-triggered order', () => {
  test('waits without freezing coins, and fires exactly when the last price is at its price', () => {
    const exchange = openExchange();
    const before = exchange.balances(USER);
    const { id } = armed(exchange);

    exchange.setQuote('ETH/USDT', mid(190_001), 20);
    expect(exchange.balances(USER)).toEqual(before);
    expect([found(exchange, id, 20).status, orders(exchange).length]).toEqual(['open', 0]);

    exchange.setQuote('ETH/USDT', mid(190_000), 30);

    const [sold] = orders(exchange);
    expect(sold).toMatchObject({
      side: 'sell',
      type: 'market',
      status: 'closed',
      filledAmount: '1',
      text: 'apiv4',
    });
    expect(found(exchange, id, 30)).toMatchObject({
      status: 'finish',
      firedOrderId: sold?.id,
      finishMs: 30,
      reason: '',
    });
    expect(exchange.myTrades({ userId: USER, orderId: sold?.id }, 30).length).toBeGreaterThan(0);
  });

  test('fires once, however often the price comes back', () => {
    const exchange = openExchange();
    armed(exchange);

    for (const [index, price] of [190_000, 200_000, 180_000, 200_000, 170_000].entries())
      exchange.setQuote('ETH/USDT', mid(price), 20 + index);

    expect(orders(exchange)).toHaveLength(1);
  });

  test('with >= fires on the way up', () => {
    const exchange = openExchange();
    armed(exchange, stop({ rule: '>=', triggerPrice: '2100' }));

    exchange.setQuote('ETH/USDT', mid(209_999), 20);
    expect(orders(exchange)).toHaveLength(0);
    exchange.setQuote('ETH/USDT', mid(215_000), 21);

    expect(orders(exchange)).toHaveLength(1);
  });

  test('fires on the price of a trade, too: an own sale that goes deep enough', () => {
    const exchange = openExchange();
    const { id } = armed(exchange, stop({ triggerPrice: '1998' }, { amount: '0.1' }));

    placed(exchange, market('sell', '1'), 20);

    expect(found(exchange, id, 20).status).toBe('finish');
    expect(orders(exchange)).toHaveLength(2);
  });

  test('a limit order of it rests like any other and is filled by the market', () => {
    const exchange = openExchange();
    armed(exchange, stop({}, { type: 'limit', price: '1950', timeInForce: 'gtc' }));

    exchange.setQuote('ETH/USDT', mid(189_000), 20);
    expect(orders(exchange)).toMatchObject([{ status: 'open', price: '1950', amount: '1' }]);
    exchange.setQuote('ETH/USDT', mid(196_000), 30);

    expect(orders(exchange)).toMatchObject([{ status: 'closed', avgDealPrice: '1950' }]);
  });

  test('X25: fails with the reason when the coins are gone at the moment it fires, and nothing is sold', () => {
    const exchange = openExchange();
    const { id } = armed(exchange);
    exchange.withdraw(USER, 'ETH', '9.5', 15);

    exchange.setQuote('ETH/USDT', mid(180_000), 20);

    expect(found(exchange, id, 20)).toMatchObject({ status: 'failed', firedOrderId: null });
    expect(found(exchange, id, 20).reason).toMatch(/^BALANCE_NOT_ENOUGH/);
    expect([orders(exchange), exchange.balances(USER)['ETH']]).toEqual([
      [],
      { available: '0.5', locked: '0' },
    ]);
  });

  test('X25: expires after its time, whatever the price does then', () => {
    const exchange = openExchange();
    const { id } = armed(exchange, stop({ expirationS: 60 }), 10);

    expect(found(exchange, id, 60_009).status).toBe('open');
    exchange.setQuote('ETH/USDT', mid(180_000), 60_010);

    expect(found(exchange, id, 60_010)).toMatchObject({ status: 'expired', finishMs: 60_010 });
    expect(orders(exchange)).toEqual([]);
  });

  test('an expired one is expired for whoever asks, without a price in between', () => {
    const exchange = openExchange();
    const { id } = armed(exchange, stop({ expirationS: 60 }), 10);

    expect(exchange.triggers.list({ userId: USER, status: 'open' }, 60_010)).toEqual([]);
    expect(exchange.triggers.list({ userId: USER, status: 'finished' }, 60_010)).toMatchObject([{ id }]);
    expect(exchange.triggers.cancel(USER, id, 60_011)).toMatchObject({ ok: false });
  });

  test('X18: cancelled, it fires no more', () => {
    const exchange = openExchange();
    const { id } = armed(exchange);

    expect(exchange.triggers.cancel(USER, id, 20)).toMatchObject({
      ok: true,
      value: { status: 'cancelled' },
    });
    exchange.setQuote('ETH/USDT', mid(180_000), 30);

    expect(orders(exchange)).toEqual([]);
  });

  test('X24: a cancel that comes after it fired is refused and changes nothing', () => {
    const exchange = openExchange();
    const { id } = armed(exchange);
    exchange.setQuote('ETH/USDT', mid(180_000), 20);

    expect(exchange.triggers.cancel(USER, id, 21)).toMatchObject({
      ok: false,
      error: { label: 'AUTO_ORDER_NOT_FOUND', status: 400 },
    });
    expect(found(exchange, id, 21).status).toBe('finish');
  });

  test.each([
    ['<=', '1999', 'AUTO_TRIGGER_PRICE_LESS_LAST'],
    ['<=', '2500', 'AUTO_TRIGGER_PRICE_LESS_LAST'],
    ['>=', '1999', 'AUTO_TRIGGER_PRICE_GREATE_LAST'],
    ['>=', '100', 'AUTO_TRIGGER_PRICE_GREATE_LAST'],
    ['<=', '1998.99', 'accepted'],
    ['>=', '1999.01', 'accepted'],
  ] as const)('X26: at a last price of 1999, %s %s is %s', (rule, triggerPrice, expected) => {
    expect(refusal(openExchange(), stop({ rule, triggerPrice }))).toBe(expected);
  });

  test.each([
    ['another pair', stop({ symbol: 'XXX/USDT' }), 'INVALID_CURRENCY_PAIR'],
    ['less than a minute', stop({ expirationS: 59 }), 'INVALID_PARAM_VALUE'],
    ['more than 30 days', stop({ expirationS: 2_592_001 }), 'INVALID_PARAM_VALUE'],
    ['no number of seconds', stop({ expirationS: Number.NaN }), 'INVALID_PARAM_VALUE'],
    ['a price between two steps', stop({ triggerPrice: '1900.001' }), 'INVALID_PRECISION'],
    ['no price', stop({ triggerPrice: '0' }), 'INVALID_PARAM_VALUE'],
    ['an amount between two steps', stop({}, { amount: '0.00001' }), 'INVALID_PRECISION'],
    ['a market order that would rest', stop({}, { timeInForce: 'gtc' }), 'INVALID_PARAM_VALUE'],
    ['a limit order without a price', stop({}, { type: 'limit', price: '0' }), 'INVALID_PARAM_VALUE'],
  ])('is refused with %s', (_, request, label) => {
    const exchange = openExchange();

    expect(refusal(exchange, request)).toBe(label);
    expect(exchange.records().triggers).toEqual([]);
  });

  test('several fire in the order of their creation; what one sells is gone for the next', () => {
    const exchange = openExchange();
    const first = armed(exchange, stop({}, { amount: '6' }), 10);
    const second = armed(exchange, stop({ triggerPrice: '1950' }, { amount: '6' }), 11);
    const third = armed(exchange, stop({ triggerPrice: '1950' }, { amount: '3' }), 12);

    exchange.setQuote('ETH/USDT', mid(180_000), 20);

    expect([first, second, third].map(({ id }) => found(exchange, id, 20).status)).toEqual([
      'finish',
      'failed',
      'finish',
    ]);
  });

  test('is seen, cancelled and fired for its own user only', () => {
    const exchange = openExchange({ users: [USER, '2'] });
    const { id } = armed(exchange);

    expect(exchange.triggers.one('2', id, 20)).toMatchObject({ ok: false });
    expect(exchange.triggers.cancel('2', id, 20)).toMatchObject({ ok: false });
    expect(exchange.triggers.cancelAll('2', undefined, 20)).toEqual([]);
    expect(exchange.triggers.list({ userId: '2', status: 'open' }, 20)).toEqual([]);
    exchange.setQuote('ETH/USDT', mid(180_000), 30);
    expect(orders(exchange)).toMatchObject([{ userId: USER }]);
  });

  test('lists show the newest first, in pages, those of one pair when asked', () => {
    const exchange = openExchange();
    const ids = Array.from({ length: 5 }, (_, index) => armed(exchange, stop(), 10 + index).id);
    const page = (offset: number): string[] =>
      exchange.triggers.list({ userId: USER, status: 'open', limit: 2, offset }, 20).map(({ id }) => id);

    expect([page(0), page(2), page(4), page(6)]).toEqual([[ids[4], ids[3]], [ids[2], ids[1]], [ids[0]], []]);
    expect(exchange.triggers.list({ userId: USER, status: 'open', symbol: 'ETH_USDT' }, 20)).toHaveLength(5);
    expect(exchange.triggers.list({ userId: USER, status: 'open', symbol: 'BTC_USDT' }, 20)).toEqual([]);
  });

  test('a new one stays out of lists and look-ups for as long as the exchange lags', () => {
    const exchange = openExchange({ listLagMs: 100, lookupLagMs: 50 });
    const { id } = armed(exchange, stop(), 1_000);
    const isListed = (nowMs: number): boolean =>
      exchange.triggers.list({ userId: USER, status: 'open' }, nowMs).length > 0;

    expect([isListed(1_099), isListed(1_100)]).toEqual([false, true]);
    expect(exchange.triggers.one(USER, id, 1_049).ok).toBe(false);
    expect(exchange.triggers.one(USER, id, 1_050).ok).toBe(true);
  });
});

describe('the records of trigger orders', () => {
  test('the order and the end of its trigger are one record: no crash can come between them', () => {
    const records: ExchangeRecord[] = [];
    const exchange = openExchange({ onRecord: (record) => records.push(record) });
    const { id } = armed(exchange);
    const before = records.length;

    exchange.setQuote('ETH/USDT', mid(180_000), 20);

    expect(records).toHaveLength(before + 1);
    expect(records.at(-1)).toMatchObject({
      triggers: [{ id, status: 'finish' }],
      orders: [{ status: 'closed' }],
    });
    expect(records.at(-1)?.trades?.length).toBeGreaterThan(0);
  });

  test('a restored exchange fires what waited, with the first price it hears', () => {
    const exchange = openExchange();
    const { id } = armed(exchange);
    const again = new Exchange({ pairs: [ETH] });
    again.restore(exchange.snapshot());

    again.setQuote('ETH/USDT', mid(180_000), 1_000);

    expect(found(again, id, 1_000).status).toBe('finish');
    expect(orders(again)).toHaveLength(1);
  });

  test('a snapshot of an exchange that never had one is what it always was, and is read', () => {
    const exchange = openExchange();
    placed(exchange, limit('buy', '1', '1990'), 5);
    const snapshot = exchange.snapshot();
    const again = new Exchange({ pairs: [ETH] });
    again.restore(snapshot);

    expect(Object.keys(snapshot)).not.toContain('triggers');
    expect(again.records().triggers).toEqual([]);
    again.setQuote('ETH/USDT', mid(199_900), 9);
    expect(Number(armed(again).id)).toBe(60_000_001);
  });

  test('ended ones are forgotten beyond the bound, waiting ones never; ids go on', () => {
    const retention = { finishedOrders: 8, youngMs: 1_000 };
    const exchange = openExchange({ retention });
    const waiting = armed(exchange, stop(), 10);
    let last = waiting;
    for (let index = 0; index < 50; index += 1) {
      last = armed(exchange, stop(), 10_000 * (index + 1));
      exchange.triggers.cancel(USER, last.id, 10_000 * (index + 1) + 1);
    }

    const kept = exchange.records().triggers.map(({ id }) => id);
    expect(kept.length).toBeLessThanOrEqual(11);
    expect(kept).toContain(waiting.id);

    exchange.triggers.cancelAll(USER, undefined, 600_000);
    const again = new Exchange({ pairs: [ETH], retention: { finishedOrders: 0, youngMs: 0 } });
    again.restore(exchange.snapshot());
    again.deposit(USER, 'USDT', '1', 700_000);
    const third = new Exchange({ pairs: [ETH] });
    third.restore(again.snapshot());
    expect(third.records().triggers.length).toBeLessThan(kept.length);
    third.setQuote('ETH/USDT', mid(199_900), 700_001);
    expect(Number(armed(third, stop(), 700_002).id)).toBe(Number(last.id) + 1);
  });
});
