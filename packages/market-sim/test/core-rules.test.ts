import { describe, expect, test } from 'vitest';
import type { ExchangeRecord, PlaceOrder } from '../src/index.js';
import { Exchange } from '../src/index.js';
import { ETH, USER, book, limit, market, openExchange, placed } from './core-fixture.js';

describe("refusals carry the exchange's own label", () => {
  test.each<[string, PlaceOrder, string]>([
    ['an unknown pair', { ...limit('buy', '1', '1'), symbol: 'NO_USDT' }, 'INVALID_CURRENCY_PAIR'],
    ['too many amount decimals', limit('buy', '0.00001', '2000'), 'INVALID_PRECISION'],
    ['too many price decimals', limit('buy', '0.1', '2000.001'), 'INVALID_PRECISION'],
    ['no price', { ...limit('buy', '0.1', '1'), price: undefined }, 'INVALID_PARAM_VALUE'],
    ['a negative amount', limit('buy', '-1', '2000'), 'INVALID_PARAM_VALUE'],
    ['an amount of zero', limit('buy', '0', '2000'), 'INVALID_PARAM_VALUE'],
    ['an amount in exponents', limit('buy', '1e-1', '2000'), 'INVALID_PARAM_VALUE'],
    ['a value below the minimum', limit('buy', '0.0001', '2000'), 'INVALID_PARAM_VALUE'],
    ['more than there is, buying', limit('buy', '6', '1999'), 'BALANCE_NOT_ENOUGH'],
    ['more than there is, selling', market('sell', '10.0001'), 'BALANCE_NOT_ENOUGH'],
    ['a resting market order', market('buy', '10', { timeInForce: 'gtc' }), 'INVALID_PARAM_VALUE'],
    ['a text without t-', limit('buy', '0.1', '2000', { text: 'abc' }), 'INVALID_PARAM_VALUE'],
    [
      'a text of 29 characters',
      limit('buy', '0.1', '2000', { text: `t-${'a'.repeat(29)}` }),
      'INVALID_PARAM_VALUE',
    ],
  ])('%s', (_name, request, label) => {
    const exchange = openExchange();
    const before = exchange.snapshot();

    const result = exchange.place(USER, request, 10);

    expect(result).toMatchObject({ ok: false, error: { label } });
    expect(exchange.snapshot()).toEqual(before);
  });

  test('an amount below the smallest base amount', () => {
    const exchange = openExchange({ pairs: [{ ...ETH, minBase: '0.01' }] });

    expect(exchange.place(USER, limit('buy', '0.005', '2000'), 10)).toMatchObject({
      ok: false,
      error: { label: 'AMOUNT_TOO_LITTLE' },
    });
  });

  test('FOK where the pair forbids it', () => {
    const exchange = openExchange({ pairs: [{ ...ETH, supportsFok: false }] });

    expect(exchange.place(USER, limit('buy', '0.1', '2000', { timeInForce: 'fok' }), 10)).toMatchObject({
      ok: false,
      error: { label: 'INVALID_PARAM_VALUE' },
    });
  });
});

describe('finding orders', () => {
  test('a custom text names an order only while it is pending', () => {
    const exchange = openExchange();
    placed(exchange, limit('buy', '1', '1900', { text: 't-a' }), 10);
    expect(exchange.order(USER, 'ETH/USDT', 't-a', 11)).toMatchObject({ ok: true });

    exchange.cancel(USER, 'ETH/USDT', 't-a', 12);

    expect(exchange.order(USER, 'ETH/USDT', 't-a', 13)).toMatchObject({
      ok: false,
      error: { label: 'CLIENT_ID_NOT_FOUND', status: 404 },
    });
  });

  test('an order without a fill is forgotten a minute after its end, one with a fill never', () => {
    const exchange = openExchange();
    const empty = placed(exchange, limit('buy', '0.6', '2000', { timeInForce: 'fok' }), 1_000);
    const filled = placed(exchange, limit('buy', '0.1', '2000', { timeInForce: 'fok' }), 1_000);
    const ids = (nowMs: number): string[] =>
      exchange.finishedOrders({ userId: USER }, nowMs).map((order) => order.id);

    expect(ids(60_999)).toEqual([filled.id, empty.id]);
    expect(ids(61_000)).toEqual([filled.id]);
    expect(exchange.order(USER, 'ETH/USDT', empty.id, 61_000)).toMatchObject({
      ok: false,
      error: { label: 'ORDER_NOT_FOUND' },
    });
    expect(exchange.records().orders).toHaveLength(2);
  });

  test('lists lag behind when they are told to', () => {
    const exchange = openExchange({ listLagMs: 5_000 });
    const order = placed(exchange, market('buy', '100', { text: 't-x' }), 1_000);

    expect(exchange.finishedOrders({ userId: USER }, 5_999)).toEqual([]);
    expect(exchange.myTrades({ userId: USER }, 5_999)).toEqual([]);
    expect(exchange.finishedOrders({ userId: USER }, 6_000)).toMatchObject([{ id: order.id }]);
    expect(exchange.myTrades({ userId: USER, orderId: order.id }, 6_000)).toMatchObject([{ text: 't-x' }]);
  });

  test("lists are paged, newest first, and one user never sees another's", () => {
    const exchange = openExchange({ users: ['1', '2'] });
    for (let index = 0; index < 5; index += 1)
      placed(exchange, limit('buy', '0.1', `180${index}`), 10 + index, '1');
    const prices = (page: number): string[] =>
      exchange
        .openOrders({ userId: '1', symbol: 'ETH_USDT', page, limit: 2 }, 20)
        .map((order) => order.price);

    expect([prices(1), prices(2), prices(3)]).toEqual([['1804', '1803'], ['1802', '1801'], ['1800']]);
    expect(exchange.openOrders({ userId: '2' }, 20)).toEqual([]);
  });
});

describe('listeners', () => {
  test('hear the order come, its trades, its end and the balances, in this order', () => {
    const exchange = openExchange();
    const heard: string[] = [];
    exchange.subscribe({
      onOrder: (event, order) => heard.push(`${event} ${order.status}`),
      onUserTrade: (trade) => heard.push(`trade ${trade.amount}`),
      onTrade: (trade) => heard.push(`public ${trade.amount}`),
      onBook: () => heard.push('book'),
      onBalance: (change) => heard.push(`${change.currency} ${change.change}`),
    });

    placed(exchange, limit('buy', '0.6', '2001', { timeInForce: 'fok' }), 10);

    expect(heard).toEqual([
      'put open',
      'trade 0.5',
      'public 0.5',
      'trade 0.1',
      'public 0.1',
      'book',
      'finish closed',
      'USDT -1200.1',
      'ETH 0.5988',
    ]);
  });

  test('a change that cannot be recorded is told to nobody and stops the exchange', () => {
    let isFull = false;
    const exchange = openExchange({
      onRecord: () => {
        if (isFull) throw new Error('disk full');
      },
    });
    const heard: string[] = [];
    exchange.subscribe({ onOrder: (event) => heard.push(event) });
    isFull = true;

    expect(() => exchange.place(USER, market('buy', '100'), 10)).toThrow('disk full');
    isFull = false;

    expect(heard).toEqual([]);
    expect(() => exchange.place(USER, market('buy', '100'), 11)).toThrow('restored from its records');
  });
});

describe('market figures', () => {
  test('quotes become candles and a ticker', () => {
    const exchange = new Exchange({ pairs: [ETH] });
    const prices = [200_000, 201_000, 199_000, 200_500];
    prices.forEach((mantissa, index) =>
      exchange.setQuote('ETH/USDT', { kind: 'mid', mid: { mantissa, decimals: 2 } }, 60_000 + index * 20_000),
    );

    expect(exchange.candles('ETH/USDT', 60_000, 0, 1e9, 130_000)).toMatchObject([
      { openMs: 60_000, open: '2000.00', high: '2010.00', low: '1990.00', close: '1990.00', closed: true },
      { openMs: 120_000, open: '2005.00', close: '2005.00', closed: false },
    ]);
    expect(exchange.ticker('ETH/USDT', 130_000)).toMatchObject({
      last: '2005.00',
      high24h: '2010.00',
      low24h: '1990.00',
      changePct: '0.25',
    });
  });
});

describe('rebuilding', () => {
  test('one record keeps the order in which its orders ended: the maker before the taker that came later', () => {
    const records: ExchangeRecord[] = [];
    const exchange = openExchange({ users: ['1', '2'], onRecord: (record) => records.push(record) });
    placed(exchange, limit('sell', '1', '1999.5'), 10, '2');
    placed(exchange, limit('buy', '1', '2000', { timeInForce: 'fok' }), 11, '1');

    const rebuilt = new Exchange({ pairs: [ETH], users: ['1', '2'] });
    for (const record of records) rebuilt.apply(record);

    expect(records.at(-1)?.orders?.map((order) => order.userId)).toEqual(['2', '1']);
    expect(rebuilt.snapshot()).toEqual(exchange.snapshot());
  });

  test('older orders keep their place in the queue, also when a record has touched them', () => {
    const records: ExchangeRecord[] = [];
    const exchange = openExchange({ onRecord: (record) => records.push(record) });
    const first = placed(exchange, limit('sell', '1', '2050', { text: 't-1' }), 10);
    placed(exchange, limit('sell', '1', '2050', { text: 't-2' }), 11);
    exchange.setQuote('ETH/USDT', book([['2050.00', '0.3']], [['2060.00', '1']]), 12);

    const rebuilt = new Exchange({ pairs: [ETH] });
    for (const record of records) rebuilt.apply(record);
    rebuilt.setQuote('ETH/USDT', book([['2050.00', '0.4']], [['2060.00', '1']]), 13);

    expect(rebuilt.order(USER, 'ETH/USDT', first.id, 14)).toMatchObject({ ok: true, value: { left: '0.3' } });
  });
});
