import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { text } from '@mtrade/money';
import { describe, expect, test } from 'vitest';
import { parseFrame } from '../src/parse-frame.js';

const update = (channel: string, result: unknown, more = {}) =>
  JSON.stringify({ time: 1606293275, time_ms: 1606293275723, channel, event: 'update', result, ...more });

const bookTicker = (change = {}) => ({
  t: 1606293275123,
  u: 48733182,
  s: 'ETH_USDT',
  b: '19177.79',
  B: '0.0003341504',
  a: '19179.38',
  A: '0.09',
  ...change,
});

describe('public frames', () => {
  test('book_ticker: best bid and ask with their own time', () => {
    expect(parseFrame(update('spot.book_ticker', bookTicker()))).toEqual({
      type: 'book-ticker',
      symbol: 'ETH/USDT',
      bid: { mantissa: 1917779, decimals: 2 },
      ask: { mantissa: 1917938, decimals: 2 },
      exchangeMs: 1606293275123,
      sequence: 48733182,
    });
  });

  test('a time below one millisecond is none (found by fuzzing)', () => {
    expect(parseFrame(update('spot.book_ticker', bookTicker({ t: 0.5 }))).type).toBe('malformed');
  });

  test('a crossed book is passed on: the rules refuse it (W18)', () => {
    expect(parseFrame(update('spot.book_ticker', bookTicker({ b: '20000' })))).toMatchObject({
      type: 'book-ticker',
      bid: { mantissa: 20000, decimals: 0 },
    });
  });

  test.each([
    ['time_ms', {}, 1606293275723],
    ['seconds only, as in 2021', { time_ms: undefined }, 1606293275000],
    ['decimal text', { time_ms: '1606293275723.4567' }, 1606293275723],
  ])('tickers: the last price, with a time from %s', (_, more, exchangeMs) => {
    const frame = update('spot.tickers', { currency_pair: 'BTC_USDT', last: '70775.2' }, more);

    expect(parseFrame(frame)).toEqual({
      type: 'ticker',
      symbol: 'BTC/USDT',
      last: { mantissa: 707752, decimals: 1 },
      bid: null,
      ask: null,
      exchangeMs,
    });
  });

  test('tickers: the best prices, where they are well formed', () => {
    const result = { currency_pair: 'BTC_USDT', last: '3', highest_bid: '2.5', lowest_ask: 'NaN' };

    expect(parseFrame(update('spot.tickers', result))).toMatchObject({
      bid: { mantissa: 25, decimals: 1 },
      ask: null,
    });
  });

  test('order_book: the asks from best to worst', () => {
    const asks = [
      ['19080.24', '0.1638'],
      ['19080.91', '0.1366'],
    ];
    const frame = update('spot.order_book', { t: 5, lastUpdateId: 9, s: 'ETH_USDT', bids: [], asks });

    expect(parseFrame(Buffer.from(frame))).toEqual({
      type: 'order-book',
      symbol: 'ETH/USDT',
      asks: [
        { mantissa: 1908024, decimals: 2 },
        { mantissa: 1908091, decimals: 2 },
      ],
      exchangeMs: 5,
      sentMs: 1_606_293_275_723,
      sequence: 9,
    });
  });
});

describe('private frames', () => {
  const row = {
    id: '399123456',
    text: 't-testtext',
    currency_pair: 'BTC_USDT',
    type: 'limit',
    side: 'sell',
    amount: '0.0003',
    left: '0.0001',
    filled_total: '5.25',
    event: 'finish',
    finish_as: 'ioc',
  };
  const only = (result: unknown) => {
    const frame = parseFrame(update('spot.orders', result));
    if (frame.type !== 'orders') throw new Error(frame.type);
    return frame;
  };

  test('an order that ended, with what it filled', () => {
    const [order] = only([row]).orders;

    expect(order).toMatchObject({
      clientOrderId: 't-testtext',
      symbol: 'BTC/USDT',
      exchangeOrderId: '399123456',
      finished: true,
      finishAs: 'ioc',
    });
    expect(order?.filledBase && text(order.filledBase)).toBe('0.0002');
    expect(order?.filledQuote && text(order.filledQuote)).toBe('5.25');
  });

  test('a market buy counts in quote: its base is not said, and not derived', () => {
    const [order] = only([{ ...row, type: 'market', side: 'buy' }]).orders;

    expect(order?.filledBase).toBeNull();
  });

  test('more left than there was says nothing of what was filled', () => {
    const [order] = only([{ ...row, left: '7' }]).orders;

    expect(order).toMatchObject({ exchangeOrderId: '399123456', filledBase: null });
  });

  test('an order that is put is not finished', () => {
    const [order] = only([{ ...row, event: 'put', finish_as: 'open' }]).orders;

    expect(order).toMatchObject({ finished: false, finishAs: null });
  });

  test('a row without an order is left out and counted, the others stay', () => {
    const frame = only([{ ...row, id: undefined }, row, 5]);

    expect([frame.orders.length, frame.malformed]).toEqual([1, 2]);
  });

  test('an own trade names its order', () => {
    const trade = { id: 5736713, order_id: '30784428', currency_pair: 'BTC_USDT', text: 't-a' };
    const frame = parseFrame(update('spot.usertrades', [trade]));

    expect(frame).toMatchObject({
      orders: [{ clientOrderId: 't-a', exchangeOrderId: '30784428', filledBase: null }],
    });
  });
});

describe('answers', () => {
  test.each([
    [{ result: { status: 'success' } }, null],
    [{ error: null, result: { status: 'success' } }, null],
    [{ error: { code: 2, message: 'unknown currency pair X_Y' } }, 'unknown currency pair X_Y'],
    [{ error: {} }, 'refused'],
    [{ result: { status: 'fail' } }, 'refused'],
  ])('%j', (more, error) => {
    const frame = JSON.stringify({ time: 1, id: 7, channel: 'spot.tickers', event: 'subscribe', ...more });

    expect(parseFrame(frame)).toEqual({ type: 'subscribed', id: 7, channel: 'spot.tickers', error });
  });
});

describe('W11: what is not of the documented shape is dropped as a whole, without a throw', () => {
  test.each([
    '',
    'hello',
    '{',
    'null',
    '[]',
    '5',
    '{}',
    '{"channel":5}',
    '{"channel":"spot.tickers"}',
    update('spot.book_ticker', null),
    update('spot.book_ticker', []),
    update('spot.orders', {}),
    update('spot.order_book', { t: 1, s: 'A_B', asks: [['x', '1']] }),
    update('spot.order_book', { t: 1, s: 'A_B', asks: [{}] }),
    update('spot.tickers', { currency_pair: 'A_B', last: '1' }, { time: undefined, time_ms: undefined }),
    update(
      'spot.tickers',
      { currency_pair: 'A_B', last: '1' },
      { time: 9007199254740991, time_ms: undefined },
    ),
    '['.repeat(200_000),
  ])('%.60s', (frame) => {
    expect(parseFrame(frame).type).toBe('malformed');
  });

  test.each([
    { b: 'NaN' },
    { b: '1e999' },
    { b: '-5' },
    { b: '' },
    { a: '' },
    { a: 19179.38 },
    { a: null },
    { a: '0' },
    { s: 'ETHUSDT' },
    { s: 5 },
    { s: '__proto___X' },
    { t: 'yesterday' },
    { t: -1 },
    { t: null },
  ])('book_ticker with %j', (change) => {
    expect(parseFrame(update('spot.book_ticker', bookTicker(change))).type).toBe('malformed');
  });
});

const recording = path.join(
  process.env['MTRADE_DATA'] ?? '',
  'ws/cryptofeed_gateio_spot_2021-04-22/GATEIO.ws.1.0',
);

describe.skipIf(!existsSync(recording))('recorded frames of 2021 (skipped when MTRADE_DATA has none)', () => {
  test('each is understood, and every ticker of a listed pair has a price and a time', () => {
    const frames = readFileSync(recording, 'utf8')
      .split('\n')
      .map((line) => /^\d+\.\d+: (.*)$/.exec(line)?.[1])
      .filter((frame) => frame !== undefined);
    const count: Record<string, number> = {};
    for (const frame of frames) {
      const { type } = parseFrame(frame);
      count[type] = (count[type] ?? 0) + 1;
    }

    expect(frames.length).toBeGreaterThan(200);
    expect(count['malformed'] ?? 0).toBe(0);
    expect(count['ticker']).toBe(22);
  });
});
