import { describe, expect, test } from 'vitest';
import { emptyTriggerCell, Owner, STAGES } from '@mtrade/board';
import type { MarketRules } from '@mtrade/cycle';
import { say } from './exchange.js';
import { covered } from './stop-world.js';
import { BTC, ETH, makeParams, makeRules, scaledPrice, World } from './world.js';

const many = (count: number): string[] => Array.from({ length: count }, (_, i) => `C${i}/USDT`);

function armed(
  world: World,
  symbol = ETH,
): { buyAtOrBelow: number; sellAtOrAbove: number; askLevel: number; isPatient: boolean } {
  const cell = emptyTriggerCell();
  world.board.triggers.read(world.board.indexOf(symbol), cell);
  return cell;
}

const decided = (world: World): number =>
  world.view().pairs.filter((pair) => pair.decision_age_ms !== null).length;

describe('urgent pairs and the round', () => {
  test('scenario 38: twenty urgent pairs: five of them, then the next in turn, in each turn', () => {
    const symbols = many(40);
    const world = new World({ symbols });
    for (const symbol of symbols.slice(20)) world.tick(symbol, '100', '100');
    expect(world.board.urgent.depth()).toBe(20);
    for (let turn = 1; turn <= 4; turn += 1) {
      const more = world.cycler.doWork();
      expect(world.counter('urgent_processed')).toBe(5 * turn);
      expect(world.counter('cycler_processed')).toBe(turn);
      expect(more).toBe(turn < 4);
    }
  });

  test('scenario 38: no pair starves while twenty others cross their triggers all the time', () => {
    const symbols = many(40);
    const world = new World({ symbols, debounceMs: 0 });
    for (let turn = 0; turn < 40; turn += 1) {
      world.clock.advance(10);
      for (const symbol of symbols.slice(0, 20)) world.tick(symbol, `${100 + turn}`, `${100 + turn}`);
      world.turn();
    }
    expect(decided(world)).toBe(40);
    expect(world.counter('cycler_processed')).toBe(40);
  });

  test('scenario 35: a hundred ticks within the debounce window are one pass', () => {
    const world = new World({ debounceMs: 100 }).ready();
    for (let tick = 0; tick < 100; tick += 1) {
      world.clock.advance(0.5);
      world.tick(ETH, `${100 + tick}`, `${100 + tick}`);
      world.turn();
    }
    expect(world.counter('urgent_processed') + world.counter('cycler_processed')).toBe(1);
    expect(world.counter('reactor_debounced')).toBe(99);
  });

  test('a tick that comes in the middle of a pass belongs to the same window', () => {
    const world = new World({ debounceMs: 100 }).ready();
    world.tick(ETH, '100', '100');
    let looks = 0;
    world.clock.onMono = () => {
      looks += 1;
      if (looks === 6) world.tick(ETH, '100.1', '100.1');
    };
    world.turn();
    world.clock.onMono = null;
    expect(looks).toBeGreaterThan(5);
    expect(world.board.urgent.depth()).toBe(0);
    expect(world.counter('reactor_debounced')).toBe(1);
  });

  test('a pair that somebody holds is skipped and counted, not waited for', () => {
    const world = new World({ symbols: [ETH, BTC] }).ready();
    world.board.slots.tryClaim(0, Owner.reactor, 1);
    world.pass(ETH, '100', '100');
    expect(world.orders).toEqual([]);
    expect(world.counter('urgent_skipped')).toBe(1);
    world.board.slots.release(0, Owner.reactor, 1);
    world.turn(2);
    expect(world.orders).toHaveLength(1);
  });

  test('P19: what a dead cycler left claimed is freed by the next one', () => {
    const world = new World().ready();
    world.board.slots.tryClaim(0, Owner.cycler, 1);
    world.start();
    world.ready();
    world.pass(ETH, '100', '100');
    expect(world.orders).toHaveLength(1);
  });

  test('scenario 43: a pair that throws on every pass rests, is counted, and hurts nobody', () => {
    const poison = {
      ...makeRules(ETH),
      get minQuote(): never {
        throw new TypeError('poison');
      },
    } as MarketRules;
    const symbols = [ETH, BTC];
    const world = new World({ symbols, rules: (s) => (s === ETH ? poison : makeRules(s)) }).ready();
    for (let step = 0; step < 600; step += 1) {
      world.clock.advance(100);
      if (step % 100 === 0) world.tellBalances();
      world.tick(ETH, `${100 + (step % 3)}`, `${100 + (step % 3)}`);
      world.tick(BTC, `${50 + (step % 3)}`, `${50 + (step % 3)}`);
      world.turn();
      if (world.ordersOf(BTC).length === 1 && world.pair(BTC).cycle?.phase === 'buying')
        world.trade({ at: '50' });
    }
    // One minute: rests of 1, 2, 4, 8, 16 and 32 s.
    expect(world.counter('errors')).toBe(6);
    expect(world.ordersOf(ETH)).toEqual([]);
    expect(world.pair(BTC).cycle).toMatchObject({ phase: 'active' });
    expect(world.board.slots.isClaimed(0)).toBe(false);
  });
});

describe('armed triggers', () => {
  function active(options: ConstructorParameters<typeof World>[0] = {}): World {
    const world = new World({ debounceMs: 100_000, ...options }).ready();
    world.turn();
    world.clock.advance(200_000);
    world.ready();
    world.tick(ETH, '100', '100');
    world.turn();
    world.trade({ at: '100', fee: '0' });
    return world;
  }

  test('they are armed by the pass that follows a fill, and not while an order is open', () => {
    const world = active();
    expect(armed(world)).toMatchObject({ buyAtOrBelow: -Infinity, sellAtOrAbove: Infinity });
    world.turn();
    expect(armed(world).buyAtOrBelow).toBeCloseTo(97, 9);
    expect(armed(world).sellAtOrAbove).toBeCloseTo(101, 9);

    world.tick(ETH, '96', '96');
    world.turn();
    expect(world.orders).toHaveLength(2);
    expect(armed(world)).toMatchObject({ buyAtOrBelow: -Infinity, sellAtOrAbove: Infinity });
  });

  test('a crossing passes the debounce and the round, at once', () => {
    const world = active();
    world.turn();
    world.tick(ETH, '99', '99');
    expect(world.board.urgent.depth()).toBe(0);
    world.tick(ETH, '97', '97');
    expect(world.board.urgent.depth()).toBe(1);
    world.tick(ETH, '96', '96');
    world.turn();
    expect(world.lastOrder).toMatchObject({ side: 'buy', type: 'limit' });
  });

  test('a crossing goes before the pairs that only moved', () => {
    const symbols = [...many(10), ETH];
    const world = new World({ symbols }).ready();
    world.activate();
    world.turn(11);
    world.clock.advance(200);
    for (const symbol of many(10)) world.tick(symbol, '5', '5');
    world.tick(ETH, '96', '96');
    expect(world.board.urgent.pop()).toBe(10);
  });

  test('a crossing that led to nothing is not urgent with every further frame', () => {
    const world = active();
    world.turn();
    world.cycler.laneEvent({
      type: 'clock',
      exchangeMinusMono: 0,
      errorMs: 5_000,
      measuredMono: world.clock.now,
    });
    const before = world.counter('reactor_queued');
    for (let frame = 0; frame < 50; frame += 1) {
      world.tick(ETH, `${102 + frame}`, `${102 + frame}`);
      world.turn();
    }
    expect(world.orders).toHaveLength(1);
    expect(world.view().pairs[0]?.waiting_for).toBe('clock_uncertain');
    expect(world.counter('reactor_queued') - before).toBe(1);
  });

  test('a price that slips in between decision and arming is seen', () => {
    let slipIn: (() => void) | null = null;
    // The rules are looked at when the prices have been read and the levels are not armed yet.
    const rules = (symbol: string): MarketRules => ({
      ...makeRules(symbol),
      get tradable() {
        const tick = slipIn;
        slipIn = null;
        tick?.();
        return 'both' as const;
      },
    });
    const world = active({ rules });
    slipIn = () => {
      world.tick(ETH, '96', '96');
      expect(world.board.urgent.depth()).toBe(0);
    };
    world.turn();
    expect(slipIn).toBeNull();
    expect(world.orders).toHaveLength(2);
  });

  test('the operator disarms with every command; the next pass arms anew', () => {
    const world = active();
    world.turn();
    world.command({ name: 'pause', symbol: ETH });
    expect(armed(world)).toMatchObject({ buyAtOrBelow: -Infinity, sellAtOrAbove: Infinity });
    world.clock.advance(100_001);
    world.ready();
    world.turn();
    expect(armed(world).buyAtOrBelow).toBeCloseTo(97, 9);
    world.command({ name: 'trading', on: false });
    expect(armed(world)).toMatchObject({ buyAtOrBelow: -Infinity, sellAtOrAbove: Infinity });
  });

  test('book_level_step: the buy waits for the ask at its own level of the book', () => {
    const params = makeParams({ bookLevelStep: '2' });
    const world = active({ params });
    const book = (...asks: string[]): void =>
      world.reactor.onTick({
        symbol: ETH,
        bid: null,
        ask: null,
        last: null,
        asks: asks.map(scaledPrice),
        exchangeMs: world.clock.wall,
        receivedMono: world.clock.now,
      });
    world.turn();
    expect(armed(world)).toMatchObject({ askLevel: 3 });
    world.tick(ETH, '96', '96');
    world.turn();
    expect(world.orders).toHaveLength(1);
    book('96', '97', '98');
    world.turn();
    expect(world.orders).toHaveLength(1);
    book('96', '96.2', '96.5');
    world.turn();
    expect(world.lastOrder).toMatchObject({ side: 'buy', price: '96.99' });
  });

  test('book_level_step: a price of another level does not disarm the level that is waited for', () => {
    const params = makeParams({ bookLevelStep: '2' });
    const world = active({ params });
    // The board still shows the best ask as its level: far below the trigger, but not the third ask.
    world.reactor.onTick({
      symbol: ETH,
      bid: null,
      ask: null,
      last: null,
      asks: [scaledPrice('90'), scaledPrice('99'), scaledPrice('99')],
      exchangeMs: world.clock.wall,
      receivedMono: world.clock.now,
    });
    world.turn();
    expect(armed(world)).toMatchObject({ askLevel: 3 });
    expect(armed(world).buyAtOrBelow).toBeCloseTo(97, 9);
  });
});

describe('latencies', () => {
  test('from a frame to the decision on it: crossings only, and only the first look at each', () => {
    const world = new World().ready();
    world.activate();
    const decisions = () => world.board.latencies.snapshot('tick_to_decision');
    world.pass(ETH, '100.01', '100.01');
    expect(decisions().count).toBe(0);

    world.clock.advance(200);
    world.tick(ETH, '90', '90');
    world.clock.advance(3);
    world.turn();
    expect(world.lastOrder).toMatchObject({ side: 'buy', price: expect.any(String) });
    expect(decisions()).toMatchObject({ count: 1, max: 3_000 });

    world.cycler.laneEvent(say.rejected(world.lastOrder, 'TRADE_RESTRICTED'));
    world.clock.advance(4_000);
    world.board.urgent.push(0, true);
    world.turn();
    expect(decisions().count).toBe(1);
  });

  test('the way from the frame to the request is measured from the frame that caused it', () => {
    const world = new World().ready();
    world.tick(ETH, '100', '100');
    world.clock.advance(3);
    world.turn();
    const order = world.exchange.execute(world.lastOrder, { at: '100' });
    const pickedMono = world.clock.now + 1;
    const times = {
      pickedMono,
      signedMono: pickedMono + 2,
      sentMono: pickedMono + 5,
      answeredMono: pickedMono + 45,
    };
    world.cycler.laneEvent(say.acked(order, times));
    const measured = STAGES.map((stage) => [stage, world.board.latencies.snapshot(stage)] as const);
    expect(
      Object.fromEntries(
        measured.filter(([, { count }]) => count === 1).map(([stage, { max }]) => [stage, max]),
      ),
    ).toEqual({
      tick_to_queue: 0,
      decision_to_commit: 0,
      commit_to_lane: 1_000,
      lane_to_signed: 2_000,
      signed_to_send: 3_000,
      commit_to_send: 6_000,
      send_to_answer: 40_000,
      tick_to_order: 9_000,
    });
  });

  test('a request that was signed before its commit is not charged with waiting for it', () => {
    const world = new World().ready();
    world.tick(ETH, '100', '100');
    world.turn();
    const order = world.exchange.execute(world.lastOrder, { at: '100' });
    const committedMono = world.clock.now;
    world.cycler.laneEvent(
      say.acked(order, {
        pickedMono: committedMono - 5,
        signedMono: committedMono - 4,
        sentMono: committedMono + 2,
        answeredMono: committedMono + 9,
      }),
    );
    const longest = (['commit_to_lane', 'lane_to_signed', 'signed_to_send', 'commit_to_send'] as const).map(
      (stage) => world.board.latencies.max(stage),
    );
    expect(longest).toEqual([0, 1_000, 2_000, 2_000]);
  });

  test('an order that never came to the wire is no time of a send', () => {
    const world = new World().ready();
    world.pass(ETH, '100', '100');
    const order = world.exchange.kill(world.lastOrder);
    const signedMono = world.clock.now + 1;
    world.cycler.laneEvent(
      say.acked(order, { pickedMono: signedMono, signedMono, sentMono: null, answeredMono: signedMono + 1 }),
    );
    const counts = (['lane_to_signed', 'commit_to_send', 'send_to_answer', 'tick_to_order'] as const).map(
      (stage) => world.board.latencies.snapshot(stage).count,
    );
    expect(counts).toEqual([1, 0, 0, 0]);
  });
});

test('every entry of the urgent queue is counted once: served, or skipped', () => {
  const symbols = many(30);
  const world = new World({ symbols, urgentCapacity: 20, debounceMs: 0 });
  for (let step = 0; step < 200; step += 1) {
    world.clock.advance(7);
    for (let i = 0; i < 7; i += 1) {
      const symbol = symbols[(step * 5 + i * 3) % 30];
      world.tick(symbol, `${100 + (step % 4)}`, `${101 + (step % 4)}`);
    }
    if (step % 3 === 0) world.turn();
  }
  const c = world.board.counters.snapshot();
  expect(c.reactor_updates).toBe(
    c.reactor_unchanged + c.reactor_queued + c.reactor_debounced + c.urgent_full,
  );
  expect(c.reactor_queued).toBe(
    c.urgent_processed + (c.urgent_skipped - c.urgent_full) + world.board.urgent.depth(),
  );
  expect(c.cycler_iterations).toBe(c.cycler_processed + c.cycler_skipped);
});

describe('a pair whose prices are looked at seldom', () => {
  test('is one with a stop, between its levels', () => {
    const { world } = covered();
    world.pass(ETH, '99', '99');
    expect(armed(world).isPatient).toBe(true);
  });

  test('is none while the stop of its ended cycle lies on the exchange, also when it is forbidden', () => {
    const { world, stops } = covered();
    world.command({ name: 'permit', symbol: ETH, on: false });
    world.command({ name: 'reset', symbol: ETH });
    world.pass(ETH, '99', '99');
    expect([world.pair().cycle, world.pair().openIntents.length]).toEqual([null, 1]);
    expect(armed(world).isPatient).toBe(false);

    stops.answer();
    world.pass(ETH, '98', '98');
    expect(world.pair().openIntents).toEqual([]);
    expect(armed(world).isPatient).toBe(true);
  });

  test('is none while the operator’s sale waits for the end of the stop', () => {
    const { world } = covered();
    world.command({ name: 'sell-now', symbol: ETH });
    world.pass(ETH, '99', '99');
    expect(world.view().pairs[0]?.waiting_for).toBe('stop_ending');
    expect(armed(world).isPatient).toBe(false);
  });
});
