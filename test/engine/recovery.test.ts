import { text } from '@mtrade/money';
import { describe, expect, test } from 'vitest';
import { say, seen, type TestOrder } from './exchange.js';
import { BTC, ETH, World } from './world.js';

type OpenState = 'SUBMITTED' | 'UNKNOWN' | 'ACKED' | 'SETTLING' | 'QUARANTINED';

/** A start buy of which the exchange has filled all, left in the given state by the first life of the cycler. */
function leftIn(state: OpenState): { world: World; order: TestOrder } {
  const world = new World({ symbols: [ETH, BTC] }).ready();
  world.pass(ETH, '100', '100');
  const order = world.exchange.execute(world.lastOrder, { at: '100', fee: '0' });
  const { cycler } = world;
  switch (state) {
    case 'SUBMITTED':
      break;
    case 'UNKNOWN':
      cycler.laneEvent(say.unknown(order.request));
      break;
    case 'ACKED':
      cycler.laneEvent(say.unknown(order.request));
      cycler.laneEvent(say.evidence(seen(order, { finished: false, filledBase: null, filledQuote: null })));
      break;
    case 'SETTLING':
      cycler.laneEvent(say.acked(order));
      break;
    case 'QUARANTINED':
      cycler.laneEvent(say.unknown(order.request));
      world.clock.advance(700_000);
      cycler.laneEvent(say.scanned(1, world.clock.wall, [], false));
  }
  expect(world.pair().openIntents[0]?.state).toBe(state);
  return { world, order };
}

const STATES: readonly OpenState[] = ['SUBMITTED', 'UNKNOWN', 'ACKED', 'SETTLING', 'QUARANTINED'];

describe.each(STATES)('a restart with an order that was %s', (state) => {
  test('scenario 4, P01-P14: it is unknown again, is looked for at once, found, and never sent again', () => {
    const { world, order } = leftIn(state);
    world.start();
    world.ready();
    expect(world.pair().openIntents[0]).toMatchObject({ state: 'UNKNOWN', proof: [] });
    world.pass(ETH, '100', '100.1');
    expect(world.requestsOf('scan').at(-1)).toMatchObject({ clientOrderId: order.request.clientOrderId });
    world.cycler.laneEvent(say.scanned(1, world.clock.wall, [seen(order)]));
    world.turn();
    expect(world.requestsOf('settle').at(-1)).toMatchObject({ exchangeOrderId: order.exchangeOrderId });
    world.cycler.laneEvent(say.settled(order));

    expect(world.ordersOf(ETH)).toHaveLength(1);
    expect(world.pair().cycle).toMatchObject({ phase: 'active' });
    expect(text(world.pair().cycle!.baseVolume)).toBe('0.1');
    world.store.audit();
  });

  test('an answer of the earlier life that arrives in the new one counts', () => {
    const { world, order } = leftIn(state);
    world.start();
    world.ready();
    world.cycler.laneEvent(say.acked(order));
    world.cycler.laneEvent(say.settled(order));

    expect(world.pair().cycle).toMatchObject({ phase: 'active' });
    expect(world.ordersOf(ETH)).toHaveLength(1);
  });

  test('other pairs are not held up', () => {
    const { world } = leftIn(state);
    world.start();
    world.ready();
    world.pass(BTC, '50', '50');
    expect(world.ordersOf(BTC)).toHaveLength(1);
  });
});

describe('a restart', () => {
  test('scenario 3: with an order that never left: absence is proven from nothing, then one new buy follows', () => {
    const world = new World().ready();
    world.pass(ETH, '100', '100');
    world.cycler.laneEvent(say.unknown(world.lastOrder));
    world.clock.advance(20_000);
    world.cycler.laneEvent(say.scanned(1, world.clock.wall));
    expect(world.pair().openIntents[0]?.proof).toHaveLength(1);
    world.start();
    world.ready();
    expect(world.pair().openIntents[0]?.proof).toHaveLength(0);
    world.clock.advance(2_000);
    world.cycler.laneEvent(say.scanned(1, world.clock.wall));
    expect(world.pair().openIntents).toHaveLength(1);
    world.clock.advance(2_000);
    world.cycler.laneEvent(say.scanned(1, world.clock.wall));
    expect(world.pair().openIntents).toEqual([]);
    world.clock.advance(10_000);
    world.ready();
    world.pass(ETH, '100', '100.1');

    expect(world.orders).toHaveLength(2);
    expect(world.orders[1].clientOrderId).not.toBe(world.orders[0].clientOrderId);
  });

  test('an order that was acknowledged and is listed nowhere has ended with nothing', () => {
    const { world } = leftIn('ACKED');
    world.start();
    world.clock.advance(20_000);
    world.cycler.laneEvent(say.scanned(1, world.clock.wall));
    world.clock.advance(2_000);
    world.cycler.laneEvent(say.scanned(1, world.clock.wall));

    expect(world.store.queries.intents({})[0]).toMatchObject({ state: 'KILLED', finishAs: 'vanished' });
    expect(world.pair().cycle).toBeNull();
  });

  test('what an inherited buy may still take is not spent by another pair', () => {
    const world = new World({ symbols: [ETH, BTC], balances: { USDT: '15' } }).ready();
    world.pass(ETH, '100', '100');
    world.start();
    world.ready();
    world.pass(BTC, '50', '50');
    expect(world.ordersOf(BTC)).toEqual([]);
    expect(world.view().pairs[1]?.waiting_for).toBe('insufficient_quote');

    world.cycler.laneEvent(say.rejected(world.orders[0], 'TRADE_RESTRICTED'));
    world.clock.advance(20_000);
    world.cycler.laneEvent(say.scanned(1, world.clock.wall));
    world.clock.advance(2_000);
    world.cycler.laneEvent(say.scanned(1, world.clock.wall));
    world.ready();
    world.pass(BTC, '50', '50.1');
    expect(world.ordersOf(BTC)).toHaveLength(1);
  });

  test('scenarios 24, 46: a running cycle goes on with its frozen ladder, however old it is', () => {
    const world = new World().ready();
    world.activate();
    const { cycle } = world.pair();
    world.clock.advance(30 * 86_400_000);
    world.start();
    world.ready();
    expect(world.pair().cycle).toEqual(cycle);
    world.pass(ETH, '96', '96');
    expect(world.lastOrder).toMatchObject({ side: 'buy', price: '96.99' });
  });

  test('a restart of a restart asks again; nothing is lost on the way', () => {
    const { world, order } = leftIn('SUBMITTED');
    for (let life = 0; life < 5; life += 1) {
      world.start();
      world.ready();
      world.turn(2);
    }
    expect(world.requestsOf('scan')).toHaveLength(5);
    world.cycler.laneEvent(say.settled(order));
    expect(world.pair().cycle).toMatchObject({ phase: 'active' });
    expect(world.ordersOf(ETH)).toHaveLength(1);
  });
});

describe('rate limits', () => {
  test('scenario 63: after a 429 nobody asks anything until its time is over', () => {
    const world = new World({ symbols: [ETH, BTC] }).ready();
    world.pass(ETH, '100', '100');
    world.cycler.laneEvent(say.unknown(world.lastOrder));
    world.pass(BTC, '50', '50');
    world.cycler.laneEvent(say.rejected(world.lastOrder, 'TOO_MANY_REQUESTS', 30_000));
    const asked = (): number => world.requests.filter((request) => request.type !== 'refresh-clock').length;
    const before = asked();
    for (let step = 0; step < 29; step += 1) {
      world.clock.advance(1_000);
      world.tick(ETH, '100', `101.${step}`);
      world.tick(BTC, '50', `51.${step}`);
      world.turn(2);
    }
    expect(asked()).toBe(before);
    world.clock.advance(2_000);
    world.turn(2);
    expect(world.requestsOf('scan').length).toBeGreaterThan(1);
    expect(asked()).toBeGreaterThan(before);
  });

  test('scenario 63: when the budget runs low buys wait first; sales and look-ups have a reserve', () => {
    const symbols = Array.from({ length: 40 }, (_, i) => `C${i}/USDT`);
    const world = new World({ symbols, balances: { USDT: '100000' } }).ready();
    world.activate('C0/USDT');
    world.clock.advance(10_000);
    world.ready();
    for (const symbol of symbols.slice(1)) world.tick(symbol, '100', '100');
    world.turn(40);
    const buys = world.orders.length;
    expect(buys).toBeLessThan(25);
    expect(world.view().pairs.some((pair) => pair.waiting_for === 'rate_limited')).toBe(true);
    world.tick('C0/USDT', '102', '102');
    world.turn();
    expect(world.lastOrder).toMatchObject({ symbol: 'C0/USDT', side: 'sell' });
  });
});
