import { MALFORMED_VARIANTS, WS_FAULTS, type WsFault } from '@mtrade/market-sim';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type TestExchange,
  TestSocket,
  marketBuy,
  openSocket,
  rawPrivate,
  startTestExchange,
} from './server-harness.js';

let exchange: TestExchange;
beforeEach(async () => {
  exchange = await startTestExchange({ stateOnSubscribe: false });
});
afterEach(() => exchange.close());

const seen = new Set<string>();
const CHANNEL = 'spot.book_ticker';

/** The `nth` frame of the channel (default every one) meets this fault. */
function onFrames(fault: WsFault, match: { nth?: number; symbol?: string; channel?: string } = {}): void {
  seen.add(fault.kind);
  exchange.faults.add({ id: fault.kind, match: { transport: 'ws', channel: CHANNEL, ...match }, fault });
}

async function listen(...pairs: string[]): Promise<TestSocket> {
  const socket = await openSocket(exchange);
  socket.subscribe(CHANNEL, pairs.length === 0 ? ['BTC_USDT', 'ETH_USDT'] : pairs);
  await socket.next(CHANNEL, 'subscribe');
  return socket;
}

/** Bids of the frames that a sequence of quotes made, in order of arrival. */
async function bidsAfter(
  socket: TestSocket,
  quotes: readonly (readonly [string, string])[],
): Promise<string[]> {
  const before = socket.texts.length;
  for (const [symbol, mid] of quotes) exchange.setMid(symbol, mid);
  await socket.settle();
  return socket.texts
    .slice(before)
    .map((text) => JSON.parse(text) as { result: { s: string; b: string } })
    .map(({ result }) => `${result.s.slice(0, 3)} ${Math.round(Number(result.b) / 100) * 100}`);
}

const QUOTES = [
  ['BTC/USDT', '51000'],
  ['ETH/USDT', '3100'],
  ['BTC/USDT', '52000'],
  ['BTC/USDT', '53000'],
] as const;

describe('frames', () => {
  test('without a rule they come once, in order', async () => {
    const socket = await listen();

    expect(await bidsAfter(socket, QUOTES)).toEqual(['BTC 51000', 'ETH 3100', 'BTC 52000', 'BTC 53000']);
  });

  test('W03: one symbol sends nothing, the other goes on', async () => {
    onFrames({ kind: 'swallow' }, { symbol: 'BTC_USDT' });
    const socket = await listen();

    expect(await bidsAfter(socket, QUOTES)).toEqual(['ETH 3100']);
    expect(exchange.faults.fired('swallow')).toBe(3);
  });

  test('W06: a frame comes twice', async () => {
    onFrames({ kind: 'duplicate' }, { nth: 2 });
    const socket = await listen();

    expect(await bidsAfter(socket, QUOTES)).toEqual([
      'BTC 51000',
      'ETH 3100',
      'ETH 3100',
      'BTC 52000',
      'BTC 53000',
    ]);
  });

  test('W05: a frame comes after its successor', async () => {
    onFrames({ kind: 'reorder' }, { nth: 3 });
    const socket = await listen();

    expect(await bidsAfter(socket, QUOTES)).toEqual(['BTC 51000', 'ETH 3100', 'BTC 53000', 'BTC 52000']);
  });

  test('W04: an old frame of the same symbol is replayed with its old stamp and id', async () => {
    onFrames({ kind: 'stale' }, { nth: 4 });
    const socket = await listen();

    const bids = await bidsAfter(socket, QUOTES);

    expect(bids).toEqual(['BTC 51000', 'ETH 3100', 'BTC 52000', 'BTC 51000']);
    expect(socket.texts.at(-1)).toBe(socket.texts.at(-4));
  });

  test('a frame comes late', async () => {
    // Long enough for the others to come first on a busy machine.
    onFrames({ kind: 'delay', ms: 1_000 }, { nth: 1 });
    const socket = await listen();

    const atOnce = await bidsAfter(socket, QUOTES);
    const late = JSON.parse((await waitFor(socket, 5)) ?? '') as { result: { b: string } };

    expect(atOnce).toEqual(['ETH 3100', 'BTC 52000', 'BTC 53000']);
    expect(Number(late.result.b)).toBeLessThan(51_001);
  });

  test('W17 W18 W19: any field can be given another value', async () => {
    onFrames({ kind: 'rewrite', set: { b: '0', a: '50000000' } }, { nth: 1 });
    const socket = await listen();
    exchange.setMid('BTC/USDT', '51000');

    expect((await socket.next(CHANNEL)).result).toMatchObject({ s: 'BTC_USDT', b: '0', a: '50000000' });
  });

  test('W07: a private frame is lost while REST knows the order', async () => {
    onFrames({ kind: 'swallow' }, { channel: 'spot.orders' });
    const socket = await openSocket(exchange);
    socket.subscribePrivate('spot.orders', ['!all']);
    await socket.next('spot.orders', 'subscribe');
    const before = socket.texts.length;

    await rawPrivate(exchange, marketBuy());
    await socket.settle();

    expect(socket.texts.length).toBe(before);
    expect(exchange.records().orders).toHaveLength(1);
  });
});

describe('frames that no parser should accept (W11, W13)', () => {
  /** What the client gets instead of the frame: message data and flag, or the code of the error that closed it. */
  function nextRaw(socket: TestSocket): Promise<{ text: string; binary: boolean } | string> {
    return new Promise((resolve) => {
      socket.ws.once('message', (data: Buffer, binary: boolean) =>
        resolve({ text: data.toString('utf8'), binary }),
      );
      socket.ws.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
    });
  }

  const expected: Record<
    (typeof MALFORMED_VARIANTS)[number],
    (got: { text: string; binary: boolean } | string) => boolean
  > = {
    'cut-json': (got) => typeof got === 'object' && got.text.length > 0 && !isJson(got.text),
    empty: (got) => typeof got === 'object' && got.text === '',
    'not-a-number': (got) => typeof got === 'object' && got.text.includes('"b":"NaN"'),
    overflow: (got) => typeof got === 'object' && got.text.includes('"b":"1e999"'),
    negative: (got) => typeof got === 'object' && got.text.includes('"b":"-1"'),
    'wrong-types': (got) => typeof got === 'object' && got.text.includes('"b":{'),
    binary: (got) => typeof got === 'object' && got.binary,
    'invalid-utf8': (got) => got === 'WS_ERR_INVALID_UTF8',
    fragments: (got) => typeof got === 'object' && isJson(got.text),
  };

  test.each(MALFORMED_VARIANTS)('%s', async (variant) => {
    onFrames({ kind: 'malformed', variant });
    const socket = await listen();

    const got = nextRaw(socket);
    exchange.setMid('BTC/USDT', '51000');

    expect(expected[variant](await got)).toBe(true);
    socket.close();
  });

  test('W12: a huge frame, valid JSON of the asked size', async () => {
    onFrames({ kind: 'huge', bytes: 1_500_000 });
    const socket = await listen();

    const got = nextRaw(socket);
    exchange.setMid('BTC/USDT', '51000');
    const frame = await got;

    expect(typeof frame === 'object' && frame.text.length).toBe(1_500_000);
    expect(typeof frame === 'object' && isJson(frame.text)).toBe(true);
  });
});

describe('connections and subscriptions', () => {
  test('W01: silence on an open socket: no frames, no pong of either kind', async () => {
    onFrames({ kind: 'silence' }, { nth: 2 });
    const socket = await listen();
    let pongs = 0;
    socket.ws.on('pong', () => (pongs += 1));

    exchange.setMid('BTC/USDT', '51000');
    exchange.setMid('BTC/USDT', '52000');
    exchange.setMid('BTC/USDT', '53000');
    socket.ws.ping();
    socket.send({ channel: 'spot.ping', time: 1 });
    const other = await listen();
    await other.settle();

    expect(socket.texts).toHaveLength(2);
    expect(pongs).toBe(0);
    expect(socket.ws.readyState).toBe(socket.ws.OPEN);
  });

  test('the socket is cut without a close frame', async () => {
    onFrames({ kind: 'drop-socket' });
    const socket = await listen();
    exchange.setMid('BTC/USDT', '51000');

    expect(await socket.closed).toBe(1006);
  });

  test('W14: the server closes in good order', async () => {
    onFrames({ kind: 'close-socket', code: 1012, reason: 'maintenance' });
    const socket = await listen();
    exchange.setMid('BTC/USDT', '51000');

    expect(await socket.closed).toBe(1012);
  });

  test('W08: connections are refused until the rule has fired often enough', async () => {
    seen.add('refuse-connection');
    exchange.faults.add({
      match: { transport: 'ws', count: 2 },
      fault: { kind: 'refuse-connection', status: 502 },
    });

    const attempts: string[] = [];
    for (let n = 0; n < 3; n += 1)
      attempts.push(
        await openSocket(exchange).then(
          () => 'open',
          (error: Error) => error.message,
        ),
      );

    expect(attempts).toEqual(['Unexpected server response: 502', 'Unexpected server response: 502', 'open']);
  });

  test('W09 W10: one subscription is refused with the given code, the next is accepted', async () => {
    seen.add('refuse-subscription');
    exchange.faults.add({
      match: { transport: 'ws', channel: CHANNEL, symbol: 'ETH_USDT', count: 1 },
      fault: { kind: 'refuse-subscription', code: 4, message: 'no' },
    });
    const socket = await openSocket(exchange);

    socket.subscribe(CHANNEL, ['ETH_USDT']);
    const first = await socket.next(CHANNEL, 'subscribe');
    socket.subscribe(CHANNEL, ['ETH_USDT']);
    const second = await socket.next(CHANNEL, 'subscribe');

    expect(first).toMatchObject({ error: { code: 4, message: 'no' }, result: { status: 'fail' } });
    expect(second).toMatchObject({ result: { status: 'success' } });
  });

  test('W09: a subscription is acknowledged and never served', async () => {
    seen.add('forget-subscription');
    exchange.faults.add({ match: { transport: 'ws', count: 1 }, fault: { kind: 'forget-subscription' } });
    const socket = await listen();

    expect(await bidsAfter(socket, QUOTES)).toEqual([]);
    expect(exchange.stats().subscriptions).toBe(0);
  });

  test('a ping gets no answer', async () => {
    exchange.faults.add({ match: { transport: 'ws', event: 'ping' }, fault: { kind: 'swallow' } });
    const socket = await openSocket(exchange);

    socket.send({ channel: 'spot.ping', time: 1 });
    await socket.settle();

    expect(socket.texts).toEqual([]);
  });

  test('all sockets can be cut at once', async () => {
    const sockets = [await listen(), await listen()];

    const dropped = exchange.dropSockets();

    expect(dropped).toBe(2);
    expect(await Promise.all(sockets.map((socket) => socket.closed))).toEqual([1006, 1006]);
  });
});

async function waitFor(socket: TestSocket, count: number): Promise<string | undefined> {
  while (socket.texts.length < count) await new Promise((resolve) => setTimeout(resolve, 2));
  return socket.texts[count - 1];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test('every kind of WebSocket fault was seen by a raw client', () => {
  expect([...seen].sort()).toEqual(Object.keys(WS_FAULTS).sort());
});
