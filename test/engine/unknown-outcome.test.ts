import { text } from '@mtrade/money';
import { describe, expect, test } from 'vitest';
import { say, seen, type TestOrder } from './exchange.js';
import { BTC, ETH, World } from './world.js';

/** Deadline 3 s after the decision + clock error, 20 ms and its drift, rounded up + visibility 10 s. */
const T_SAFE_MS = 3_000 + 21 + 10_000;

/** A start buy whose answer never came: `filled` says what the exchange did with it. */
function lostBuy(
  filled: boolean,
  symbols: readonly string[] = [ETH],
): { world: World; order: TestOrder | null } {
  const world = new World({ symbols }).ready();
  world.pass(ETH, '100', '100');
  const request = world.lastOrder;
  const order = filled ? world.exchange.execute(request, { at: '100', fee: '0' }) : null;
  world.cycler.laneEvent(say.unknown(request));
  world.turn();
  return { world, order };
}

const id = (world: World): number => world.lastOrder.intentId;
const stateOf = (world: World): string | undefined =>
  world.store.queries.intents({}).find((intent) => intent.symbol === ETH)?.state;

/** One negative scan, begun now. */
function miss(world: World, complete = true, startedAtMs = world.clock.wall): void {
  world.cycler.laneEvent(say.scanned(1, startedAtMs, [], complete));
}

describe('an unknown outcome', () => {
  test('scenarios 5, 6: blocks its pair until the exchange has answered, and no other pair', () => {
    const { world, order } = lostBuy(true, [ETH, BTC]);
    expect(world.view()).toMatchObject({ unknown_intents: 1 });
    expect(world.view().pairs[0]).toMatchObject({ state: 'unknown' });
    for (let minute = 0; minute < 9; minute += 1) {
      world.clock.advance(60_000);
      world.tellBalances();
      world.tellClock();
      world.pass(ETH, '100', `100.${minute + 1}`);
      if (minute !== 1) continue;
      world.pass(BTC, '50', '50');
      world.trade({ at: '50' });
    }
    expect(world.ordersOf(ETH)).toHaveLength(1);
    expect(world.ordersOf(BTC)).toHaveLength(1);
    expect(world.events().filter((event) => event === 'order.unknown')).toHaveLength(1);

    world.cycler.laneEvent(say.scanned(1, world.clock.wall, [seen(order!)]));
    world.turn();
    expect(world.requestsOf('settle')).toHaveLength(1);
    world.cycler.laneEvent(say.settled(order!));
    expect(world.pair().cycle).toMatchObject({ phase: 'active' });
    expect(world.view().unknown_intents).toBe(0);
  });

  test('it is looked for at once, then every two seconds, in open orders, finished orders and trades', () => {
    const { world } = lostBuy(false);
    expect(world.requestsOf('scan')).toHaveLength(1);
    expect(world.requestsOf('scan')[0]).toMatchObject({
      clientOrderId: world.lastOrder.clientOrderId,
      fromMs: world.clock.wall - 60_000,
    });
    world.turn(5);
    expect(world.requestsOf('scan')).toHaveLength(1);
    miss(world);
    world.clock.advance(1_999);
    world.turn();
    expect(world.requestsOf('scan')).toHaveLength(1);
    world.clock.advance(1);
    world.turn();
    expect(world.requestsOf('scan')).toHaveLength(2);
  });

  test('a scan that never comes back is asked for again', () => {
    const { world } = lostBuy(false);
    world.clock.advance(29_999);
    world.turn();
    expect(world.requestsOf('scan')).toHaveLength(1);
    world.clock.advance(1);
    world.turn();
    expect(world.requestsOf('scan')).toHaveLength(2);
  });

  test('scenario 6: after ten minutes it is quarantined, told once, and still looked for', () => {
    const { world } = lostBuy(false);
    for (let step = 0; step < 330; step += 1) {
      world.clock.advance(2_000);
      world.turn();
      miss(world, false);
    }
    expect(stateOf(world)).toBe('QUARANTINED');
    expect(world.events().filter((event) => event === 'order.quarantined')).toHaveLength(1);
    const scans = world.requestsOf('scan').length;
    world.clock.advance(10_000);
    world.turn();
    expect(world.requestsOf('scan')).toHaveLength(scans + 1);
    world.clock.advance(10);
    miss(world);
    world.clock.advance(2_000);
    miss(world);
    expect(stateOf(world)).toBe('NEVER');
  });
});

describe('proof of absence', () => {
  test('scenario 3: two complete scans after T_safe, two seconds apart, make NEVER, and one new buy follows', () => {
    const { world } = lostBuy(false);
    world.clock.advance(T_SAFE_MS);
    miss(world);
    expect(world.pair().openIntents[0]?.proof).toHaveLength(0);
    world.clock.advance(1);
    miss(world);
    expect(world.pair().openIntents[0]?.proof).toHaveLength(1);
    world.clock.advance(1_999);
    miss(world);
    expect(stateOf(world)).toBe('UNKNOWN');
    world.clock.advance(1);
    miss(world);
    expect(stateOf(world)).toBe('NEVER');
    expect(world.pair()).toMatchObject({ cycle: null, openIntents: [] });

    world.clock.advance(10_000);
    world.tellBalances();
    world.pass(ETH, '100', '100.1');
    expect(world.orders).toHaveLength(2);
    expect(world.orders[1]?.clientOrderId).not.toBe(world.orders[0]?.clientOrderId);
  });

  test('an incomplete scan proves nothing, however often', () => {
    const { world } = lostBuy(false);
    world.clock.advance(T_SAFE_MS + 1);
    for (let i = 0; i < 20; i += 1) {
      miss(world, false);
      world.clock.advance(2_000);
    }
    expect(stateOf(world)).toBe('UNKNOWN');
  });

  test('a scan counts by its start: one that began before T_safe and took long does not', () => {
    const { world } = lostBuy(false);
    const early = world.clock.wall;
    world.clock.advance(T_SAFE_MS + 60_000);
    miss(world, true, early);
    miss(world, true, early + 5_000);
    expect(stateOf(world)).toBe('UNKNOWN');
  });

  test('scenario 7: an order listed only by its trades is found, and its trades decide', () => {
    const { world, order } = lostBuy(true);
    world.clock.advance(T_SAFE_MS + 1);
    miss(world);
    const byTrade = seen(order!, { finished: false, finishAs: null, filledBase: null, filledQuote: null });
    world.cycler.laneEvent(say.scanned(1, world.clock.wall, [byTrade]));
    expect(stateOf(world)).toBe('ACKED');
    world.turn();
    world.cycler.laneEvent(say.settled(order!));

    expect(stateOf(world)).toBe('FILLED');
    expect(text(world.pair().cycle!.baseVolume)).toBe('0.1');
    expect(world.orders).toHaveLength(1);
  });

  test('N24: two orders under one client id are quarantined; the look-ups keep their pace and the others their budget', () => {
    const { world, order } = lostBuy(true, [ETH, BTC]);
    const twin = seen(order!, { exchangeOrderId: 'x99' });
    let scans = 0;
    for (let turn = 0; turn < 100; turn += 1) {
      const asked = world.requestsOf('scan').length;
      if (asked > scans) world.cycler.laneEvent(say.scanned(1, world.clock.wall, [seen(order!), twin]));
      scans = asked;
      world.clock.advance(100);
      world.turn();
    }
    expect(stateOf(world)).toBe('QUARANTINED');
    expect(scans).toBeLessThanOrEqual(7);
    world.tellBalances();
    world.pass(BTC, '50', '50');
    expect(world.ordersOf(BTC)).toHaveLength(1);
  });
});

describe('answers that come late, twice, out of order or not at all', () => {
  test('no answer at all: after the request deadline and a margin the outcome is unknown', () => {
    const world = new World().ready();
    world.pass(ETH, '100', '100');
    world.clock.advance(9_999);
    world.turn();
    expect(stateOf(world)).toBe('SUBMITTED');
    world.clock.advance(1);
    world.turn(2);
    expect(stateOf(world)).toBe('UNKNOWN');
    expect(world.counter('orders_unknown')).toBe(1);
    expect(world.requestsOf('scan')).toHaveLength(1);
  });

  test('an answer after that still counts', () => {
    const world = new World().ready();
    world.pass(ETH, '100', '100');
    world.clock.advance(10_000);
    world.turn();
    world.trade({ at: '100' });

    expect(stateOf(world)).toBe('FILLED');
  });

  test('a second "unknown" changes, counts and asks nothing', () => {
    const { world } = lostBuy(false);
    const scans = world.requestsOf('scan').length;
    world.cycler.laneEvent(say.unknown(world.lastOrder));
    world.turn();

    expect(world.counter('orders_unknown')).toBe(1);
    expect(world.requestsOf('scan')).toHaveLength(scans);
  });

  test('a late refusal of an unknown order is no proof: the scans decide', () => {
    const { world, order } = lostBuy(true);
    world.cycler.laneEvent(say.rejected(world.lastOrder, 'FOK_NOT_FILL'));
    expect(stateOf(world)).toBe('UNKNOWN');
    world.cycler.laneEvent(say.scanned(1, world.clock.wall, [seen(order!)]));
    world.cycler.laneEvent(say.settled(order!));
    expect(stateOf(world)).toBe('FILLED');
  });

  test('N25: every event twice books every trade once', () => {
    const world = new World().ready();
    world.pass(ETH, '100', '100');
    const order = world.exchange.execute(world.lastOrder, { at: '100', fee: '0', trades: 3 });
    const events = [say.acked(order), say.evidence(seen(order)), say.settled(order)];
    for (const event of [...events, ...events, ...events.toReversed()]) world.cycler.laneEvent(event);

    expect(world.store.queries.fills({})).toHaveLength(3);
    expect(text(world.pair().cycle!.baseVolume)).toBe('0.1');
    expect(world.counter('errors')).toBe(0);
  });

  test('the trades may come before the acknowledgement', () => {
    const world = new World().ready();
    world.pass(ETH, '100', '100');
    const order = world.exchange.execute(world.lastOrder, { at: '100' });
    world.cycler.laneEvent(say.settled(order));
    expect(stateOf(world)).toBe('FILLED');
    world.cycler.laneEvent(say.acked(order));
    expect(stateOf(world)).toBe('FILLED');
    expect(world.counter('errors')).toBe(0);
  });

  test('W19: trades that do not add up to the order are not booked yet; they are asked for again', () => {
    const world = new World().ready();
    world.pass(ETH, '100', '100');
    const order = world.exchange.execute(world.lastOrder, { at: '100', trades: 2 });
    world.cycler.laneEvent(say.acked(order));
    world.cycler.laneEvent(say.settled({ ...order, fills: order.fills.slice(0, 1) }));
    expect(stateOf(world)).toBe('SETTLING');
    expect(world.store.queries.fills({})).toEqual([]);
    world.clock.advance(500);
    world.turn();
    expect(world.requestsOf('settle')).toHaveLength(1);
    world.cycler.laneEvent(say.settled(order));
    expect(stateOf(world)).toBe('FILLED');
  });

  test('the trades of an acknowledged order that do not come are asked for, with growing waits', () => {
    const world = new World().ready();
    world.pass(ETH, '100', '100');
    const order = world.exchange.execute(world.lastOrder, { at: '100' });
    world.cycler.laneEvent(say.acked(order));
    const asked: number[] = [];
    for (let step = 0; step < 400; step += 1) {
      world.clock.advance(100);
      world.turn();
      if (world.requestsOf('settle').length === asked.length) continue;
      asked.push(world.clock.now);
      world.cycler.laneEvent(say.settleFailed(1));
    }
    const waits = asked.slice(1).map((at, i) => at - asked[i]);
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000]);
    world.cycler.laneEvent(say.settled(order));
    expect(stateOf(world)).toBe('FILLED');
  });

  test('after many scans the trades are asked for without the long waits of the scans', () => {
    const { world, order } = lostBuy(true);
    for (let i = 0; i < 12; i += 1) {
      miss(world, false);
      world.clock.advance(2_000);
      world.turn();
    }
    world.cycler.laneEvent(say.scanned(1, world.clock.wall, [seen(order!)]));
    world.turn();
    expect(world.requestsOf('settle')).toHaveLength(1);
    world.cycler.laneEvent(say.settleFailed(1));
    world.clock.advance(1_000);
    world.turn();
    expect(world.requestsOf('settle')).toHaveLength(2);
  });

  test('an answer about an order that the books do not know is dropped', () => {
    const world = new World().ready();
    world.pass(ETH, '100', '100');
    const order = world.exchange.execute({ ...world.lastOrder, intentId: 999 }, { at: '100' });
    world.cycler.laneEvent(say.acked(order));
    world.cycler.laneEvent(say.settled(order));
    world.cycler.laneEvent(say.scanned(999, world.clock.wall, [seen(order)]));

    expect(stateOf(world)).toBe('SUBMITTED');
    expect(world.counter('errors')).toBe(0);
  });
});

describe('the private stream', () => {
  test('before the answer it is only remembered; when the answer is lost it counts', () => {
    const world = new World().ready();
    world.pass(ETH, '100', '100');
    const order = world.exchange.execute(world.lastOrder, { at: '100' });
    world.cycler.laneEvent(say.evidence(seen(order)));
    expect(stateOf(world)).toBe('SUBMITTED');
    world.cycler.laneEvent(say.unknown(world.lastOrder));

    expect(stateOf(world)).toBe('SETTLING');
    world.turn();
    expect(world.requestsOf('settle')).toHaveLength(1);
    expect(world.requestsOf('scan')).toHaveLength(0);
  });

  test('and also when no answer comes at all', () => {
    const world = new World().ready();
    world.pass(ETH, '100', '100');
    const order = world.exchange.execute(world.lastOrder, { at: '100' });
    world.cycler.laneEvent(say.evidence(seen(order)));
    world.clock.advance(10_000);
    world.turn(2);

    expect(stateOf(world)).toBe('SETTLING');
    expect(world.requestsOf('scan')).toHaveLength(0);
  });

  test('after an unknown answer it starts a look at the trades', () => {
    const { world, order } = lostBuy(true);
    world.cycler.laneEvent(say.evidence(seen(order!, { finished: false, filledBase: null })));
    expect(stateOf(world)).toBe('ACKED');
    world.turn();
    expect(world.requestsOf('settle')).toHaveLength(1);
  });

  test('N24: a second order under the id of one that is being settled is not overheard', () => {
    const world = new World().ready();
    world.pass(ETH, '100', '100');
    const order = world.exchange.execute(world.lastOrder, { at: '100' });
    world.cycler.laneEvent(say.acked(order));
    expect(stateOf(world)).toBe('SETTLING');
    world.cycler.laneEvent(say.evidence(seen(order)));
    expect(stateOf(world)).toBe('SETTLING');
    world.cycler.laneEvent(say.evidence(seen(order, { exchangeOrderId: 'x99' })));
    expect(stateOf(world)).toBe('QUARANTINED');
  });

  test('X29: orders with other client ids are none of ours', () => {
    const { world, order } = lostBuy(true);
    world.cycler.laneEvent(say.evidence(seen(order!, { clientOrderId: 't-somebody-else' })));
    world.cycler.laneEvent(say.evidence(seen(order!, { clientOrderId: '' })));
    expect(stateOf(world)).toBe('UNKNOWN');
    expect(id(world)).toBe(1);
  });
});
