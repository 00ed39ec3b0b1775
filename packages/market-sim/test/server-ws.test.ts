import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  OTHER_KEY,
  type TestExchange,
  TestSocket,
  json,
  marketBuy,
  openSocket,
  orderCall,
  rawPrivate,
  startTestExchange,
} from './server-harness.js';

let exchange: TestExchange;
let socket: TestSocket;
beforeEach(async () => {
  exchange = await startTestExchange();
  socket = await openSocket(exchange);
});
afterEach(async () => {
  socket.close();
  await exchange.close();
});

describe('requests', () => {
  test('spot.ping is answered by spot.pong with the clock of the exchange', async () => {
    socket.send({ time: 1, channel: 'spot.ping' });

    const pong = JSON.parse(await socket.nextText()) as object;

    expect(pong).toEqual({
      time: 1_800_000_000,
      time_ms: 1_800_000_000_000,
      channel: 'spot.pong',
      event: '',
      result: null,
    });
  });

  test('a protocol ping is answered', async () => {
    await expect(socket.settle()).resolves.toBeUndefined();
  });

  test('a subscription is acknowledged with its id, channel and payload', async () => {
    socket.subscribe('spot.trades', ['BTC_USDT', 'ETH_USDT']);

    const ack = await socket.next('spot.trades', 'subscribe');

    expect(ack).toMatchObject({
      id: 7,
      time_ms: 1_800_000_000_000,
      payload: ['BTC_USDT', 'ETH_USDT'],
      result: { status: 'success' },
    });
    expect(ack).not.toHaveProperty('error');
  });

  test.each([
    ['spot.tickers', ['BTC_USDT', 'XXX_USDT'], 'unknown currency pair: XXX_USDT'],
    ['spot.tickers', [], 'empty'],
    ['spot.nothing', ['BTC_USDT'], 'unknown channel'],
    ['spot.order_book', ['BTC_USDT', '7', '100ms'], 'level 7'],
    ['spot.order_book', ['BTC_USDT', '5', '10ms'], 'interval 10ms'],
    ['spot.order_book_update', ['BTC_USDT', '1s'], 'interval 1s'],
    ['spot.obu', ['BTC_USDT'], 'BTC_USDT'],
    ['spot.candlesticks', ['3m', 'BTC_USDT'], 'interval 3m'],
  ])('W09: %s %j is refused as a whole with code 2', async (channel, payload, words) => {
    socket.subscribe(channel, payload);

    const refused = await socket.next(channel, 'subscribe');

    expect(refused).toMatchObject({ error: { code: 2 }, result: { status: 'fail' } });
    expect((refused['error'] as { message: string }).message).toContain(words);
    expect(exchange.stats().subscriptions).toBe(0);
  });

  test('text that is no request is answered by code 1, and the socket lives on', async () => {
    socket.ws.send('{"time":');

    expect(JSON.parse(await socket.nextText())).toMatchObject({ error: { code: 1 } });
    await socket.settle();
  });

  test('nothing comes after an unsubscription', async () => {
    socket.subscribe('spot.book_ticker', ['BTC_USDT']);
    await socket.next('spot.book_ticker');
    socket.subscribe('spot.book_ticker', ['BTC_USDT'], 'unsubscribe');
    await socket.next('spot.book_ticker', 'unsubscribe');
    const before = socket.texts.length;

    exchange.setMid('BTC/USDT', '51000');
    await socket.settle();

    expect(socket.texts.length).toBe(before);
  });
});

describe('market data', () => {
  test('each quote is one book_ticker frame with both sides, sizes and a growing id', async () => {
    socket.subscribe('spot.book_ticker', ['BTC_USDT']);
    const first = await socket.next('spot.book_ticker');
    exchange.exchange.setQuote(
      'BTC/USDT',
      {
        kind: 'top',
        bid: { mantissa: 499_999, decimals: 1 },
        ask: { mantissa: 500_011, decimals: 1 },
        bidSize: '1.5',
        askSize: '2',
      },
      exchange.nowMs() + 5,
    );

    const second = await socket.next('spot.book_ticker');

    expect(second).toMatchObject({
      time_ms: 1_800_000_000_000,
      result: { t: 1_800_000_000_005, s: 'BTC_USDT', b: '49999.9', a: '50001.1' },
    });
    expect([Number(second.result['B']), Number(second.result['A'])]).toEqual([1.5, 2]);
    expect(second.result['u']).toBeGreaterThan(first.result['u'] as number);
  });

  test('W18: an empty side is an empty price of size 0', async () => {
    socket.subscribe('spot.book_ticker', ['BTC_USDT']);
    await socket.next('spot.book_ticker');
    exchange.exchange.setQuote(
      'BTC/USDT',
      { kind: 'book', bids: [], asks: [['50000.0', '1']] },
      exchange.nowMs(),
    );

    expect((await socket.next('spot.book_ticker')).result).toMatchObject({ b: '', B: '0', a: '50000.0' });
  });

  test('a pair that nobody listens to costs no frame', async () => {
    socket.subscribe('spot.book_ticker', ['BTC_USDT']);
    await socket.next('spot.book_ticker');
    const before = exchange.stats().framesSent;

    exchange.setMid('ETH/USDT', '3001');

    expect(exchange.stats().framesSent).toBe(before);
  });

  test('the updates of a book, applied to a snapshot, give the book', async () => {
    socket.subscribe('spot.order_book_update', ['BTC_USDT', '100ms']);
    await socket.next('spot.order_book_update', 'subscribe');
    const start = exchange.exchange.book('BTC/USDT', 1_000);
    const sides = { b: new Map(start?.bids), a: new Map(start?.asks) };
    let id = start?.updateId ?? 0;

    for (const price of ['50010', '50500', '49000']) {
      exchange.setMid('BTC/USDT', price);
      const { result } = await socket.next('spot.order_book_update');
      expect(result['U']).toBe(id + 1);
      id = result['u'] as number;
      for (const side of ['a', 'b'] as const)
        for (const [level, size] of result[side] as [string, string][])
          if (size === '0') sides[side].delete(level);
          else sides[side].set(level, size);
    }

    const end = exchange.exchange.book('BTC/USDT', 1_000);
    expect(id).toBe(end?.updateId);
    expect(sides).toEqual({ b: new Map(end?.bids), a: new Map(end?.asks) });
  });

  test('spot.obu starts with the whole book and goes on with changes', async () => {
    socket.subscribe('spot.obu', ['ob.BTC_USDT.50']);
    const full = await socket.next('spot.obu');
    exchange.setMid('BTC/USDT', '50010');
    const delta = await socket.next('spot.obu');

    expect(full.result).toMatchObject({ full: true, s: 'ob.BTC_USDT.50' });
    expect(delta.result).not.toHaveProperty('full');
    expect(delta.result['U']).toBe((full.result['u'] as number) + 1);
  });

  test('spot.order_book sends the asked number of levels', async () => {
    socket.subscribe('spot.order_book', ['BTC_USDT', '5', '100ms']);
    const first = await socket.next('spot.order_book');
    exchange.setMid('BTC/USDT', '50500');
    const second = await socket.next('spot.order_book');

    expect([first.result['bids'], first.result['asks']].map((side) => (side as []).length)).toEqual([5, 5]);
    expect(second.result['lastUpdateId']).toBe(exchange.exchange.top('BTC/USDT')?.updateId);
  });

  test('tickers, trades and candles have the fields of recorded frames', async () => {
    socket.subscribe('spot.tickers', ['BTC_USDT']);
    const ticker = await socket.next('spot.tickers');
    socket.subscribe('spot.candlesticks', ['1m', 'BTC_USDT']);
    const candle = await socket.next('spot.candlesticks');
    socket.subscribe('spot.trades', ['BTC_USDT']);
    await rawPrivate(exchange, marketBuy());
    const trade = await socket.next('spot.trades');

    expect(Object.keys(ticker.result)).toEqual([
      'currency_pair',
      'last',
      'lowest_ask',
      'highest_bid',
      'change_percentage',
      'base_volume',
      'quote_volume',
      'high_24h',
      'low_24h',
    ]);
    expect(Object.keys(candle.result)).toEqual(['t', 'v', 'c', 'h', 'l', 'o', 'n', 'a', 'w']);
    expect(trade.result).toMatchObject({
      currency_pair: 'BTC_USDT',
      side: 'buy',
      create_time: 1_800_000_000,
    });
  });
});

describe('private channels', () => {
  test.each([
    ['an unknown key', { key: 'nobody', secret: 'x' }, 0, 'INVALID_KEY'],
    ['a wrong secret', { key: 'test-key', secret: 'x' }, 0, 'INVALID_SIGNATURE'],
    ['a time 61 s off (W10)', { key: 'test-key', secret: 'test-secret' }, 61, 'REQUEST_EXPIRED'],
  ])('%s is refused with code 4 and the label', async (_, key, offS, label) => {
    socket.subscribePrivate('spot.orders', ['!all'], key, exchange.nowMs() / 1_000 + offS);

    const refused = await socket.next('spot.orders', 'subscribe');

    expect(refused).toMatchObject({ error: { code: 4 } });
    expect(JSON.parse((refused['error'] as { message: string }).message)).toMatchObject({ label });
  });

  test('an order without auth is refused with code 4', async () => {
    socket.subscribe('spot.balances');

    expect(await socket.next('spot.balances', 'subscribe')).toMatchObject({ error: { code: 4 } });
  });

  test('a fill is told as order, trade with fee and text, and balances whose sums are the account', async () => {
    for (const [channel, payload] of [
      ['spot.orders', ['!all']],
      ['spot.usertrades', ['BTC_USDT']],
      ['spot.balances', undefined],
    ] as const) {
      socket.subscribePrivate(channel, payload);
      await socket.next(channel, 'subscribe');
    }
    const { body } = await json(exchange, marketBuy({ text: 't-fill' }));
    await socket.settle();

    const frames = socket.texts.map((text) => JSON.parse(text) as Record<string, unknown>);
    const rows = (channel: string): Record<string, unknown>[] =>
      frames
        .filter((frame) => frame['channel'] === channel && frame['event'] === 'update')
        .flatMap((frame) => frame['result'] as Record<string, unknown>[]);
    expect(rows('spot.orders').at(-1)).toMatchObject({
      id: body['id'],
      text: 't-fill',
      event: 'finish',
      finish_as: 'filled',
      filled_total: body['filled_total'],
      user: 1000,
    });
    expect(rows('spot.usertrades')).toMatchObject([
      { order_id: body['id'], text: 't-fill', fee: body['fee'], fee_currency: 'BTC', role: 'taker' },
    ]);
    for (const currency of ['USDT', 'BTC']) {
      const last = rows('spot.balances').findLast((row) => row['currency'] === currency);
      expect(last?.['available']).toBe(exchange.exchange.balances('1000')[currency]?.available);
      expect(last?.['freeze']).toBe('0');
    }
  });

  test('put, then finish when the order is cancelled; a listener of all and of the pair hears it once', async () => {
    socket.subscribePrivate('spot.orders', ['!all', 'BTC_USDT']);
    await socket.next('spot.orders', 'subscribe');
    const { body } = await json(exchange, orderCall());
    await rawPrivate(exchange, {
      method: 'DELETE',
      path: `/api/v4/spot/orders/${String(body['id'])}?currency_pair=BTC_USDT`,
    });
    await socket.settle();

    const events = socket.texts
      .map((text) => JSON.parse(text) as { event: string; result: { event: string }[] })
      .filter((frame) => frame.event === 'update')
      .map((frame) => frame.result[0]?.event);
    expect(events).toEqual(['put', 'finish']);
  });

  test('nobody hears of another user', async () => {
    socket.subscribePrivate('spot.orders', ['!all'], OTHER_KEY);
    await socket.next('spot.orders', 'subscribe');
    const before = socket.texts.length;

    await rawPrivate(exchange, marketBuy());
    await socket.settle();

    expect(socket.texts.length).toBe(before);
  });
});

describe('readers that do not read', () => {
  test('W16: a slow reader gets the newest quote, and what waits for it stays bounded', async () => {
    socket.subscribe('spot.book_ticker', ['BTC_USDT', 'ETH_USDT']);
    await socket.next('spot.book_ticker');
    await socket.settle();
    socket.ws.pause();

    for (let n = 0; n < 200_000 && exchange.stats().framesReplaced < 1_000; n += 1) {
      exchange.setMid('BTC/USDT', String(40_000 + n));
      // Let the sockets work, as a price source does between two quotes.
      if (n % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    exchange.setMid('BTC/USDT', '12345');
    const { framesReplaced } = exchange.stats();
    socket.ws.resume();
    const top = exchange.exchange.top('BTC/USDT');
    let last = { u: 0, b: '' };
    while (last.u !== top?.updateId)
      last = (await socket.next('spot.book_ticker')).result as { u: number; b: string };

    expect(framesReplaced).toBeGreaterThanOrEqual(1_000);
    expect(last.b).toBe(top.bid);
  });

  test('a reader that cannot keep up with its own orders is cut off, not forgotten silently', async () => {
    exchange.exchange.deposit('1000', 'USDT', '1000000', exchange.nowMs());
    socket.subscribePrivate('spot.orders', ['!all']);
    await socket.next('spot.orders', 'subscribe');
    socket.ws.pause();
    const order = {
      symbol: 'BTC/USDT',
      side: 'buy',
      type: 'limit',
      amount: '0.001',
      price: '40000',
    } as const;

    for (let n = 0; n < 20_000 && exchange.stats().slowSocketsClosed === 0; n += 1) {
      const placed = exchange.exchange.place('1000', order, exchange.nowMs());
      if (placed.ok) exchange.exchange.cancel('1000', order.symbol, placed.value.id, exchange.nowMs());
      if (n % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    socket.ws.resume();

    expect(exchange.stats().slowSocketsClosed).toBe(1);
    expect(await socket.closed).toBe(1006);
  });
});

describe('the end', () => {
  test('W02: a client that does not answer pings is cut off; one that does stays', async () => {
    const strict = await startTestExchange({ wsPingEveryMs: 20 });
    const polite = await openSocket(strict);
    const deaf = new TestSocket(strict, { autoPong: false });
    await deaf.opened;

    expect(await deaf.closed).toBe(1006);
    await polite.settle();
    polite.close();
    await strict.close();
  });

  test('closing the exchange ends every socket and every subscription', async () => {
    socket.subscribe('spot.order_book_update', ['BTC_USDT', '100ms']);
    await socket.next('spot.order_book_update', 'subscribe');

    await exchange.close();

    expect(await socket.closed).toBe(1006);
    exchange.setMid('BTC/USDT', '1');
    expect(exchange.stats()).toMatchObject({ sockets: 0, subscriptions: 0 });
  });
});
