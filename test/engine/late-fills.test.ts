import { type OrderRequest } from '@mtrade/engine';
import { text, ZERO } from '@mtrade/money';
import { describe, expect, test } from 'vitest';
import { say, seen, type TestOrder } from './exchange.js';
import { ETH, World } from './world.js';

const SAFE_MS = 13_100;

/** The newest order is proven absent although nobody knows what the exchange will do with it yet. */
function proveAbsent(world: World, request = world.lastOrder): void {
  world.cycler.laneEvent(say.unknown(request));
  for (const ms of [SAFE_MS, 2_001]) {
    world.clock.advance(ms);
    world.tellClock();
    world.cycler.laneEvent(say.scanned(request.intentId, world.clock.wall));
  }
  expect(intentOf(world, request)?.state).toBe('NEVER');
  world.tellBalances();
}

const intentOf = (world: World, { intentId }: OrderRequest) =>
  world.store.queries.intents({ limit: 1_000 }).find(({ id }) => id === intentId);

/** The exchange executes the order after all; the private stream shows it, and its trades are brought when asked for. */
function tradeLate(world: World, request: OrderRequest, at: string, share = '1'): TestOrder {
  const order = world.exchange.execute(request, { at, share, fee: '0' });
  world.cycler.laneEvent(say.evidence(seen(order)));
  world.turn();
  expect(world.requestsOf('follow').at(-1)).toMatchObject({
    intentId: request.intentId,
    exchangeOrderIds: [order.exchangeOrderId],
  });
  world.cycler.laneEvent(say.followed(request.intentId, [order]));
  return order;
}

const lateLines = (world: World): number => world.events().filter((one) => one === 'order.late-fill').length;
const fillsOf = (world: World, { intentId }: OrderRequest): string[] =>
  world.store.queries
    .fills({ limit: 1_000 })
    .filter((booked) => booked.intentId === intentId)
    .map((booked) => booked.fill.tradeId);

describe('an order that trades after its intent has ended', () => {
  test('a start buy: booked under the ended intent, told once, and buying halts until somebody has looked', () => {
    const world = new World().ready();
    world.pass(ETH, '100', '100');
    const request = world.lastOrder;
    proveAbsent(world);

    const order = tradeLate(world, request, '100');

    expect(intentOf(world, request)).toMatchObject({ state: 'NEVER', exchangeOrderId: null });
    expect(fillsOf(world, request)).toEqual([order.fills[0]?.tradeId]);
    expect(lateLines(world)).toBe(1);
    expect(world.pair().attention).toMatch(/has bought 0.1 ETH after its end/);
    // The coins are not lost for the books: they wait, with their cost, for the next cycle.
    expect(text(world.pair().dust.base)).toBe('0.1');
    expect(world.store.audit()).toMatchObject({ pairs: 1 });

    world.clock.advance(20_000);
    world.ready();
    world.pass(ETH, '100', '100');
    expect(world.orders).toHaveLength(1);
    expect(world.view().pairs[0]).toMatchObject({ waiting_for: 'needs_attention' });

    world.command({ name: 'resume', symbol: ETH });
    world.pass(ETH, '100', '100');
    world.trade({ at: '100', fee: '0' });
    expect(text(world.pair().cycle?.baseVolume ?? ZERO)).toBe('0.2');
    expect(text(world.pair().cycle?.invested ?? ZERO)).toBe('20');
    world.store.audit();
  });

  test('an averaging buy of the running cycle changes its numbers, and its row counts as bought', () => {
    const world = new World().ready();
    world.activate();
    world.pass(ETH, '96', '96');
    const request = world.lastOrder;
    proveAbsent(world);

    const order = tradeLate(world, request, '96');

    const { cycle, attention } = world.pair();
    expect(cycle).toMatchObject({ phase: 'active', step: 1 });
    expect(text(cycle?.baseVolume ?? ZERO)).toBe(text(order.filledBase.plus('0.1')));
    expect(attention).not.toBeNull();
    world.store.audit();

    // Sales go on.
    world.settleAccount();
    world.clock.advance(30_000);
    world.ready();
    world.pass(ETH, '105', '105');
    expect(world.lastOrder).toMatchObject({ side: 'sell', amount: text(cycle?.baseVolume ?? ZERO) });
  });

  test('an averaging buy whose row was decided anew meanwhile: both count, nothing stops', () => {
    const world = new World().ready();
    world.activate();
    world.pass(ETH, '96', '96');
    const late = world.lastOrder;
    proveAbsent(world);
    world.clock.advance(10_000);
    world.ready();
    world.pass(ETH, '96', '96');
    const again = world.lastOrder;
    expect(again.intentId).not.toBe(late.intentId);

    tradeLate(world, late, '96');
    world.trade({ at: '96', fee: '0' }, again);

    expect(world.pair().cycle).toMatchObject({ step: 1, phase: 'active' });
    expect(world.counter('errors')).toBe(0);
    world.store.audit();
  });

  test('a sale that was repeated meanwhile: more was sold than the books hold, which is booked, said, and no crash', () => {
    const world = new World({ balances: { USDT: '1000', ETH: '5' } }).ready();
    world.activate();
    world.pass(ETH, '110', '110');
    const late = world.lastOrder;
    expect(late.side).toBe('sell');
    proveAbsent(world);
    world.clock.advance(10_000);
    world.ready();
    world.pass(ETH, '110', '110');
    world.trade({ at: '110', fee: '0' });
    const before = text(world.pair().realizedProfit);

    tradeLate(world, late, '120');

    expect(world.pair().attention).toMatch(/0.1 ETH more were sold than the cycle held/);
    expect(world.pair().attention).toMatch(/has sold 0.1 ETH after its end/);
    expect(text(world.pair().realizedProfit)).toBe(before);
    expect(world.events()).toContain('cycle.oversold');
    expect(fillsOf(world, late)).toHaveLength(1);
    world.store.audit();
  });

  test('a sale of the running cycle that comes late while another one is on its way: the second takes coins in', () => {
    const world = new World({ balances: { USDT: '1000', ETH: '5' } }).ready();
    world.activate();
    world.pass(ETH, '110', '110');
    const late = world.lastOrder;
    proveAbsent(world);
    world.clock.advance(10_000);
    world.ready();
    world.pass(ETH, '110', '110');
    const second = world.lastOrder;
    expect(second.intentId).not.toBe(late.intentId);

    tradeLate(world, late, '110');
    expect(world.pair().cycle).toBeNull();
    world.trade({ at: '110', fee: '0' }, second);

    expect(world.pair().openIntents).toEqual([]);
    expect(world.events()).toContain('cycle.oversold');
    expect(world.counter('errors')).toBe(0);
    world.store.audit();
  });

  test('a refused order that trades all the same is a late fill, too; one that ended with nothing is none', () => {
    const world = new World().ready();
    world.pass(ETH, '100', '100');
    const request = world.lastOrder;
    world.cycler.laneEvent(say.rejected(request, 'FOK_NOT_FILL'));
    world.cycler.laneEvent(say.evidence(seen({ ...world.exchange.kill(request) })));
    world.turn();
    expect(world.requestsOf('follow')).toHaveLength(0);

    tradeLate(world, request, '100');
    expect(lateLines(world)).toBe(1);
  });

  test('N24: a second order under the name of a filled one is booked beside it', () => {
    const world = new World().ready();
    world.activate();
    const first = world.lastOrder;

    tradeLate(world, first, '100');

    expect(fillsOf(world, first)).toHaveLength(2);
    expect(intentOf(world, first)).toMatchObject({ state: 'FILLED', exchangeOrderId: 'x1' });
    expect(text(world.pair().cycle?.baseVolume ?? ZERO)).toBe('0.2');
    world.store.audit();
  });

  test('nothing is booked twice: not by the same word, not by the same trades, not after a restart', () => {
    const world = new World().ready();
    world.activate();
    const order = tradeLate(world, world.lastOrder, '100');

    world.cycler.laneEvent(say.evidence(seen(order)));
    world.cycler.laneEvent(say.followed(1, [order]));
    world.cycler.laneEvent(say.settled(order));
    world.start();
    world.ready();
    world.cycler.laneEvent(say.followed(1, [order]));
    world.turn();

    expect(fillsOf(world, world.lastOrder)).toHaveLength(2);
    expect(lateLines(world)).toBe(1);
    world.store.audit();
  });

  test('its trades are asked for again until they come, ever more seldom', () => {
    const world = new World().ready();
    world.pass(ETH, '100', '100');
    const request = world.lastOrder;
    proveAbsent(world);
    const order = world.exchange.execute(request, { at: '100', fee: '0' });
    world.cycler.laneEvent(say.evidence(seen(order, { filledBase: null, filledQuote: null })));
    world.turn();
    world.cycler.laneEvent(say.settleFailed(request.intentId));
    world.turn();
    expect(world.requestsOf('follow')).toHaveLength(1);
    world.clock.advance(2_000);
    world.turn();
    expect(world.requestsOf('follow')).toHaveLength(2);
    world.cycler.laneEvent(say.followed(request.intentId, [order]));
    world.clock.advance(60_000);
    world.turn();
    expect(world.requestsOf('follow')).toHaveLength(2);
    expect(lateLines(world)).toBe(1);
  });

  test('orders of other installations and of nobody are none of ours', () => {
    const world = new World().ready();
    world.activate();
    const stranger = seen(world.exchange.orders.get(world.lastOrder.clientOrderId) as TestOrder, {
      exchangeOrderId: 'x99',
    });
    for (const clientOrderId of ['t-web', 't-m1-zzzz-zzzz-0000001-s00'])
      world.cycler.laneEvent(say.evidence({ ...stranger, clientOrderId }));
    world.turn();
    expect(world.requestsOf('follow')).toHaveLength(0);
  });
});

describe('N24: two orders under one name, seen while it is open', () => {
  function twice() {
    const world = new World().ready();
    world.pass(ETH, '100', '100');
    const request = world.lastOrder;
    const one = world.exchange.execute(request, { at: '100', fee: '0' });
    const two = world.exchange.execute(request, { at: '101', fee: '0' });
    world.cycler.laneEvent(say.unknown(request));
    world.turn();
    const scan = (complete = true) =>
      world.cycler.laneEvent(
        say.scanned(request.intentId, world.clock.wall, [seen(one), seen(two)], complete),
      );
    scan();
    return { world, request, one, two, scan };
  }

  test('both are followed once no third can appear, all their trades are booked, and a human looks', () => {
    const { world, request, one, two, scan } = twice();
    expect(intentOf(world, request)).toMatchObject({ state: 'QUARANTINED', finishAs: 'duplicate' });
    expect(world.requestsOf('follow')).toHaveLength(0);
    world.clock.advance(SAFE_MS);
    scan(false);
    expect(world.requestsOf('follow')).toHaveLength(0);
    scan();
    expect(world.requestsOf('follow')).toMatchObject([
      { intentId: request.intentId, exchangeOrderIds: [one.exchangeOrderId, two.exchangeOrderId] },
    ]);
    world.cycler.laneEvent(say.settleFailed(request.intentId));
    expect(intentOf(world, request)?.state).toBe('QUARANTINED');
    world.cycler.laneEvent(say.followed(request.intentId, [one, two]));

    expect(intentOf(world, request)).toMatchObject({ state: 'FILLED', finishAs: 'duplicate' });
    expect(fillsOf(world, request)).toHaveLength(2);
    expect(world.pair().cycle).toMatchObject({ phase: 'active' });
    expect(text(world.pair().cycle?.baseVolume ?? ZERO)).toBe(text(one.filledBase.plus(two.filledBase)));
    expect(world.pair().attention).toMatch(/two orders were found/);
    expect(world.events().filter((event) => event === 'order.quarantined')).toHaveLength(1);
    world.store.audit();

    world.command({ name: 'resume', symbol: ETH });
    expect(world.view().pairs[0]).toMatchObject({ state: 'active', attention: null });
  });

  test('a restart in between changes nothing', () => {
    const { world, request, one, two, scan } = twice();
    world.start();
    world.ready();
    world.clock.advance(SAFE_MS);
    world.turn();
    scan();
    world.cycler.laneEvent(say.followed(request.intentId, [one, two]));
    expect(intentOf(world, request)).toMatchObject({ state: 'FILLED', finishAs: 'duplicate' });
    world.store.audit();
  });
});

test('an accepted order whose trades do not come is told once after a minute, shown, and over when they come', () => {
  const world = new World().ready();
  world.pass(ETH, '100', '100');
  const request = world.lastOrder;
  const order = world.exchange.execute(request, { at: '100', fee: '0' });
  world.cycler.laneEvent(say.acked(order));
  const told = (): number => world.events().filter((event) => event === 'order.trades-missing').length;
  const wait = (seconds: number): void => {
    for (let second = 0; second < seconds; second += 1) {
      world.clock.advance(1_000);
      world.turn();
      world.cycler.laneEvent(say.settleFailed(request.intentId));
      if (intentOf(world, request)?.state === 'UNKNOWN')
        world.cycler.laneEvent(say.scanned(request.intentId, world.clock.wall, [seen(order)]));
    }
  };
  wait(60);
  expect(told()).toBe(0);
  wait(30);
  expect(told()).toBe(1);
  expect(world.view().pairs[0]).toMatchObject({ waiting_for: 'trades_missing' });
  world.cycler.laneEvent(say.settled(order));
  expect(world.view().pairs[0]?.waiting_for).not.toBe('trades_missing');
});
