import { describe, expect, test } from 'vitest';
import { say } from './exchange.js';
import { BTC, ETH, World } from './world.js';

const HOUR_MS = 3_600_000;
const tell = (world: World, news: Parameters<World['cycler']['laneEvent']>[0]): void =>
  world.cycler.laneEvent(news);
const reason = (world: World, index = 0): string | null => world.view().pairs[index]?.waiting_for ?? null;

describe('N15: a ban', () => {
  test('nothing is asked of the exchange until its end, nothing is bought, the prices go on, and it is told once', () => {
    const world = new World({ symbols: [ETH, BTC] }).ready();
    world.activate(ETH);
    const ban = { type: 'paused', reason: 'banned', untilMono: world.clock.now + HOUR_MS } as const;
    tell(world, ban);
    tell(world, ban);
    const asked = world.requests.length;

    for (let minute = 1; minute < 60; minute += 1) {
      world.clock.advance(60_000 - 200);
      world.pass(ETH, '100', '100');
      world.pass(BTC, '50', '50');
    }
    expect(world.requests).toHaveLength(asked);
    expect(world.view().access).toMatchObject({ paused_reason: 'banned', key_refused: null });
    expect(world.view().access.paused_until).toBe(
      new Date(world.clock.epochMs() + ban.untilMono - world.clock.now).toISOString(),
    );
    expect(world.events().filter((event) => event === 'exchange.paused')).toHaveLength(1);

    world.clock.advance(120_000);
    world.turn();
    expect(world.requests.length).toBeGreaterThan(asked);
    expect(world.view().access).toMatchObject({ paused_reason: null, paused_until: null });
    world.ready();
    world.pass(BTC, '50', '50');
    expect(world.ordersOf(BTC)).toHaveLength(1);
  });

  test('N16: an order whose answer was a firewall page is looked for after the pause, not before', () => {
    const world = new World().ready();
    world.pass(ETH, '100', '100');
    tell(world, { type: 'paused', reason: 'blocked', untilMono: world.clock.now + 60_000 });
    tell(world, say.unknown(world.lastOrder));
    world.turn(3);
    world.clock.advance(59_000);
    world.turn();
    expect(world.requestsOf('scan')).toHaveLength(0);
    world.clock.advance(1_001);
    world.turn();
    expect(world.requestsOf('scan')).toHaveLength(1);
  });
});

describe('scenario 63: too many requests', () => {
  test('N14: after 429 everybody waits; then the sale goes before the buy, and nothing is lost or doubled', () => {
    const world = new World({ symbols: [ETH, BTC], balances: { USDT: '1000' } }).ready();
    world.activate(ETH);
    world.pass(BTC, '50', '50');
    const refused = world.lastOrder;
    tell(world, say.rejected(refused, 'TOO_MANY_REQUESTS', 20_000));
    const sent = world.orders.length;
    for (let second = 0; second < 19; second += 1) {
      world.clock.advance(800);
      world.pass(ETH, '110', '110');
    }
    expect(world.orders).toHaveLength(sent);
    expect(reason(world)).toBe('rate_limited');

    world.clock.advance(6_000);
    world.ready();
    // A long scan has used up what buys may use.
    tell(world, { type: 'spent', calls: 45 });
    world.clock.advance(1_000);
    world.tick(BTC, '50', '50');
    world.tick(ETH, '110', '110');
    world.clock.advance(200);
    world.turn(4);
    expect(world.orders.slice(sent).map(({ symbol, side }) => [symbol, side])).toEqual([[ETH, 'sell']]);
    expect(reason(world, 1)).toBe('rate_limited');

    world.clock.advance(3_000);
    world.ready();
    world.pass(BTC, '50', '50');
    expect(world.ordersOf(BTC)).toHaveLength(2);
  });
});

describe('N17, N18: the key is refused', () => {
  test('trading halts with the reason in sight, positions stay, and nothing is tried until the operator says so', () => {
    const world = new World({ symbols: [ETH, BTC] }).ready();
    world.activate(ETH);
    world.pass(BTC, '50', '50');
    tell(world, { type: 'key-refused', label: 'INVALID_KEY' });
    tell(world, say.rejected(world.lastOrder, 'INVALID_KEY'));
    tell(world, { type: 'key-refused', label: 'INVALID_KEY' });
    const sent = world.orders.length;

    for (let minute = 0; minute < 30; minute += 1) {
      world.clock.advance(60_000);
      world.ready();
      world.pass(ETH, '110', '110');
      world.pass(BTC, '50', '50');
    }
    expect(world.orders).toHaveLength(sent);
    expect([reason(world, 0), reason(world, 1)]).toEqual(['key_refused', 'key_refused']);
    expect(world.view().access.key_refused).toBe('INVALID_KEY');
    expect(world.events().filter((event) => event === 'exchange.key-refused')).toHaveLength(1);
    expect(world.pair(ETH).cycle).toMatchObject({ phase: 'active' });
    expect(() => world.command({ name: 'sell-now', symbol: ETH })).toThrow(/key_refused/);

    world.command({ name: 'trading', on: true });
    world.ready();
    world.pass(ETH, '110', '110');
    expect(world.ordersOf(ETH).at(-1)).toMatchObject({ side: 'sell' });
  });
});

test('N19: after REQUEST_EXPIRED nothing is sent until the clock is measured anew; then it goes on', () => {
  const world = new World().ready();
  world.pass(ETH, '100', '100');
  tell(world, { type: 'clock-doubted' });
  tell(world, say.rejected(world.lastOrder, 'REQUEST_EXPIRED'));
  const measured = world.requestsOf('refresh-clock').length;
  world.clock.advance(10_000);
  world.tellBalances();
  world.pass(ETH, '100', '100');
  expect(world.orders).toHaveLength(1);
  expect(reason(world)).toBe('clock_uncertain');
  expect(world.requestsOf('refresh-clock').length).toBeGreaterThan(measured);

  world.tellClock();
  world.pass(ETH, '100', '100');
  expect(world.orders).toHaveLength(2);
  expect(world.view().access.key_refused).toBeNull();
});
