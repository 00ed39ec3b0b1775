import type { EpochMs } from '@mtrade/base';
import { text, ZERO } from '@mtrade/money';
import { describe, expect, test } from 'vitest';
import { say, seen, type TestOrder } from './exchange.js';
import type { StopSide } from './stop-side.js';
import { covered, held, openOf, stateOf, wait } from './stop-world.js';
import { BTC, ETH, World } from './world.js';

const lateFills = (world: World): number =>
  world.events().filter((event) => event === 'order.late-fill').length;
const booked = (world: World): string[] =>
  world.store.queries.fills({ limit: 1_000 }).map(({ fill }) => fill.tradeId);
const stopOf = (world: World) => {
  const intent = world.pair().openIntents.find(({ stop }) => stop !== undefined);
  if (!intent) throw new Error('no stop is open');
  return intent;
};
const lastStop = (world: World) =>
  world.store.queries.intents({ limit: 1_000 }).find(({ purpose }) => purpose === 'stop-loss');

function found(world: World, stops: readonly StopSide['last'][]): void {
  world.cycler.laneEvent({
    type: 'stops-found',
    intentId: stopOf(world).id,
    record: {
      startedAtMs: world.clock.epochMs(),
      complete: true,
      openRows: 0,
      finishedRows: 0,
      tradeRows: 0,
    },
    stops: stops.map((stop) => ({ ...stop })),
  });
}

function survey(world: World, stops: StopSide): void {
  const rows = stops.stops.map((stop) => ({ ...stop }));
  world.tellSurvey({ askedMs: world.clock.epochMs(), stops: { rows, missing: null } });
  world.turn();
}

describe('a trade is booked once, whoever brings it: the order that a stop has fired', () => {
  test('a stop that fires while the lists are read stands in both: it is one stop, not two, and no false alarm', () => {
    const { world, stops } = held();
    world.command({ name: 'pause', symbol: ETH });
    stops.lose();
    const stop = stops.arrive();
    const open = { ...stop };
    const order = stops.fire('94.9', stop);
    found(world, [open, stop]);
    expect(openOf(world)).toEqual(['stop-loss SETTLING']);
    wait(world, stops, 5_000, '94');
    // Whatever was asked because of it: the same trades by every way.
    world.cycler.laneEvent(say.followed(lastStop(world)?.id ?? 0, [order]));
    wait(world, stops, 5_000, '94');
    expect(world.events().filter((event) => event.startsWith('stop.duplicate'))).toEqual([]);
    expect([lateFills(world), world.pair().attention, world.pair().cycle]).toEqual([0, null, null]);
    expect(booked(world).filter((id) => id === order.fills[0]?.tradeId)).toHaveLength(1);
    world.store.audit();
  });

  test('the same, in the other order of the rows', () => {
    const { world, stops } = held();
    world.command({ name: 'pause', symbol: ETH });
    stops.lose();
    const stop = stops.arrive();
    const open = { ...stop };
    stops.fire('94.9', stop);
    found(world, [stop, open]);
    wait(world, stops, 5_000, '94');
    expect(world.events().filter((event) => event.startsWith('stop.duplicate'))).toEqual([]);
    expect([stateOf(world), world.pair().attention, world.pair().cycle]).toEqual(['none', null, null]);
  });

  test('P08: an answer to an earlier life about an open stop’s own order is no second stop: its own look books it', () => {
    const { world, stops } = covered();
    const order = stops.fire('94.9');
    world.clock.advance(10_000);
    world.tellClock();
    world.turn();
    // The look has come, the settling has not been answered.
    const [look] = world.requestsOf('look-stop');
    if (!look) throw new Error('nobody looks');
    world.cycler.laneEvent({
      type: 'stop-seen',
      intentId: look.intentId,
      askedMono: world.clock.now,
      stop: { ...stops.last },
    });
    expect(openOf(world)).toEqual(['stop-loss SETTLING']);
    world.cycler.laneEvent(say.followed(look.intentId, [order]));
    expect([lateFills(world), openOf(world)]).toEqual([0, ['stop-loss SETTLING']]);
    world.cycler.laneEvent({ ...say.settled(order), intentId: look.intentId } as never);
    expect([lateFills(world), world.pair().cycle, world.pair().attention]).toEqual([0, null, null]);
    world.store.audit();
  });

  test('whichever way comes first: trades that were booked as late under the stop are not booked by its end again', () => {
    for (const share of ['all', 'one of two'] as const) {
      const { world, stops } = covered();
      world.command({ name: 'pause', symbol: ETH });
      const { id: intentId } = stopOf(world);
      const fired = stops.fire('94.9');
      const [fill] = fired.fills;
      if (!fill) throw new Error('it has sold nothing');
      const halves = ['a', 'b'].map((name) => ({
        ...fill,
        tradeId: `${fill.tradeId}${name}`,
        baseAmount: '0.05',
      }));
      const order = share === 'all' ? fired : { ...fired, fills: halves };
      // Nothing in the books says yet that this is the stop's own order.
      world.cycler.laneEvent(say.followed(intentId, [{ ...order, fills: order.fills.slice(0, 1) }]));
      expect(lateFills(world)).toBe(1);
      world.cycler.laneEvent({
        type: 'stop-seen',
        intentId,
        askedMono: world.clock.now,
        stop: { ...stops.last },
      });
      expect(openOf(world)).toEqual(['stop-loss SETTLING']);
      world.cycler.laneEvent({ ...say.settled(order), intentId } as never);
      expect([openOf(world), world.pair().cycle]).toEqual([[], null]);
      expect(booked(world)).toHaveLength(1 + order.fills.length);
      expect(text(world.pair().realizedProfit)).toBe('-0.51');
      expect(lastStop(world)).toMatchObject({ state: 'FILLED' });
      world.store.audit();
    }
  });

  /** A stop that arrived long after it was given up; the right one beside it is cancelled by hand, and its successor lost. */
  function surplusBesideUnknown() {
    const { world, stops } = held();
    stops.lose();
    wait(world, stops, 75_000);
    stops.accept();
    const [right] = stops.stops;
    const late = { ...stops.last, stopId: '77', createdMs: (world.clock.wall + 3_000) as EpochMs };
    stops.stops.push(late);
    survey(world, stops);
    world.turn();
    stops.forget();
    if (right) right.status = 'cancelled';
    world.cycler.laneEvent({
      type: 'stop-seen',
      intentId: stopOf(world).id,
      askedMono: world.clock.now,
      stop: { ...right },
    });
    world.turn();
    expect(openOf(world)).toEqual(['stop-loss SUBMITTED']);
    stops.lose();
    return { world, stops, late };
  }

  test('a surplus stop is not taken for the one whose outcome is unknown, however alike they are', () => {
    const { world, stops, late } = surplusBesideUnknown();
    stops.fire('94.9', late);
    found(world, [late]);
    expect(stopOf(world)).toMatchObject({ state: 'UNKNOWN', exchangeOrderId: null });
    world.store.audit();
  });

  test('P03: what is booked under another row ends the stop that was taken for it: no crash, nothing twice, no blocked pair', () => {
    const { world, stops, late } = surplusBesideUnknown();
    const order = stops.fire('94.9', late);
    wait(world, stops, 20_000, '97');
    const [follow] = world.requestsOf('follow');
    if (!follow) throw new Error('nobody asks what it has sold');
    world.cycler.laneEvent(stops.followed(follow.intentId, late));
    expect([lateFills(world), world.pair().cycle]).toEqual([1, null]);
    expect(openOf(world)).toEqual(['stop-loss UNKNOWN']);

    // The next life knows nothing of surplus stops, and finds this one.
    world.start();
    world.ready();
    found(world, [late]);
    expect(openOf(world)).toEqual(['stop-loss SETTLING']);
    wait(world, stops, 3_000, '97');
    world.cycler.laneEvent({ ...say.settled(order), intentId: lastStop(world)?.id ?? 0 } as never);
    expect([openOf(world), booked(world).length]).toEqual([[], 2]);
    expect(lastStop(world)).toMatchObject({ state: 'KILLED', finishAs: 'not-its-own' });
    expect(world.counter('errors')).toBe(0);
    world.store.audit();
    // And so it stays: the same word once more, and the comparison, say nothing new.
    world.cycler.laneEvent(stops.followed(follow.intentId, late));
    survey(world, stops);
    wait(world, stops, 3_000, '97');
    expect([openOf(world), booked(world).length, lateFills(world)]).toEqual([[], 2, 1]);
  });
});

describe('a trade is booked on its own cycle', () => {
  test('a second stop of a cycle that was reset sells while the next one runs: the next one’s numbers stay as they are', () => {
    const { world, stops } = covered();
    const [first] = stops.stops;
    const twin = { ...stops.last, stopId: '77' };
    stops.stops.push(twin);
    world.command({ name: 'reset', symbol: ETH });
    wait(world, stops, 3_000);
    expect([first?.status, openOf(world)]).toEqual(['cancelled', []]);
    world.command({ name: 'resume', symbol: ETH });
    world.settleAccount();
    world.ready();
    world.pass(ETH, '100', '100');
    world.trade({ at: '100', fee: '0' });
    world.settleAccount();
    world.pass(ETH, '100', '100');
    stops.accept();
    expect(openOf(world)).toEqual(['stop-loss LIVE']);
    const before = world.pair().cycle;

    const order = stops.fire('94.9', twin);
    world.clock.advance(20_000);
    world.tellClock();
    survey(world, stops);
    wait(world, stops, 3_000);
    const [follow] = world.requestsOf('follow');
    if (!follow) throw new Error('nobody asks what it has sold');
    world.cycler.laneEvent(stops.followed(follow.intentId, twin));
    const late = world.store.queries
      .fills({ limit: 1_000 })
      .find(({ fill }) => fill.tradeId === order.fills[0]?.tradeId);
    expect([late?.intentId, late?.cycleId]).toEqual([follow.intentId, 1]);
    expect(world.pair().cycle).toEqual(before);
    expect(world.store.queries.cycle(1)).toMatchObject({ outcome: 'reset' });
    expect([lateFills(world), openOf(world)]).toEqual([1, ['stop-loss LIVE']]);
    world.store.audit();
  });
});

describe('a trade is booked once: an engine that has been replaced', () => {
  test('and wakes up to the trades that its successor has booked learns from the lease that it is over', () => {
    const world = new World().ready();
    world.activate();
    world.pass(ETH, '96', '96');
    const order = world.exchange.execute(world.lastOrder, { at: '96', fee: '0' });
    world.cycler.laneEvent(say.acked(order));
    const replaced = world.cycler;
    const itsStore = world.store;
    world.start(false);
    world.ready();
    world.turn();
    world.cycler.laneEvent(say.scanned(order.request.intentId, world.clock.wall, [seen(order)]));
    world.cycler.laneEvent(say.settled(order));
    expect(world.pair().openIntents).toEqual([]);
    expect(() => replaced.laneEvent(say.settled(order))).toThrow(
      expect.objectContaining({ code: 'MTRADE_LOCK_LOST' }),
    );
    itsStore.close();
    expect(booked(world)).toHaveLength(2);
    world.store.audit();
  });
});

describe('what the exchange says of an order cannot be true: its pair waits for a human, nobody else, and nothing ends', () => {
  /** The averaging buy of ETH is accepted; BTC trades beside it. */
  function accepted() {
    const world = new World({ symbols: [ETH, BTC], balances: { USDT: '1000' } }).ready();
    world.activate(ETH);
    const first = world.exchange.orders.get(world.ordersOf(ETH)[0]?.clientOrderId ?? '') as TestOrder;
    world.pass(ETH, '96', '96');
    const request = world.ordersOf(ETH).at(-1) as TestOrder['request'];
    return { world, first, request };
  }

  function expectHeld(world: World, reason: RegExp, trades: number): void {
    expect(booked(world)).toHaveLength(trades);
    expect(world.pair(ETH).attention).toMatch(reason);
    expect(world.pair(ETH).openIntents).toHaveLength(1);
    world.clock.advance(20_000);
    world.ready();
    world.pass(BTC, '50000', '50000');
    expect(world.ordersOf(BTC)).toHaveLength(1);
    world.store.audit();
  }

  test('trades of an order that is booked: refused as often as they come, told once, until its own order is found by name', () => {
    const { world, first, request } = accepted();
    const mixedUp = { ...first, request };
    world.cycler.laneEvent(say.acked(mixedUp));
    for (let times = 0; times < 3; times += 1) world.cycler.laneEvent(say.settled(mixedUp));
    expectHeld(world, /x1-1 is booked under another order/, 1);
    expect(world.events().filter((event) => event === 'order.contradicted')).toHaveLength(1);
    expect(world.requestsOf('settle').length).toBeGreaterThan(0);

    // Looks by that id lead nowhere, so it is looked for by its name, and this shows two orders; both are followed.
    const own = world.exchange.execute(request, { at: '96', fee: '0' });
    const scans = () => world.requestsOf('scan').filter(({ intentId }) => intentId === request.intentId);
    for (let seconds = 0; seconds < 200 && scans().length === 0; seconds += 1) {
      const asked = world.requestsOf('settle').length;
      world.clock.advance(1_000);
      world.tellClock();
      world.turn();
      if (world.requestsOf('settle').length > asked) world.cycler.laneEvent(say.settled(mixedUp));
    }
    expect(scans().length).toBeGreaterThan(0);
    world.cycler.laneEvent(say.scanned(request.intentId, world.clock.wall, [seen(own)]));
    world.clock.advance(2_000);
    world.tellClock();
    world.turn();
    world.cycler.laneEvent(say.scanned(request.intentId, world.clock.wall, [seen(own)]));
    expect(world.requestsOf('follow').at(-1)?.exchangeOrderIds).toEqual([own.exchangeOrderId]);
    world.cycler.laneEvent(say.followed(request.intentId, [own]));
    expect(world.pair(ETH).openIntents).toEqual([]);
    expect(text(world.pair(ETH).cycle?.baseVolume ?? own.filledBase)).toBe(text(own.filledBase.plus('0.1')));
    world.store.audit();
  });

  test('more than was ordered', () => {
    const { world, request } = accepted();
    const order = world.exchange.execute({ ...request, amount: '9' }, { at: '96', fee: '0' });
    const over = { ...order, request };
    world.cycler.laneEvent(say.acked(over));
    world.cycler.laneEvent(say.settled(over));
    expectHeld(world, /filled 9, more than was ordered/, 1);
    expect(world.pair(ETH).openIntents[0]?.state).toBe('SETTLING');
  });

  test('trades of the other side, or of another pair', () => {
    for (const wrong of [{ side: 'sell' as const }, { symbol: BTC }]) {
      const { world, request } = accepted();
      const order = world.exchange.execute(request, { at: '96', fee: '0' });
      const mixedUp = { ...order, fills: order.fills.map((fill) => ({ ...fill, ...wrong })) };
      world.cycler.laneEvent(say.acked(mixedUp));
      world.cycler.laneEvent(say.settled(mixedUp));
      expectHeld(world, /x2-1 \(.*\) is not one of order/, 1);
      world.cycler.laneEvent(say.settled(order));
      expect(world.pair(ETH).openIntents).toEqual([]);
    }
  });

  /** The private stream has shown the order with half of it filled; its answer was lost. */
  function seenWithHalf() {
    const { world, request } = accepted();
    const order = world.exchange.execute(request, { at: '96', fee: '0', share: '0.5' });
    const nothing = { ...order, finishAs: 'ioc', filledBase: ZERO, filledQuote: ZERO, fills: [] };
    world.cycler.laneEvent(say.unknown(request));
    world.cycler.laneEvent(say.evidence(seen(order)));
    expect(text(world.pair(ETH).openIntents[0]?.filledBase ?? ZERO)).toBe(text(order.filledBase));
    return { world, request, order, nothing };
  }

  /** Time passes, and each look by the exchange's id is answered in this way. */
  function answerLooks(world: World, answer: TestOrder, seconds: number): void {
    for (let second = 0; second < seconds; second += 1) {
      const asked = world.requestsOf('settle').length;
      world.clock.advance(1_000);
      world.tellClock();
      world.turn();
      if (world.requestsOf('settle').length > asked) world.cycler.laneEvent(say.settled(answer));
    }
  }

  test('less than it has said before: asked again quietly, and what a copy of it that lags behind has left out is booked', () => {
    const { world, request, order, nothing } = seenWithHalf();
    world.cycler.laneEvent(say.settled(nothing));
    answerLooks(world, nothing, 5);
    expect(world.pair(ETH).openIntents).toMatchObject([{ id: request.intentId, state: 'SETTLING' }]);
    expect(world.pair(ETH).attention).toBeNull();
    answerLooks(world, order, 20);
    expect(world.pair(ETH)).toMatchObject({ openIntents: [], attention: null });
    expect(booked(world)).toHaveLength(2);
    expect([lateFills(world), world.ordersOf(ETH).length]).toEqual([0, 2]);
    world.store.audit();
  });

  test('less than it has said before, again and again, over a restart: never ended, never bought again, told once', () => {
    const { world, request, order, nothing } = seenWithHalf();
    world.start();
    world.ready();
    world.cycler.laneEvent(say.scanned(request.intentId, world.clock.wall, [seen(nothing)]));
    answerLooks(world, nothing, 90);
    expectHeld(world, /has filled less than .* that the exchange has said before/, 1);
    answerLooks(world, nothing, 90);
    expect(world.events().filter((event) => event === 'order.contradicted')).toHaveLength(1);
    expect(world.ordersOf(ETH)).toHaveLength(2);
    world.cycler.laneEvent(say.settled(order));
    expect([world.pair(ETH).openIntents, booked(world).length]).toEqual([[], 2]);
    world.store.audit();
  });

  test('N24: less than it has said before, under another id, is a second order and no doubt', () => {
    const { world, nothing } = seenWithHalf();
    world.cycler.laneEvent(say.settled({ ...nothing, exchangeOrderId: 'x99' }));
    expect(world.pair(ETH).openIntents).toMatchObject([{ state: 'QUARANTINED', finishAs: 'duplicate' }]);
  });

  test('a trade that stands twice in a list is not the whole list: asked for again', () => {
    const { world, request } = accepted();
    const order = world.exchange.execute(request, { at: '96', fee: '0', trades: 2 });
    const [one] = order.fills;
    world.cycler.laneEvent(say.acked(order));
    world.cycler.laneEvent(say.settled({ ...order, fills: [one, one] as never }));
    expect([booked(world).length, world.pair(ETH).attention]).toEqual([1, null]);
    world.cycler.laneEvent(say.settled(order));
    expect([booked(world).length, world.pair(ETH).openIntents]).toEqual([3, []]);
    world.store.audit();
  });
});

describe('an order under quarantine that the exchange still knows by its id', () => {
  test('is asked for by that id as well: what no list shows any more is booked, and the pair trades on', () => {
    const world = new World().ready();
    world.activate();
    world.pass(ETH, '96', '96');
    const request = world.lastOrder;
    const order = world.exchange.execute(request, { at: '96', fee: '0' });
    world.cycler.laneEvent(say.acked(order));
    world.start();
    world.ready();
    for (const ms of [13_100, 2_001, 2_001]) {
      world.clock.advance(ms);
      world.tellClock();
      world.turn();
      world.cycler.laneEvent(say.scanned(request.intentId, world.clock.wall));
    }
    expect(world.pair().openIntents[0]?.state).toBe('QUARANTINED');
    world.clock.advance(30_000);
    world.tellClock();
    world.turn();
    expect(world.requestsOf('settle').at(-1)).toMatchObject({ exchangeOrderId: order.exchangeOrderId });
    world.cycler.laneEvent(say.settled(order));
    expect(world.pair()).toMatchObject({ openIntents: [], attention: null });
    world.store.audit();
  });
});
