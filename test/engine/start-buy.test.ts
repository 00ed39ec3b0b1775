import { type LaneEvent, rulesToWire } from '@mtrade/engine';
import { text } from '@mtrade/money';
import { describe, expect, test } from 'vitest';
import { say } from './exchange.js';
import { BTC, ETH, makeParams, makeRules, World } from './world.js';

const BOTH = [ETH, BTC];

describe('a start buy', () => {
  test('scenario 2: while its answer is awaited, thirty passes send nothing more, and other pairs go on', () => {
    const world = new World({ symbols: BOTH }).ready();
    world.pass(ETH, '100', '100');
    expect(world.ordersOf(ETH)).toHaveLength(1);
    expect(world.pair(ETH)).toMatchObject({ cycle: { phase: 'buying' } });

    for (let second = 0; second < 30; second += 1) {
      world.clock.advance(100);
      world.tick(ETH, `${101 + second}`, `${101 + second}`);
      world.turn(2);
    }
    world.pass(BTC, '50', '50');
    world.trade({ at: '50' });

    expect(world.ordersOf(ETH)).toHaveLength(1);
    expect(world.view().pairs.map(({ state, cycle_start_state }) => [state, cycle_start_state])).toEqual([
      ['buying', 1],
      ['active', 2],
    ]);
  });

  test('it is a market order sized in quote that may not rest', () => {
    const world = new World().ready();
    world.pass(ETH, '100', '100');

    expect(world.lastOrder).toMatchObject({
      side: 'buy',
      type: 'market',
      timeInForce: 'ioc',
      amount: '10',
      price: null,
      deadlineMs: world.clock.wall + 3_000,
    });
  });

  test('scenario 8, X21: a refusal returns to idle, and each further try waits for a growing back-off', () => {
    const world = new World().ready();
    const attempts: number[] = [];
    for (let step = 0; step < 1_200; step += 1) {
      world.clock.advance(100);
      if (step % 100 === 0) world.tellBalances();
      world.tick(ETH, `${100 + (step % 7)}`, `${100 + (step % 7)}`);
      world.turn();
      if (world.orders.length === attempts.length) continue;
      attempts.push(world.clock.now);
      world.cycler.laneEvent(say.rejected(world.lastOrder, 'BALANCE_NOT_ENOUGH'));
      expect(world.pair()).toMatchObject({ cycle: null, openIntents: [] });
    }
    const waits = attempts.slice(1).map((at, index) => at - attempts[index]);
    expect(waits).toEqual([5_000, 10_000, 20_000, 40_000]);
    expect(world.view().pairs[0]).toMatchObject({ state: 'idle', waiting_for: 'backing_off' });
  });

  test('scenario 9: cancelled with 60 % filled is a cycle of these 60 %, and is not retried', () => {
    const world = new World().ready();
    world.pass(ETH, '100', '100');
    world.trade({ at: '100', share: '0.6', fee: '0' });
    for (let turn = 0; turn < 20; turn += 1) world.pass(ETH, '100', `100.0${turn % 5}`);

    expect(world.orders).toHaveLength(1);
    expect(world.pair().cycle).toMatchObject({ phase: 'active', step: 0 });
    expect(text(world.pair().cycle!.baseVolume)).toBe('0.06');
    expect(text(world.pair().cycle!.invested)).toBe('6');
    expect(world.store.queries.intents({})[0]).toMatchObject({ state: 'PARTIAL' });
  });

  test('scenario 12: the ladder stands on the executed price, not on the ticker', () => {
    const world = new World().ready();
    world.pass(ETH, '100', '100');
    world.trade({ at: '100.4', fee: '0' });

    const { cycle } = world.pair();
    expect(text(cycle!.startPrice!)).toBe('100.4');
    expect(text(cycle!.ladder!.startPrice)).toBe('100.4');
    expect(text(cycle!.ladder!.rows[1].rate)).toBe('97.388');
  });

  test('X01: the trades of one order count together, whatever their number', () => {
    const world = new World().ready();
    world.pass(ETH, '100', '100');
    const order = world.trade({ at: '100', trades: 7, fee: '0.001' });

    expect(order.fills.length).toBe(7);
    expect(text(world.pair().cycle!.baseVolume)).toBe('0.0999');
    expect(world.counter('fills_booked')).toBe(7);
  });
});

describe('scenario 10: what is not known is not a yes', () => {
  const NOTHING_SENT: readonly (readonly [string, (world: World) => void, string])[] = [
    ['balances never arrived', (world) => world.tellClock(), 'account_unknown'],
    [
      'the balance query fails',
      (world) => {
        world.tellClock();
        world.cycler.laneEvent({ type: 'balances-failed', reason: 'INTERNAL' });
      },
      'account_unknown',
    ],
    [
      'a balance answer with an unreadable amount',
      (world) => {
        world.tellClock();
        const balances = { USDT: { available: 'lots', locked: '0' } };
        world.cycler.laneEvent({ type: 'balances', requestedMono: world.clock.now, balances });
      },
      'account_unknown',
    ],
    [
      'the last balances are old',
      (world) => {
        world.ready();
        world.clock.advance(60_001);
        world.tellClock();
      },
      'account_unknown',
    ],
    ['the exchange clock was never measured', (world) => world.tellBalances(), 'clock_uncertain'],
    [
      'the exchange clock is known too badly',
      (world) => {
        world.tellBalances();
        world.tellClock(1_000);
      },
      'clock_uncertain',
    ],
  ];

  test.each(NOTHING_SENT)('%s', (_, prepare, reason) => {
    const world = new World();
    prepare(world);
    world.pass(ETH, '100', '100');

    expect(world.orders).toEqual([]);
    expect(world.view().pairs[0]?.waiting_for).toBe(reason);
  });

  test('an unreadable balance does not make the old ones young', () => {
    const world = new World().ready();
    world.clock.advance(59_000);
    const balances = { USDT: { available: 'lots', locked: '0' } };
    world.cycler.laneEvent({ type: 'balances', requestedMono: world.clock.now, balances });
    world.clock.advance(2_000);
    world.tellClock();
    world.pass(ETH, '100', '100');

    expect(world.orders).toEqual([]);
    expect(world.counter('errors')).toBe(1);
  });

  test('the rules of the pair are missing; when they arrive the pair trades', () => {
    const world = new World({ rules: () => null }).ready();
    world.pass(ETH, '100', '100');
    expect(world.orders).toEqual([]);
    expect(world.view().pairs[0]?.waiting_for).toBe('rules_unknown');

    const rules = {
      symbol: ETH,
      base: 'ETH',
      quote: 'USDT',
      amountStep: '0.0001',
      priceStep: '0.01',
      minBase: '0.0001',
      minQuote: '1',
      tradable: 'both' as const,
      feeRate: '0.002',
      supportsFok: true,
    };
    world.cycler.laneEvent({ type: 'rules', rules: [rules] });
    world.pass(ETH, '100', '100.1');
    expect(world.orders).toHaveLength(1);
  });

  test('W18: a crossed book, an empty side and no price at all lead to no decision', () => {
    const world = new World().ready();
    world.turn(3);
    expect(world.view().pairs[0]?.waiting_for).toBe('price_unknown');
    world.pass(ETH, '101', '100');
    expect(world.view().pairs[0]?.waiting_for).toBe('book_crossed');
    world.pass(ETH, '0', '0');
    expect(world.view().pairs[0]?.waiting_for).toBe('price_unknown');
    expect(world.orders).toEqual([]);
  });
});

describe('money', () => {
  test('scenario 11: available less reserve must cover the order', () => {
    const params = makeParams({ baseOrder: '10', reserve: '90.01' });
    const world = new World({ params, balances: { USDT: '100' } }).ready();
    world.pass(ETH, '100', '100');
    expect(world.orders).toEqual([]);
    expect(world.view().pairs[0]?.waiting_for).toBe('insufficient_quote');

    world.exchange.move('USDT', makeParams({ baseOrder: '0.01' }).baseOrder);
    world.clock.advance(1);
    world.tellBalances();
    world.pass(ETH, '100', '100.1');
    expect(world.orders).toHaveLength(1);
  });

  test('two pairs cannot spend the same money: an open buy is spoken for', () => {
    const world = new World({ symbols: BOTH, balances: { USDT: '15' } }).ready();
    world.pass(ETH, '100', '100');
    world.pass(BTC, '50', '50');

    expect(world.orders).toHaveLength(1);
    expect(world.view().pairs[1]?.waiting_for).toBe('insufficient_quote');
  });

  test('nor while the balances still lag behind the fill, nor when it was refused and the money is free', () => {
    const world = new World({ symbols: BOTH, balances: { USDT: '15' } }).ready();
    world.pass(ETH, '100', '100');
    const order = world.exchange.execute(world.lastOrder, { at: '100' });
    world.clock.advance(1_000);
    // Asked for after the fill, but the exchange has not caught up.
    const stale = { USDT: { available: '15', locked: '0' }, ETH: { available: '0', locked: '0' } };
    world.cycler.laneEvent(say.acked(order));
    world.cycler.laneEvent(say.settled(order));
    world.clock.advance(500);
    world.cycler.laneEvent({ type: 'balances', requestedMono: world.clock.now, balances: stale });
    world.pass(BTC, '50', '50');
    expect(world.ordersOf(BTC)).toEqual([]);

    const other = new World({ symbols: BOTH, balances: { USDT: '15' } }).ready();
    other.pass(ETH, '100', '100');
    other.cycler.laneEvent(say.rejected(other.lastOrder, 'TRADE_RESTRICTED'));
    other.pass(BTC, '50', '50');
    expect(other.ordersOf(BTC)).toHaveLength(1);
  });

  test('X06: a purchase below the minimum of the pair is refused here and not by the exchange', () => {
    const rules = (symbol: string) =>
      makeRules(symbol, { minQuote: makeParams({ baseOrder: '11' }).baseOrder });
    const world = new World({ rules }).ready();
    world.pass(ETH, '100', '100');

    expect(world.orders).toEqual([]);
    expect(world.view().pairs[0]?.waiting_for).toBe('below_minimum');
  });
});

describe('an order that does not fit the rules of its pair', () => {
  const newRules = (symbol: string): LaneEvent => ({
    type: 'rules',
    rules: [rulesToWire(makeRules(symbol))],
  });

  test.each(['INVALID_PRECISION', 'AMOUNT_TOO_LITTLE', 'INVALID_PARAM_VALUE'])(
    'X06, X07: after %s the rules are read again, and nothing is sent before they have come',
    (label) => {
      const world = new World().ready();
      world.pass(ETH, '100', '100');
      world.cycler.laneEvent(say.rejected(world.lastOrder, label));
      world.turn();
      expect(world.requestsOf('refresh-rules')).toEqual([{ type: 'refresh-rules', symbols: [ETH] }]);

      world.clock.advance(60_000);
      world.tellBalances();
      world.tellClock();
      world.pass(ETH, '100', '100.1');
      expect(world.orders).toHaveLength(1);
      expect(world.view().pairs[0]?.waiting_for).toBe('rules_unknown');

      world.cycler.laneEvent(newRules(ETH));
      world.pass(ETH, '100', '100.2');
      expect(world.orders).toHaveLength(2);
      expect(world.pair().attention).toBe(null);
    },
  );

  test('X07: refused by the new rules, too, the pair is blocked until a human has looked', () => {
    const world = new World().ready();
    const refuse = (ask: string): void => {
      world.pass(ETH, '100', ask);
      world.cycler.laneEvent(say.rejected(world.lastOrder, 'INVALID_PRECISION'));
      world.cycler.laneEvent(newRules(ETH));
      world.clock.advance(60_000);
      world.tellBalances();
      world.tellClock();
    };
    refuse('100');
    refuse('100.1');
    world.pass(ETH, '100', '100.2');

    expect(world.orders).toHaveLength(2);
    expect(world.pair().attention).toContain('INVALID_PRECISION');
    expect(world.events()).toContain('pair.needs_attention');
    world.command({ name: 'resume', symbol: ETH });
    world.pass(ETH, '100', '100.3');
    expect(world.orders).toHaveLength(3);
  });

  test('an order that was accepted in between makes the next refusal a first one', () => {
    const world = new World().ready();
    world.pass(ETH, '100', '100');
    world.cycler.laneEvent(say.rejected(world.lastOrder, 'INVALID_PRECISION'));
    world.cycler.laneEvent(newRules(ETH));
    world.clock.advance(60_000);
    world.tellBalances();
    world.tellClock();
    world.pass(ETH, '100', '100.1');
    world.trade({ at: '100.1' });
    world.pass(ETH, '90', '90.1');
    world.cycler.laneEvent(say.rejected(world.lastOrder, 'INVALID_PRECISION'));

    expect(world.pair().attention).toBe(null);
  });

  test('a refusal about anything else leaves the rules alone', () => {
    const world = new World().ready();
    world.pass(ETH, '100', '100');
    world.cycler.laneEvent(say.rejected(world.lastOrder, 'BALANCE_NOT_ENOUGH'));
    world.turn();

    expect(world.requestsOf('refresh-rules')).toEqual([]);
  });
});

describe('scenario 40: a stale price', () => {
  test('no order on a price older than the limit', () => {
    const world = new World({ staleAfterMs: 5_000 }).ready();
    world.tick(ETH, '100', '100');
    world.clock.advance(5_000);
    world.turn();

    expect(world.orders).toEqual([]);
    expect(world.view().pairs[0]?.waiting_for).toBe('price_stale');
  });

  test('the age is looked at again at the commit: a thread that stalls anywhere in its pass sends nothing that lives', () => {
    const looksOf = (world: World, onLook: (look: number) => void): number => {
      let looks = 0;
      world.clock.onMono = () => onLook((looks += 1));
      world.turn();
      world.clock.onMono = null;
      return looks;
    };
    const quick = new World({ staleAfterMs: 5_000 }).ready();
    quick.tick(ETH, '100', '100');
    const looks = looksOf(quick, () => undefined);
    expect(quick.orders).toHaveLength(1);

    const outcomes = Array.from({ length: looks }, (_, look) => {
      const world = new World({ staleAfterMs: 5_000 }).ready();
      world.tick(ETH, '100', '100');
      looksOf(world, (seen) => seen === look + 1 && world.clock.advance(10_000));
      const [order] = world.orders;
      if (order === undefined) return 'nothing sent';
      return order.deadlineMs < world.clock.wall ? 'expired' : 'alive';
    });
    expect(outcomes).not.toContain('alive');
    expect(new Set(outcomes)).toEqual(new Set(['nothing sent', 'expired']));
  });

  test('the age of a price is that of its bid and ask; a last trade makes neither younger', () => {
    const world = new World({ staleAfterMs: 5_000 }).ready();
    world.tick(ETH, '100', '100');
    world.clock.advance(6_000);
    world.reactor.onTick({
      symbol: ETH,
      bid: null,
      ask: null,
      last: { mantissa: 100, decimals: 0 },
      asks: null,
      exchangeMs: world.clock.wall,
      receivedMono: world.clock.now,
    });
    world.turn();

    expect(world.orders).toEqual([]);
    expect(world.view().pairs[0]).toMatchObject({ waiting_for: 'price_stale', price_age_ms: 6_000 });
  });

  test('a repeated frame confirms the price', () => {
    const world = new World({ staleAfterMs: 5_000 }).ready();
    world.tick(ETH, '100', '100');
    world.clock.advance(4_000);
    world.tick(ETH, '100', '100');
    world.clock.advance(4_000);
    world.turn();

    expect(world.orders).toHaveLength(1);
  });
});

describe('a price that is old by the time of the exchange', () => {
  /** One frame that came just now and was stamped `agoMs` ago. */
  const heldUp = (world: World, agoMs: number): void =>
    world.reactor.onTick({
      symbol: ETH,
      bid: { mantissa: 100, decimals: 0 },
      ask: { mantissa: 100, decimals: 0 },
      last: null,
      asks: null,
      exchangeMs: world.clock.wall - agoMs,
      receivedMono: world.clock.now,
    });

  test('W04, scenario 40: a frame that was held up is as old as its stamp says, at the decision', () => {
    const world = new World({ staleAfterMs: 5_000 }).ready();
    heldUp(world, 4_500);
    world.clock.advance(600);
    world.turn();

    expect(world.orders).toEqual([]);
    expect(world.view().pairs[0]).toMatchObject({ waiting_for: 'price_stale', price_age_ms: 5_080 });
  });

  test('W04, scenario 40: and at the commit: a stall anywhere in the pass sends nothing that is too old', () => {
    const run = (stallAtLook: number) => {
      const world = new World({ staleAfterMs: 5_000 }).ready();
      const stampMs = world.clock.wall - 4_500;
      heldUp(world, 4_500);
      let looks = 0;
      world.clock.onMono = () => {
        looks += 1;
        if (looks === stallAtLook) world.clock.advance(1_000);
      };
      world.turn();
      world.clock.onMono = null;
      // The deadline counts from the last look at the price; 20 ms are the error of the clock.
      const ages = world.orders.map(({ deadlineMs }) => deadlineMs - 3_000 - stampMs - 20);
      return { looks, ages, waiting: world.view().pairs[0]?.waiting_for };
    };
    const { looks, ages } = run(0);
    expect(ages).toEqual([4_480]);
    const outcomes = Array.from({ length: looks }, (_, look) => run(look + 1));
    expect(outcomes.flatMap((one) => one.ages).filter((ageMs) => ageMs >= 5_000)).toEqual([]);
    const refused = outcomes.filter((one) => one.ages.length === 0);
    expect(new Set(refused.map(({ waiting }) => waiting))).toEqual(new Set(['price_stale']));
  });

  test('a wrong wall clock of this host changes nothing', () => {
    const world = new World({ staleAfterMs: 5_000 }).ready();
    world.clock.wall += 7_200_000;
    world.reactor.onTick({
      symbol: ETH,
      bid: { mantissa: 100, decimals: 0 },
      ask: { mantissa: 100, decimals: 0 },
      last: null,
      asks: null,
      exchangeMs: world.clock.wall - 7_200_000,
      receivedMono: world.clock.now,
    });
    world.turn();
    expect(world.orders).toHaveLength(1);
  });
});

describe('W17: a price that jumps out of the band', () => {
  test('leads to no start buy, averaging buy or sale until it is confirmed; then at once', () => {
    const idle = new World().ready();
    idle.command({ name: 'pause', symbol: ETH });
    idle.pass(ETH, '100', '100');
    idle.command({ name: 'resume', symbol: ETH });
    idle.pass(ETH, '10', '10');
    expect(idle.orders).toEqual([]);
    expect(idle.view().pairs[0]?.waiting_for).toBe('price_unconfirmed');

    for (const wrong of ['0.1', '100000']) {
      const world = new World().ready();
      world.activate(ETH, '100');
      world.pass(ETH, wrong, wrong);
      expect(world.orders).toHaveLength(1);
      expect(world.view().pairs[0]?.waiting_for).toBe('price_unconfirmed');
      world.pass(ETH, '100', '100');
      expect(world.view().pairs[0]?.waiting_for).toBe('bid_below_required');
    }

    const crash = new World().ready();
    crash.activate(ETH, '100');
    for (let frame = 0; frame < 11; frame += 1) crash.pass(ETH, '50', '50');
    expect(crash.lastOrder).toMatchObject({ side: 'buy', type: 'limit' });
  });
});

test('a permitted pair that was never looked at counts as waiting since the start', () => {
  const world = new World({ symbols: [ETH, 'BTC/USDT'] });
  world.clock.advance(90_000);
  expect(world.view()).toMatchObject({ max_decision_age_ms: 90_000 });
});

test('scenario 32: a pair without permission buys nothing and says why', () => {
  const world = new World({ permitted: false }).ready();
  world.turn();
  expect(world.view().pairs[0]?.waiting_for).toBe('not_permitted');
  world.pass(ETH, '100', '100');
  expect(world.orders).toEqual([]);

  world.command({ name: 'permit', symbol: ETH, on: true });
  world.pass(ETH, '100', '100.1');
  expect(world.orders).toHaveLength(1);
});
