import { text } from '@mtrade/money';
import { describe, expect, test } from 'vitest';
import { say, seen } from './exchange.js';
import type { StopSide } from './stop-side.js';
import { begin, covered, held, lastPosition, openOf, stateOf, wait } from './stop-world.js';
import { ETH, type World } from './world.js';

const DAY = 86_400_000;
const sales = (world: World) => world.orders.filter(({ side }) => side === 'sell');
const detailsOf = (world: World, event: string) =>
  world.replies.flatMap((reply) =>
    reply.type === 'journal' && reply.event === event ? [reply.details] : [],
  );

/** Killed, and started again after a while; the exchange's clock, account and prices become known. */
function killed(world: World, afterMs: number, price = '99'): void {
  world.start();
  world.clock.advance(afterMs);
  world.ready();
  world.tick(ETH, price, price);
}

describe('sell now while the stop has to end first', () => {
  test('P03: kill -9 after the command was answered: the sale goes out in the next life, once', () => {
    const { world, stops } = covered();
    world.command({ name: 'sell-now', symbol: ETH });
    stops.forget();
    killed(world, 3_000);
    world.turn();
    expect([sales(world).length, world.requestsOf('cancel-stop').length]).toEqual([0, 2]);
    stops.answer();
    expect(stops.last.status).toBe('cancelled');
    world.turn();
    expect(sales(world)).toMatchObject([{ timeInForce: 'ioc', amount: '0.1' }]);
    world.trade({ at: '99', fee: '0' });
    expect([world.pair().cycle, stops.asked.length]).toEqual([null, 1]);
  });

  test('P03: kill -9 when the stop is gone and the sale not decided: it is decided in the next life', () => {
    const { world, stops } = covered();
    world.command({ name: 'sell-now', symbol: ETH });
    stops.answer();
    expect([stateOf(world), sales(world).length]).toEqual(['pending_sl', 0]);
    killed(world, 3_000);
    world.turn();
    expect([sales(world).length, stops.asked.length]).toEqual([1, 1]);
  });

  test('P03: kill -9 right after the commit of the sale: it is looked up like any order, and not decided again', () => {
    const { world, stops } = covered();
    world.command({ name: 'sell-now', symbol: ETH });
    stops.answer();
    world.clock.advance(200);
    world.tick(ETH, '99', '99');
    world.turn();
    expect(openOf(world)).toEqual(['manual-sell SUBMITTED']);
    killed(world, 1_000);
    world.turn(3);
    expect([openOf(world), sales(world).length]).toEqual([['manual-sell UNKNOWN'], 1]);
    expect(world.pair().position?.sellUntilMs).toBeNull();
  });

  test('P03: kill -9 before the command was committed: nothing is sold', () => {
    const { world, stops } = covered();
    killed(world, 3_000);
    world.turn(3);
    stops.answer();
    world.turn(3);
    expect([sales(world).length, stops.last.status]).toEqual([0, 'open']);
  });

  test('a wish of too long ago is told as given up, and the position gets its stop back', () => {
    const { world, stops } = covered();
    world.command({ name: 'sell-now', symbol: ETH });
    stops.answer();
    killed(world, 31_000);
    world.turn(2);
    expect(detailsOf(world, 'operator.sell-now-failed')).toEqual([{ reason: 'its time is over' }]);
    expect([sales(world).length, stops.asked.length]).toEqual([0, 2]);
  });

  test('N20: a wall clock that is set back makes no old wish young: this life counts by its own', () => {
    const { world, stops } = covered();
    world.command({ name: 'sell-now', symbol: ETH });
    stops.forget();
    killed(world, 1_000);
    world.turn();
    world.clock.wall -= 3_600_000;
    wait(world, stops, 0);
    world.clock.advance(31_000);
    world.ready();
    world.tick(ETH, '99', '99');
    world.turn(2);
    expect(detailsOf(world, 'operator.sell-now-failed')).toHaveLength(1);
  });

  test('the stop fires before it can be cancelled: its trades close the cycle, and nothing is sold a second time', () => {
    const { world, stops } = covered();
    world.command({ name: 'pause', symbol: ETH });
    world.command({ name: 'sell-now', symbol: ETH });
    stops.forget();
    stops.fire('94.8');
    killed(world, 1_000, '94.8');
    wait(world, stops, 3_000, '94.8');
    expect([world.pair().cycle, sales(world)]).toEqual([null, []]);
    world.store.audit();
  });
});

describe('scenario 56: a stop that is rolled back is never silent', () => {
  const raised = (world: World) => detailsOf(world, 'position.roll-back');

  test('X26: refused because the price has passed it: told with its reason, and the status says what was done', () => {
    const { world, stops } = held();
    stops.refuse('AUTO_TRIGGER_PRICE_LESS_LAST');
    expect(raised(world)).toMatchObject([
      {
        reason: 'trigger-passed',
        problem: expect.stringContaining('AUTO_TRIGGER_PRICE_LESS_LAST') as string,
      },
    ]);
    expect(world.view().pairs[0]?.last_exit).toMatch(/is being sold at the market: the price had passed/);
    world.turn();
    world.trade({ at: '94', fee: '0' });
    expect(raised(world)).toHaveLength(1);
    expect(world.view().pairs[0]).toMatchObject({
      last_exit:
        '0.1 ETH were sold at the market for 94 USDT: the price had passed its stop, and none lay on the exchange',
      stop_outs: 1,
    });
    // Over a restart, too, until somebody has looked.
    world.start();
    expect(world.view().pairs[0]?.last_exit).toMatch(/^0.1 ETH were sold/);
    world.command({ name: 'resume', symbol: ETH });
    expect(world.view().pairs[0]?.last_exit).toBeNull();
  });

  test('X26: a killed take-profit before it is no failure of the roll-back', () => {
    const { world, stops } = covered();
    world.pass(ETH, '102', '102');
    stops.answer();
    world.turn();
    world.cycler.laneEvent(say.acked(world.exchange.kill(world.lastOrder)));
    expect(world.pair().failures).toBe(1);
    world.turn();
    world.pass(ETH, '98', '98');
    stops.refuse('AUTO_TRIGGER_PRICE_LESS_LAST');
    world.turn();
    expect(sales(world).at(-1)).toMatchObject({ type: 'market' });
    expect([world.pair().attention, world.events().includes('position.rollback-failed')]).toEqual([
      null,
      false,
    ]);
  });

  test('X26: found by the prices: told in the same way', () => {
    const { world, stops } = covered();
    stops.last.status = 'cancelled';
    for (let i = 0; i < 20; i += 1) world.pass(ETH, '94', '94.1');
    wait(world, stops, 12_000, '94');
    expect(raised(world)).toMatchObject([{ reason: 'trigger-passed' }]);
    expect(sales(world)).toMatchObject([{ type: 'market' }]);
  });

  test('refused for good: told, and the status names the label', () => {
    const { world, stops } = held();
    for (let i = 0; i < 120 && world.orders.length < 2; i += 1) {
      if (world.pair().openIntents.length > 0) stops.refuse('BALANCE_NOT_ENOUGH');
      world.clock.advance(500);
      world.ready();
      world.tick(ETH, '100', '100');
      world.turn();
    }
    expect(raised(world)).toMatchObject([{ reason: 'refused' }]);
    world.trade({ at: '101', fee: '0' });
    // Sold with a profit, and said all the same.
    expect(world.pair().lastExit).toMatch(/would not take its protective stop/);
    expect([world.pair().stopOuts, lastPosition(world)?.state]).toEqual([0, 'rolled_back']);
  });
});

describe('a stop that leaves something unsold', () => {
  test('X01: its limit was too high for a crash: the rest is bare, and is sold at the market at once', () => {
    const { world, stops } = covered();
    stops.fire('91', stops.last, '0.4');
    world.pass(ETH, '88', '88.1');
    for (let i = 0; i < 15; i += 1) world.pass(ETH, '88', '88.1');
    wait(world, stops, 3_000, '88');
    expect(sales(world)).toMatchObject([{ type: 'market', amount: '0.06' }]);
    expect(detailsOf(world, 'position.roll-back')).toMatchObject([{ reason: 'trigger-passed' }]);
    world.trade({ at: '88', fee: '0' });
    expect([world.pair().cycle, lastPosition(world)?.state]).toEqual([null, 'rolled_back']);
    world.store.audit();
  });

  test('the price has come back above it: the rest gets a stop of its own', () => {
    const { world, stops } = covered();
    // What is left has cost 103.4 on average by now: its own stop lies at 98.23.
    stops.fire('94.9', stops.last, '0.4');
    wait(world, stops, 12_000, '100');
    expect(stops.asked.at(-1)).toMatchObject({ amount: '0.06', triggerPrice: '98.23' });
    expect(sales(world)).toEqual([]);
  });
});

test('a stop fires while the outcome of an averaging buy is not known: the buy is booked first, and the rest protected', () => {
  const { world, stops } = covered();
  world.pass(ETH, '96.9', '96.9');
  const buy = world.exchange.execute(world.lastOrder, { at: '96.9', fee: '0' });
  world.cycler.laneEvent(say.unknown(buy.request));
  stops.fire('94.9');
  wait(world, stops, 3_000, '94.9');
  // What it has sold is known, and not booked: the cycle may have more coins than the books say.
  expect([openOf(world), world.pair().cycle?.step]).toEqual([['stop-loss SETTLING', 'average UNKNOWN'], 0]);
  world.cycler.laneEvent(say.scanned(buy.request.intentId, world.clock.wall, [seen(buy)]));
  world.cycler.laneEvent(say.settled(buy));
  wait(world, stops, 3_000, '97');
  const { cycle, dust } = world.pair();
  expect([cycle?.step, cycle && text(cycle.baseVolume), text(dust.base)]).toEqual([1, '0.2062', '0']);
  for (let i = 0; i < 20; i += 1) world.pass(ETH, '99', '99');
  expect(stops.asked.at(-1)).toMatchObject({ amount: '0.2062' });
  world.store.audit();
});

describe('a stop that will expire (30 days on Gate)', () => {
  const HOUR = 3_600_000;
  /** Days go by, one at a time; prices are known all the while. */
  function live(world: World, stops: StopSide, hours: number, price: string): void {
    for (let left = hours * HOUR; left > 0; left -= 24 * HOUR) {
      world.clock.advance(Math.min(left, 24 * HOUR) - 200);
      world.tellClock();
      world.tellBalances();
      world.tellSurvey({ stops: { rows: stops.stops.map((stop) => ({ ...stop })), missing: null } });
      world.pass(ETH, price, price);
      stops.answer();
      world.turn();
    }
  }
  /** A position with a stop that nothing but time will move: the pair is forbidden to buy. */
  function quiet(): { world: World; stops: StopSide } {
    const one = covered();
    one.world.command({ name: 'permit', symbol: ETH, on: false });
    return one;
  }
  const openStops = (stops: StopSide): string[] =>
    stops.stops.filter(({ status }) => status === 'open').map(({ stopId }) => stopId);

  test('is replaced after 25 days in a calm moment: cancelled first, then placed at once, and never two at a time', () => {
    const { world, stops } = quiet();
    live(world, stops, 24 * 25 - 2, '99');
    expect(openStops(stops)).toEqual(['1']);
    // Near its price nothing is taken away.
    live(world, stops, 24, '96');
    expect(openStops(stops)).toEqual(['1']);
    world.clock.advance(1_000);
    world.tellClock();
    world.pass(ETH, '99', '99');
    expect(world.requestsOf('cancel-stop')).toMatchObject([{ stopId: '1' }]);
    expect([stops.asked.length, openStops(stops)]).toEqual([1, ['1']]);
    stops.answer();
    expect(openStops(stops)).toEqual([]);
    world.turn();
    // In the very next turn; no other pass, price or wait lies between.
    expect(stops.asked).toHaveLength(2);
    stops.accept();
    expect([stateOf(world), openStops(stops)]).toEqual(['active', ['2']]);
    expect(detailsOf(world, 'stop.cancelling')).toMatchObject([{ why: 'expiring' }]);
    expect(world.events()).not.toContain('stop.lost');
    expect(world.events()).not.toContain('position.unprotected');
    // It lives its own 25 days.
    live(world, stops, 24 * 20, '99');
    expect(openStops(stops)).toEqual(['2']);
  });

  test('a price that never calms down: it is replaced two days before its end all the same', () => {
    const { world, stops } = quiet();
    live(world, stops, 24 * 28 - 2, '95.5');
    expect(openStops(stops)).toEqual(['1']);
    for (let hour = 0; hour < 3 && stops.asked.length < 2; hour += 1) live(world, stops, 1, '95.5');
    expect(stops.asked).toHaveLength(2);
  });

  test('P03: kill -9 between the cancel and the new one: the next life places it first of all', () => {
    const { world, stops } = quiet();
    live(world, stops, 24 * 25 - 1, '96');
    world.pass(ETH, '99', '99');
    world.clock.advance(2 * 3_600_000);
    world.tellClock();
    world.pass(ETH, '99', '99');
    expect(world.requestsOf('cancel-stop')).toHaveLength(1);
    stops.answer();
    killed(world, 2_000);
    world.turn();
    expect([stops.asked.length, openStops(stops)]).toEqual([2, []]);
    stops.accept();
    expect([stateOf(world), world.orders.length]).toEqual(['active', 1]);
  });

  test('the price falls through the stop while there is none: the engine sells', () => {
    const { world, stops } = quiet();
    live(world, stops, 24 * 25 + 1, '96');
    world.pass(ETH, '99', '99');
    expect(world.requestsOf('cancel-stop')).toHaveLength(1);
    for (let i = 0; i < 20; i += 1) world.pass(ETH, '94', '94.1');
    stops.answer();
    world.turn();
    expect([stops.asked.length, sales(world).length]).toEqual([1, 1]);
    expect(detailsOf(world, 'position.roll-back')).toHaveLength(1);
  });

  test('X25: nobody was there to replace it: expired is lost, told, and placed again', () => {
    const { world, stops } = quiet();
    killed(world, 31 * DAY);
    stops.last.status = 'expired';
    world.turn();
    stops.answer();
    world.turn();
    expect(world.events()).toContain('stop.lost');
    expect(stops.asked).toHaveLength(2);
  });

  test('says to the exchange how long it is to live', () => {
    expect(covered().stops.asked).toMatchObject([{ expirationS: 2_592_000, limitPrice: '90.25' }]);
  });
});

describe('stop-outs in a row', () => {
  /** One cycle that its stop ends at a loss. */
  function stopOut(world: World, stops: StopSide): void {
    world.pass(ETH, '100', '100');
    const order = world.exchange.execute(world.lastOrder, { at: '100', fee: '0' });
    world.cycler.laneEvent(say.acked(order));
    world.cycler.laneEvent(say.settled(order));
    world.turn();
    stops.accept();
    stops.fire('94.9');
    for (let i = 0; i < 20; i += 1) world.pass(ETH, '94.9', '95');
    wait(world, stops, 3_000, '94.9');
    world.settleAccount();
    for (let i = 0; i < 20; i += 1) world.pass(ETH, '99', '99');
  }

  test('after three the pair buys nothing, wants a human, and says why; resume begins anew', () => {
    const { world, stops } = begin();
    for (let count = 1; count <= 2; count += 1) {
      stopOut(world, stops);
      expect([world.pair().stopOuts, world.pair().attention]).toEqual([count, null]);
    }
    stopOut(world, stops);
    expect(world.pair().attention).toMatch(/^3 cycles in a row were ended by their stop with a loss/);
    expect(detailsOf(world, 'pair.needs_attention')).toHaveLength(1);
    const bought = world.orders.length;
    world.settleAccount();
    world.pass(ETH, '100', '100');
    expect([world.orders.length, world.view().pairs[0]?.waiting_for]).toEqual([bought, 'needs_attention']);
    world.command({ name: 'resume', symbol: ETH });
    world.pass(ETH, '100', '100');
    expect([world.orders.length, world.pair().stopOuts]).toEqual([bought + 1, 0]);
    expect(text(world.pair().realizedProfit)).toBe('-1.53');
  });

  test('0 switches that off', () => {
    const { world, stops } = begin({ maxStopOuts: 0 });
    for (let count = 0; count < 4; count += 1) stopOut(world, stops);
    expect([world.pair().stopOuts, world.pair().attention]).toEqual([4, null]);
  });
});
