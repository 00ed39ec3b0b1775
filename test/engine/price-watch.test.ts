import type { LaneEvent } from '@mtrade/engine';
import { describe, expect, test } from 'vitest';
import { BTC, ETH, scaledPrice, World } from './world.js';

const SYMBOLS = ['A/USDT', 'B/USDT', 'C/USDT', 'D/USDT', 'E/USDT', 'F/USDT'];

/** What the order thread would answer. */
const answer = (world: World, bids: Readonly<Record<string, string>>, agoMs = 0): void =>
  world.cycler.laneEvent({
    type: 'prices',
    prices: Object.entries(bids).map(([symbol, bid]) => ({
      symbol,
      bid: scaledPrice(bid),
      ask: scaledPrice(bid),
      asks: null,
      exchangeMs: (world.clock.wall - agoMs) as never,
    })),
    receivedMono: world.clock.now,
    reason: null,
  } satisfies LaneEvent);
const asked = (world: World) => world.requestsOf('refresh-prices');
const viewOf = (world: World, symbol = ETH) => world.view().pairs.find((pair) => pair.symbol === symbol);

/** A pair that has traded and whose stream has then been silent for longer than the limit. */
function silent(): World {
  const world = new World({ symbols: [ETH, BTC] }).ready();
  world.activate(ETH, '100');
  world.clock.advance(6_000);
  world.ready();
  world.tick(BTC, '100', '100');
  world.turn(2);
  return world;
}

describe('W03: a pair whose stream is silent while others live', () => {
  test('is asked for over REST, it alone, and decided on with the answer', () => {
    const world = silent();
    expect(asked(world)).toEqual([
      { type: 'refresh-prices', books: [{ symbol: ETH, depth: 1 }], tickers: [] },
    ]);
    expect(viewOf(world)?.waiting_for).toBe('price_stale');

    answer(world, { [ETH]: '102' });
    world.turn(4);
    expect(world.lastOrder).toMatchObject({ symbol: ETH, side: 'sell' });
    expect(viewOf(world)).toMatchObject({ price_source: 'rest', bid: '102' });
  });

  test('an answer that is too old by its own time is not decided on', () => {
    const world = silent();
    const before = world.orders.length;
    answer(world, { [ETH]: '102' }, 5_020);
    world.turn(4);
    expect(world.ordersOf(ETH)).toHaveLength(1);
    expect(world.orders.length).toBe(before);
    expect(world.counter('reactor_late')).toBe(1);
  });

  test('is asked for again and again, at most every two seconds, until the stream speaks', () => {
    const world = silent();
    let answered = 0;
    for (let look = 0; look < 40; look += 1) {
      world.clock.advance(500);
      world.tick(BTC, '100', '100');
      world.turn(2);
      if (asked(world).length > answered) answer(world, { [ETH]: '100.5' });
      answered = asked(world).length;
    }
    const count = asked(world).length;
    expect(count).toBeGreaterThan(5);
    expect(count).toBeLessThanOrEqual(11);
    for (let look = 0; look < 8; look += 1) {
      world.clock.advance(500);
      world.tick(ETH, '100', '100');
      world.tick(BTC, '100', '100');
      world.turn(2);
    }
    expect(asked(world)).toHaveLength(count);
  });

  test('is blind only when the exchange has another price than the stream has told', () => {
    const world = silent();
    answer(world, { [ETH]: '100' });
    expect(viewOf(world)?.blind).toBeNull();
    world.clock.advance(2_500);
    world.turn();
    answer(world, { [ETH]: '100.5' });
    expect(viewOf(world)?.blind).toMatch(/silent/);

    world.clock.advance(600);
    world.tick(ETH, '100.5', '100.5');
    world.turn();
    expect(viewOf(world)?.blind).toBeNull();
  });

  test('without any answer the questions become rarer', () => {
    const world = silent();
    for (let look = 0; look < 240; look += 1) {
      world.clock.advance(500);
      world.turn();
      if (asked(world).length > 0)
        world.cycler.laneEvent({ type: 'prices', prices: [], receivedMono: world.clock.now, reason: 'no' });
    }
    expect(asked(world).length).toBeLessThanOrEqual(8);
  });

  test('many pairs are one call for all', () => {
    const world = new World({ symbols: SYMBOLS }).ready();
    for (const symbol of SYMBOLS) world.tick(symbol, '100', '100');
    world.clock.advance(6_000);
    world.turn();
    expect(asked(world)).toEqual([{ type: 'refresh-prices', books: [], tickers: SYMBOLS }]);
  });

  test('a pair that nobody may trade and that holds nothing is not asked for', () => {
    const world = new World({ permitted: false }).ready();
    world.clock.advance(60_000);
    world.turn();
    expect(asked(world)).toEqual([]);
  });
});

test('W17: a price under suspicion is asked for over REST, and the answer settles it', () => {
  const world = new World().ready();
  world.activate(ETH, '100');
  world.pass(ETH, '40', '40');
  world.clock.advance(500);
  world.turn();
  expect(asked(world)).toHaveLength(1);
  answer(world, { [ETH]: '40' }, -1);
  world.turn(2);
  expect(world.lastOrder).toMatchObject({ side: 'buy', type: 'limit' });
});
