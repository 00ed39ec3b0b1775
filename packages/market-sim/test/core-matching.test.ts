import { describe, expect, test } from 'vitest';
import { ETH, TWO_LEVELS, USER, book, limit, market, mid, openExchange, placed } from './core-fixture.js';

describe('worked fills, to the last digit', () => {
  test('a market buy spends quote over two levels and pays its fee in base', () => {
    const exchange = openExchange();

    const order = placed(exchange, market('buy', '1500', { text: 't-start' }), 10);

    // 0.5 at 2000 = 1000; 500 / 2001 = 0.24987..., cut to 0.2498 = 499.8498.
    expect(order).toMatchObject({
      status: 'closed',
      finishAs: 'filled',
      text: 't-start',
      filledAmount: '0.7498',
      filledTotal: '1499.8498',
      left: '0.1502',
      fee: '0.0014996',
      feeCurrency: 'ETH',
    });
    expect(exchange.balances(USER)).toEqual({
      USDT: { available: '8500.1502', locked: '0' },
      ETH: { available: '10.7483004', locked: '0' },
    });
    expect(
      exchange.myTrades({ userId: USER }, 10).map((trade) => [trade.price, trade.amount, trade.fee]),
    ).toEqual([
      ['2001', '0.2498', '0.0004996'],
      ['2000', '0.5', '0.001'],
    ]);
  });

  test('a market sale gives base over two levels and pays its fee in quote', () => {
    const exchange = openExchange();

    const order = placed(exchange, market('sell', '0.6'), 10);

    expect(order).toMatchObject({
      status: 'closed',
      filledTotal: '1199.3',
      left: '0',
      fee: '2.3986',
      feeCurrency: 'USDT',
    });
    expect(exchange.balances(USER)).toEqual({
      USDT: { available: '11196.9014', locked: '0' },
      ETH: { available: '9.4', locked: '0' },
    });
  });

  test('fees are paid in GT while there is enough, and in the usual coin after that', () => {
    const exchange = openExchange({ gtPrice: '10' });
    exchange.deposit(USER, 'GT', '0.25', 2);

    const first = placed(exchange, market('buy', '1000'), 10);
    const second = placed(exchange, market('sell', '0.5'), 11);

    expect(first).toMatchObject({ fee: '0', gtFee: '0.2', filledAmount: '0.5' });
    expect(second).toMatchObject({ fee: '1.999', gtFee: '0' });
    expect(exchange.balances(USER)['GT']).toEqual({ available: '0.05', locked: '0' });
  });
});

describe('time in force', () => {
  test('a FOK order that the book cannot fill takes nothing (X02)', () => {
    const exchange = openExchange();
    const before = exchange.balances(USER);

    const order = placed(exchange, limit('buy', '0.6', '2000', { timeInForce: 'fok' }), 10);

    expect(order).toMatchObject({ status: 'cancelled', finishAs: 'fok', filledAmount: '0', left: '0.6' });
    expect(exchange.balances(USER)).toEqual(before);
    expect(exchange.top('ETH/USDT')).toMatchObject({ ask: '2000.00', askSize: '0.5000' });
  });

  test('a FOK order can be refused with the label instead (X02)', () => {
    const exchange = openExchange({ fokKill: 'error' });

    const result = exchange.place(USER, limit('buy', '0.6', '2000', { timeInForce: 'fok' }), 10);

    expect(result).toMatchObject({ ok: false, error: { label: 'FOK_NOT_FILL', status: 400 } });
    expect(exchange.records().orders).toEqual([]);
  });

  test('an IOC order takes what its limit allows and cancels the rest', () => {
    const exchange = openExchange();

    const order = placed(exchange, limit('buy', '0.6', '2000', { timeInForce: 'ioc' }), 10);

    expect(order).toMatchObject({ status: 'cancelled', finishAs: 'ioc', filledAmount: '0.5', left: '0.1' });
  });

  test('a POC order that would take is refused', () => {
    const result = openExchange().place(USER, limit('buy', '0.1', '2000', { timeInForce: 'poc' }), 10);

    expect(result).toMatchObject({ ok: false, error: { label: 'POC_FILL_IMMEDIATELY' } });
  });

  test('a market order that eats the whole side says that depth was not enough', () => {
    const order = placed(openExchange(), market('buy', '9000'), 10);

    expect(order).toMatchObject({ status: 'cancelled', finishAs: 'depth_not_enough', filledTotal: '5002' });
  });

  test('a market buy of less than one amount step ends as small, without a fill', () => {
    const exchange = openExchange();
    exchange.setQuote('ETH/USDT', book([], [['30000.00', '1']]), 5);

    expect(placed(exchange, market('buy', '2'), 10)).toMatchObject({ finishAs: 'small', filledAmount: '0' });
  });

  test('a market order does not pay beyond its slippage', () => {
    const order = placed(openExchange(), market('buy', '1500', { slippage: '0.0004' }), 10);

    expect(order).toMatchObject({ filledAmount: '0.5', filledTotal: '1000' });
  });
});

describe('the book', () => {
  test('what was taken is gone until the next quote', () => {
    const exchange = openExchange();
    placed(exchange, market('buy', '1000'), 10);

    expect(exchange.top('ETH/USDT')).toMatchObject({ ask: '2001.00', askSize: '2.0000' });
    exchange.setQuote('ETH/USDT', TWO_LEVELS, 11);
    expect(exchange.top('ETH/USDT')).toMatchObject({ ask: '2000.00', askSize: '0.5000' });
  });

  test('a mid price makes at least 20 levels a side, best first, never crossed, the same every time', () => {
    const [one, two] = [openExchange(), openExchange()];
    for (const exchange of [one, two]) exchange.setQuote('ETH/USDT', mid(200_000), 5);

    const view = one.book('ETH/USDT', 50);

    expect(view?.bids.length).toBeGreaterThanOrEqual(20);
    expect(view?.asks.length).toBeGreaterThanOrEqual(20);
    const prices = [...(view?.bids ?? []).toReversed(), ...(view?.asks ?? [])].map(([price]) =>
      Number(price),
    );
    expect(prices).toEqual(prices.toSorted((a, b) => a - b));
    expect(new Set(prices).size).toBe(prices.length);
    expect(two.book('ETH/USDT', 50)).toEqual(view);
  });

  test('a recorded top keeps its own prices and sizes', () => {
    const exchange = openExchange();
    exchange.setQuote(
      'ETH/USDT',
      {
        kind: 'top',
        bid: { mantissa: 199_950, decimals: 2 },
        ask: { mantissa: 199_951, decimals: 2 },
        bidSize: '3.78826000',
        askSize: '1.5',
      },
      5,
    );

    expect(exchange.top('ETH/USDT')).toMatchObject({
      bid: '1999.50',
      bidSize: '3.7882',
      ask: '1999.51',
      askSize: '1.5000',
    });
  });
});

describe('resting orders', () => {
  test('coins are locked while an order rests and free again after its cancel', () => {
    const exchange = openExchange();
    const order = placed(exchange, limit('buy', '1', '1900'), 10);
    expect(exchange.balances(USER)['USDT']).toEqual({ available: '8100', locked: '1900' });

    exchange.cancel(USER, 'ETH/USDT', order.id, 11);

    expect(exchange.balances(USER)['USDT']).toEqual({ available: '10000', locked: '0' });
  });

  test('a quote that passes an order fills it whole at its own price, with the maker fee', () => {
    const exchange = openExchange({ pairs: [{ ...ETH, makerFeePct: '0.1' }] });
    const order = placed(exchange, limit('buy', '5', '1990'), 10);

    exchange.setQuote('ETH/USDT', book([['1980.00', '1']], [['1985.00', '1']]), 20);

    expect(exchange.order(USER, 'ETH/USDT', order.id, 21)).toMatchObject({
      ok: true,
      value: { status: 'closed', filledTotal: '9950', fee: '0.005', finishMs: 20 },
    });
    expect(exchange.balances(USER)['USDT']).toEqual({ available: '50', locked: '0' });
  });

  test('a quote that only touches an order fills it as far as the level reaches', () => {
    const exchange = openExchange();
    const order = placed(exchange, limit('sell', '2', '2050'), 10);

    exchange.setQuote('ETH/USDT', book([['2050.00', '0.7']], [['2060.00', '1']]), 20);

    expect(exchange.order(USER, 'ETH/USDT', order.id, 21)).toMatchObject({
      ok: true,
      value: { status: 'open', filledAmount: '0.7', left: '1.3' },
    });
    expect(exchange.top('ETH/USDT')).toMatchObject({ bid: null, ask: '2050.00', askSize: '1.3000' });
  });

  test('an order never trades with its own user', () => {
    const exchange = openExchange();
    placed(exchange, limit('sell', '1', '1999.5'), 10);

    const order = placed(exchange, limit('buy', '1', '2000', { timeInForce: 'ioc' }), 11);

    expect(order).toMatchObject({ status: 'cancelled', finishAs: 'stp', filledAmount: '0' });
  });

  test('two users trade with each other at the price of the one who was there first', () => {
    const exchange = openExchange({ users: ['1', '2'] });
    const resting = placed(exchange, limit('sell', '1', '1999.5'), 10, '1');

    const taker = placed(exchange, limit('buy', '1', '2000', { timeInForce: 'fok' }), 11, '2');

    expect(taker).toMatchObject({ status: 'closed', filledTotal: '1999.5' });
    expect(exchange.order('1', 'ETH/USDT', resting.id, 12)).toMatchObject({
      ok: true,
      value: { status: 'closed' },
    });
    expect(exchange.balances('1')['USDT']?.available).toBe('11995.501');
  });

  test('a pair that may not be traded fills nothing', () => {
    const exchange = openExchange();
    const order = placed(exchange, limit('buy', '1', '1990'), 10);
    exchange.setTradeStatus('ETH/USDT', 'untradable', 11);

    exchange.setQuote('ETH/USDT', book([['1900.00', '1']], [['1901.00', '1']]), 20);

    expect(exchange.order(USER, 'ETH/USDT', order.id, 21)).toMatchObject({
      ok: true,
      value: { status: 'open' },
    });
    expect(exchange.place(USER, market('buy', '10'), 22)).toMatchObject({
      ok: false,
      error: { label: 'TRADE_RESTRICTED' },
    });
  });
});
