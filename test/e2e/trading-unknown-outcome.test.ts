import type { RestFault } from '@mtrade/market-sim';
import { describe, expect, test } from 'vitest';
import { useEngine } from './support/fixture.js';

describe.concurrent('an order whose answer is lost', () => {
  const at = useEngine({
    pairs: ['LATE/USDT', 'FREE/USDT', 'CUT/USDT', 'BROKEN/USDT', 'STALLED/USDT'],
    start: { engine: { request_deadline_ms: 800, order_expiry_ms: 10_000 } },
  });

  test('scenario 5: it times out and fills 2 s later: the pair is blocked until the fill is found, others trade', async () => {
    const { world, engine } = at;
    world.harmOrders('LATE/USDT', { kind: 'delay-before', ms: 2_800 }, { count: 1 });
    world.price('LATE/USDT', '99.9', '100');
    const blocked = await engine.untilPair('LATE/USDT', 'is unknown', ({ state }) => state === 'unknown');
    expect(blocked).toMatchObject({ cycle_start_state: 1, base_volume: '0' });
    expect(world.orders('LATE/USDT')).toEqual([]);
    expect((await engine.status()).unknown_intents).toBeGreaterThan(0);

    world.price('FREE/USDT', '99.9', '100');
    await engine.untilPair('FREE/USDT', 'trades', ({ state }) => state === 'active');
    const found = await engine.untilPair('LATE/USDT', 'is found', ({ state }) => state === 'active');
    expect(found).toMatchObject({ start_price: '100', base_volume: '0.0999', attention: null });
    expect([world.posts('LATE/USDT'), world.orders('LATE/USDT').length]).toEqual([1, 1]);
  });

  const LOST: readonly (readonly [string, string, string, RestFault])[] = [
    ['N04', 'CUT/USDT', 'the socket is cut after the fill', { kind: 'drop', process: true, reset: true }],
    ['N05', 'BROKEN/USDT', 'a 502 comes after the fill', { kind: 'error', process: true, status: 502 }],
    ['N07', 'STALLED/USDT', 'the body never ends', { kind: 'stall-body' }],
  ];
  test.each(LOST)('%s: %s, %s: the fill is found, one order is sent', async (_id, symbol, _what, fault) => {
    const { world, engine } = at;
    world.harmOrders(symbol, fault, { count: 1 });
    world.price(symbol, '99.9', '100');
    const view = await engine.untilPair(symbol, 'is active', ({ state }) => state === 'active');

    expect(view).toMatchObject({ start_price: '100', base_volume: '0.0999', invested: '10' });
    const events = engine.books((books) =>
      books.journal({ symbol, event: 'order' }).map(({ event }) => event),
    );
    expect(events.toReversed()).toEqual(['order.intent', 'order.unknown', 'order.filled']);
    expect(world.posts(symbol)).toBe(1);
  });
});
