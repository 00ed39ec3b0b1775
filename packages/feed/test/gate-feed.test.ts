import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import {
  type Exchange,
  type Running,
  type Subscribe,
  bookTicker,
  startExchange,
  startFeed,
} from './exchange-socket.js';

let exchange: Exchange;
let running: Running;
afterEach(async () => {
  running.feed.close();
  await exchange.close();
});

const pairsOn = (channel: string, connection: number) =>
  exchange.subscribes
    .filter((one) => one.channel === channel && one.connection === connection)
    .flatMap((one) => one.payload);
const SOON = { timeout: 5_000, interval: 5 };
const connectedTo = async (connection: number) => {
  await expect.poll(() => pairsOn('spot.tickers', connection).length, SOON).toBeGreaterThan(0);
  await expect.poll(() => running.states.at(-1)?.connected, SOON).toBe(true);
};

describe('ticks', () => {
  test('carry what their frame says and nothing else', async () => {
    exchange = await startExchange();
    running = startFeed(exchange, { depthSymbols: ['ETH/USDT'] });
    await connectedTo(1);
    exchange.send(bookTicker('BTC_USDT', 1_700_000_000_000));
    exchange.send({
      time_ms: 1_700_000_000_001,
      channel: 'spot.tickers',
      event: 'update',
      result: { currency_pair: 'BTC_USDT', last: '100.15' },
    });
    exchange.send({
      time_ms: 1_700_000_009_000,
      channel: 'spot.order_book',
      event: 'update',
      result: { t: 1_700_000_000_002, lastUpdateId: 1, s: 'ETH_USDT', bids: [], asks: [['3.5', '1']] },
    });
    exchange.send(bookTicker('DOGE_USDT', 1_700_000_000_000));

    await expect.poll(() => running.ticks.length, SOON).toBe(3);
    const [book, last, depth] = running.ticks;
    expect(book).toMatchObject({
      symbol: 'BTC/USDT',
      bid: { mantissa: 1001, decimals: 1 },
      ask: { mantissa: 1002, decimals: 1 },
      last: null,
      asks: null,
      exchangeMs: 1_700_000_000_000,
    });
    expect(last).toMatchObject({ bid: null, ask: null, last: { mantissa: 10015, decimals: 2 } });
    // A snapshot of a quiet book says that it still stands.
    expect(depth).toMatchObject({
      symbol: 'ETH/USDT',
      ask: null,
      asks: [{ mantissa: 35, decimals: 1 }],
      exchangeMs: 1_700_000_009_000,
    });
    const depthSubscribe = exchange.subscribes.find((one) => one.channel === 'spot.order_book');
    expect(depthSubscribe?.payload).toEqual(['ETH_USDT', '20', '100ms']);
  });

  test("a ticker's best prices count only while the book's own channel is quiet", async () => {
    exchange = await startExchange();
    running = startFeed(exchange);
    await connectedTo(1);
    const ticker = (ms: number) => ({
      time_ms: ms,
      channel: 'spot.tickers',
      event: 'update',
      result: { currency_pair: 'BTC_USDT', last: '3', highest_bid: '2', lowest_ask: '4' },
    });
    exchange.send(ticker(1_000));
    exchange.send(bookTicker('BTC_USDT', 2_000));
    exchange.send(ticker(3_000));

    await expect.poll(() => running.ticks.length, SOON).toBe(3);

    expect(running.ticks[0]).toMatchObject({
      bid: { mantissa: 2 },
      ask: { mantissa: 4 },
      last: { mantissa: 3 },
    });
    expect(running.ticks[2]).toMatchObject({ bid: null, ask: null, last: { mantissa: 3 } });
  });

  test('W04, W05: an older frame is dropped and counted, also after a reconnect', async () => {
    exchange = await startExchange();
    running = startFeed(exchange);
    await connectedTo(1);
    exchange.send(bookTicker('BTC_USDT', 2_000));
    exchange.send(bookTicker('BTC_USDT', 1_000));
    await expect.poll(() => running.ticks.length, SOON).toBe(1);
    exchange.sockets[0]?.terminate();
    await connectedTo(2);
    exchange.send(bookTicker('BTC_USDT', 1_500));
    exchange.send(bookTicker('BTC_USDT', 3_000));

    await expect.poll(() => running.ticks.map((tick) => tick.exchangeMs), SOON).toEqual([2_000, 3_000]);
    await expect.poll(() => running.states.at(-1)?.staleFrames, SOON).toBe(2);
  });

  test('malformed and binary frames are dropped and counted, and the next good one is taken (W11, W13)', async () => {
    exchange = await startExchange();
    running = startFeed(exchange);
    await connectedTo(1);
    const [socket] = exchange.sockets;
    socket?.send('{"channel":');
    socket?.send(JSON.stringify(bookTicker('BTC_USDT', 1_000, '1e999')));
    socket?.send(Buffer.from(JSON.stringify(bookTicker('BTC_USDT', 1_000))), { binary: true });
    exchange.send(bookTicker('BTC_USDT', 2_000));

    await expect.poll(() => running.ticks.map((tick) => tick.exchangeMs), SOON).toEqual([2_000]);
    await expect.poll(() => running.states.at(-1)?.malformedFrames, SOON).toBe(3);
    expect(running.states.at(-1)?.reconnects).toBe(0);
  });
});

test('W16: twenty thousand frames at once are all read, in order, on the same connection', async () => {
  exchange = await startExchange();
  running = startFeed(exchange);
  await connectedTo(1);
  for (let ms = 1; ms <= 20_000; ms += 1) exchange.send(bookTicker('BTC_USDT', ms));

  await expect.poll(() => running.ticks.length, SOON).toBe(20_000);
  expect(running.ticks.at(-1)?.exchangeMs).toBe(20_000);
  expect(running.states.at(-1)).toMatchObject({ connected: true, reconnects: 0 });
});

describe('a connection that fails is replaced, with everything subscribed again', () => {
  test('silence: asked after the limit, given up after it again (W01)', async () => {
    exchange = await startExchange();
    running = startFeed(exchange, { silenceMs: 60 });
    await connectedTo(1);
    // Pings are answered by the library of the server; a dead path answers nothing.
    exchange.sockets[0]?.pause();

    await connectedTo(2);

    expect(exchange.subscribes.some((one) => one.connection === 2)).toBe(true);
    const broken = running.states.find((state) => !state.connected);
    expect(broken?.reason).toMatch(/no frame for \d+ ms/);
    expect(running.states.at(-1)).toMatchObject({ connected: true, reconnects: 1, reason: null });
  });

  test('a quiet exchange that answers our ping stays connected', async () => {
    exchange = await startExchange();
    running = startFeed(exchange, { silenceMs: 30 });
    await connectedTo(1);

    await expect.poll(() => exchange.pings.length, SOON).toBeGreaterThanOrEqual(4);

    expect(new Set(exchange.pings)).toEqual(new Set([1]));
    expect(running.states.at(-1)).toMatchObject({ connected: true, reconnects: 0 });
  });

  test('scenario 41: 50 pairs are all back after each drop', async () => {
    exchange = await startExchange();
    const symbols = Array.from({ length: 50 }, (_, index) => `C${index}/USDT`);
    running = startFeed(exchange, { symbols });
    const wanted = symbols.map((symbol) => symbol.replace('/', '_')).sort();

    for (const connection of [1, 2, 3]) {
      await expect.poll(() => pairsOn('spot.book_ticker', connection).sort(), SOON).toEqual(wanted);
      await expect.poll(() => pairsOn('spot.tickers', connection).sort(), SOON).toEqual(wanted);
      for (const pair of wanted) exchange.send(bookTicker(pair, connection * 1_000));
      await expect.poll(() => running.ticks.length, SOON).toBe(connection * 50);
      exchange.sockets.at(-1)?.close(1001);
    }

    await expect.poll(() => running.states.at(-1)?.reconnects, SOON).toBe(3);
  });

  test('a huge frame (W12)', async () => {
    exchange = await startExchange();
    running = startFeed(exchange);
    await connectedTo(1);
    exchange.sockets[0]?.send('x'.repeat(1024 * 1024 + 1));

    await connectedTo(2);

    expect(running.states.find((state) => !state.connected)?.reason).toMatch(/payload size/i);
  });

  test('W12: compression is not offered, so no small frame can unpack into a huge one', async () => {
    const offered: (string | undefined)[] = [];
    exchange = await startExchange(undefined, ({ headers }) => {
      offered.push(headers['sec-websocket-extensions']);
      return true;
    });
    running = startFeed(exchange);
    await connectedTo(1);

    expect(offered).toEqual([undefined]);
  });

  test('W13: a frame in endless pieces is given up at the same limit, and is not kept', async () => {
    exchange = await startExchange();
    running = startFeed(exchange);
    await connectedTo(1);
    const piece = 'x'.repeat(4_096);
    for (let sent = 0; sent <= 1024 * 1024; sent += piece.length)
      exchange.sockets[0]?.send(piece, { fin: false });

    await connectedTo(2);

    expect(running.states.find((state) => !state.connected)?.reason).toMatch(/payload size/i);
  });

  test('text that is not UTF-8 (W13)', async () => {
    exchange = await startExchange();
    running = startFeed(exchange);
    await connectedTo(1);
    exchange.sockets[0]?.send(Buffer.from([0xc3, 0x28]), { binary: false });

    await connectedTo(2);

    expect(running.states.at(-1)?.reconnects).toBe(1);
  });

  test('W14: the exchange says goodbye in good order, at any time', async () => {
    exchange = await startExchange();
    running = startFeed(exchange);
    await connectedTo(1);
    exchange.send(bookTicker('BTC_USDT', 1_000));
    exchange.sockets[0]?.close(1001, 'going away');

    await connectedTo(2);
    exchange.send(bookTicker('BTC_USDT', 2_000));

    await expect.poll(() => running.ticks.map((tick) => tick.exchangeMs), SOON).toEqual([1_000, 2_000]);
    expect(running.states.find((state) => !state.connected)?.reason).toMatch(/1001 going away/);
  });

  test('an exchange that refuses the connection at first', async () => {
    let refusals = 3;
    exchange = await startExchange(undefined, () => {
      refusals -= 1;
      return refusals < 0;
    });
    running = startFeed(exchange);

    await connectedTo(1);

    expect(running.states.filter((state) => !state.connected)).toHaveLength(3);
    expect(running.states[0]?.reason).toMatch(/401/);
  });

  test('a redirect is not followed', async () => {
    exchange = await startExchange();
    const elsewhere = createServer((_, response) => response.end());
    elsewhere.on('upgrade', (_, socket) =>
      // The feed hangs up on such an answer, and how it does is its own business.
      socket
        .on('error', () => undefined)
        .end(`HTTP/1.1 302 Found\r\nLocation: ${exchange.url.replace('ws', 'http')}\r\n\r\n`),
    );
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    const { port } = elsewhere.address() as AddressInfo;

    running = startFeed({ url: `ws://127.0.0.1:${port}/` });
    await expect.poll(() => running.states.length, SOON).toBeGreaterThanOrEqual(2);
    running.feed.close();
    await new Promise((resolve) => elsewhere.close(resolve));

    expect(running.states[0]?.reason).toMatch(/302/);
    expect(exchange.sockets).toHaveLength(0);
  });
});

describe('subscriptions', () => {
  const unknownPair = ({ payload }: Subscribe) =>
    payload.includes('GONE_USDT')
      ? { error: { code: 2, message: 'unknown currency pair GONE_USDT' }, result: { status: 'fail' } }
      : { result: { status: 'success' } };

  test('one unknown pair is named and does not blind the others (W09)', async () => {
    exchange = await startExchange(unknownPair);
    running = startFeed(exchange, { symbols: ['BTC/USDT', 'GONE/USDT', 'ETH/USDT'] });

    await expect
      .poll(() => running.states.at(-1)?.refused, SOON)
      .toEqual({
        'GONE/USDT': 'unknown currency pair GONE_USDT',
      });
    const single = exchange.subscribes.filter((one) => one.payload.length === 1).map((one) => one.payload[0]);
    expect(new Set(single)).toEqual(new Set(['BTC_USDT', 'GONE_USDT', 'ETH_USDT']));
  });

  test('a refused pair is tried again, and no longer named once it is accepted (W09)', async () => {
    let listed = false;
    exchange = await startExchange((one) => (listed ? { result: { status: 'success' } } : unknownPair(one)));
    running = startFeed(exchange, { symbols: ['GONE/USDT'], retryRefusedMs: 30 });
    await expect.poll(() => Object.keys(running.states.at(-1)?.refused ?? {}), SOON).toEqual(['GONE/USDT']);

    listed = true;

    await expect.poll(() => running.states.at(-1)?.refused, SOON).toEqual({});
    expect(running.states.at(-1)?.reconnects).toBe(0);
  });

  test('a missing answer counts as a refusal', async () => {
    exchange = await startExchange(() => null);
    running = startFeed(exchange, { symbols: ['BTC/USDT'], answerTimeoutMs: 30 });

    await expect.poll(() => running.states.at(-1)?.refused, SOON).toEqual({ 'BTC/USDT': 'no answer' });
  });
});

describe('a pair that sends nothing', () => {
  const again = (pair: string) =>
    exchange.subscribes.filter((one) => one.payload.length === 1 && one.payload[0] === pair);

  test('W03, W09: on a living connection is subscribed again, it alone', async () => {
    exchange = await startExchange();
    running = startFeed(exchange, { silentPairMs: 150 });
    await connectedTo(1);
    const lively = setInterval(() => exchange.send(bookTicker('BTC_USDT', Date.now())), 20);
    try {
      await expect
        .poll(
          () =>
            again('ETH_USDT')
              .map((one) => one.channel)
              .sort(),
          SOON,
        )
        .toContain('spot.tickers');
    } finally {
      clearInterval(lively);
    }

    expect(again('ETH_USDT').map((one) => one.channel)).toContain('spot.book_ticker');
    expect(again('BTC_USDT')).toEqual([]);
    expect(running.states.at(-1)).toMatchObject({ connected: true, reconnects: 0, refused: {} });
  });

  test('W02: pings of the exchange are answered', async () => {
    exchange = await startExchange();
    running = startFeed(exchange);
    await connectedTo(1);
    const answered = new Promise((resolve) => exchange.sockets[0]?.once('pong', resolve));
    exchange.sockets[0]?.ping('are you there');

    expect(String(await answered)).toBe('are you there');
  });
});

describe('private channels', () => {
  const keys = { apiKey: 'feed-key', apiSecret: 'feed-secret' };
  const right = ({ auth, channel, time }: Subscribe) =>
    auth?.method === 'api_key' &&
    auth.KEY === keys.apiKey &&
    auth.SIGN ===
      createHmac('sha512', keys.apiSecret)
        .update(`channel=${channel}&event=subscribe&time=${time}`)
        .digest('hex');

  test('are signed, and orders, own trades and balances arrive', async () => {
    exchange = await startExchange();
    running = startFeed(exchange, keys);
    await expect.poll(() => exchange.subscribes.filter((one) => one.auth !== undefined).length, SOON).toBe(3);
    const order = { id: '5', text: 't-a', currency_pair: 'BTC_USDT', event: 'finish', finish_as: 'filled' };
    const trade = { id: 1, order_id: '5', text: 't-a', currency_pair: 'BTC_USDT' };
    exchange.send({ channel: 'spot.orders', event: 'update', result: [order] });
    exchange.send({ channel: 'spot.usertrades', event: 'update', result: [trade] });
    exchange.send({ channel: 'spot.balances', event: 'update', result: [{}] });

    await expect.poll(() => running.heard.balances, SOON).toBe(1);
    const signed = exchange.subscribes.filter((one) => one.auth !== undefined);
    expect(signed.map((one) => [one.channel, right(one)])).toEqual([
      ['spot.orders', true],
      ['spot.usertrades', true],
      ['spot.balances', true],
    ]);
    expect(running.orders.map((one) => [one.exchangeOrderId, one.finished])).toEqual([
      ['5', true],
      ['5', false],
    ]);
  });

  test('are not asked for without keys', async () => {
    exchange = await startExchange();
    running = startFeed(exchange);
    await connectedTo(1);

    expect(exchange.subscribes.filter((one) => one.auth !== undefined)).toEqual([]);
  });

  test("with a wrong clock are refused, and accepted once the exchange's clock is known (W10)", async () => {
    const aheadS = 3_600;
    exchange = await startExchange((one) =>
      one.auth !== undefined && Math.abs(one.time - Date.now() / 1_000 - aheadS) > 60
        ? { error: { code: 4, message: 'invalid time' } }
        : { result: { status: 'success' } },
    );
    running = startFeed(exchange, { ...keys, answerTimeoutMs: 50 });
    await expect
      .poll(() => running.states.at(-1)?.refused, SOON)
      .toEqual({
        'spot.orders': 'invalid time',
        'spot.usertrades': 'invalid time',
        'spot.balances': 'invalid time',
      });

    running.feed.setClockOffset(aheadS * 1_000);

    await expect.poll(() => running.states.at(-1)?.refused, SOON).toEqual({});
  });
});

describe('close', () => {
  test.each([
    ['while connected', 'open'],
    ['while waiting to reconnect', 'closed'],
    ['during the handshake', 'at once'],
  ])(
    'leaves nothing that keeps a process alive %s',
    async (_, moment) => {
      // The exchange ends the connection of the process that wants to be closed while it waits.
      exchange = await startExchange(({ payload }) => {
        if (payload.includes('DROP_ME')) exchange.sockets.at(-1)?.terminate();
        return null;
      });
      running = startFeed(exchange);
      await expect.poll(() => exchange.sockets.length, SOON).toBe(1);
      const symbol = moment === 'closed' ? 'DROP/ME' : 'BTC/USDT';
      const script = `
      import { systemClock } from '@mtrade/base';
      import { silentLogger } from '@mtrade/log';
      import { createGateFeed } from '@mtrade/feed';
      const backoff = { firstMs: 60_000, baseMs: 60_000 };
      const feed = createGateFeed(
        { wsUrl: '${exchange.url}', symbols: ['${symbol}'], backoff },
        { log: silentLogger, clock: systemClock, random: () => 0.9 },
      );
      let closed = false;
      const onState = ({ connected }) => {
        if (closed) throw new Error('heard after close');
        if ('${moment}' === (connected ? 'closed' : 'open')) return;
        closed = true;
        feed.close();
        feed.close();
      };
      feed.start({ onTick: () => {}, onOrder: () => {}, onBalances: () => {}, onState });
      if ('${moment}' === 'at once') feed.close();
    `;
      const options = { cwd: import.meta.dirname, timeout: 10_000 };
      const ended = await promisify(execFile)(
        process.execPath,
        ['--input-type=module', '-e', script],
        options,
      );

      expect(ended).toEqual({ stdout: '', stderr: '' });
    },
    20_000,
  );
});
