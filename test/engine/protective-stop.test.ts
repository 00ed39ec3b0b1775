import { rulesToWire } from '@mtrade/engine';
import { baseQty, price, text } from '@mtrade/money';
import { describe, expect, test } from 'vitest';
import { say } from './exchange.js';
import { StopSide } from './stop-side.js';
import { begin, covered, held, lastPosition, openOf, stateOf, wait } from './stop-world.js';
import { ETH, makeParams, makeRules, World } from './world.js';

describe('a position with a protective stop', () => {
  test('pending_entry -> entry_placed -> pending_sl -> active: the stop is asked for with the fill', () => {
    const { world, stops } = begin();
    world.pass(ETH, '100', '100');
    expect([stateOf(world), openOf(world)]).toEqual(['pending_entry', ['start SUBMITTED']]);

    const order = world.exchange.execute(world.lastOrder, { at: '100', fee: '0' });
    world.cycler.laneEvent(say.acked(order));
    expect(stateOf(world)).toBe('entry_placed');
    expect(stops.asked).toEqual([]);

    world.cycler.laneEvent(say.settled(order));
    expect(stateOf(world)).toBe('pending_sl');
    world.turn();
    expect(stops.asked).toMatchObject([{ symbol: ETH, triggerPrice: '95', amount: '0.1' }]);
    expect(openOf(world)).toEqual(['stop-loss SUBMITTED']);

    stops.accept();
    expect([stateOf(world), openOf(world)]).toEqual(['active', ['stop-loss LIVE']]);
    expect(world.view().pairs[0]).toMatchObject({
      state: 'active',
      protection: { state: 'active', stop_price: '95', stop_id: '1', unprotected_ms: null, problem: null },
    });
    expect(world.events().filter((event) => event.startsWith('position.'))).toEqual([
      'position.opened',
      'position.entry-placed',
      'position.pending-stop',
      'position.protected',
    ]);
  });

  test('failed: a start buy that fills nothing leaves no position and no stop', () => {
    const { world, stops } = begin();
    world.pass(ETH, '100', '100');
    const order = world.exchange.kill(world.lastOrder);
    world.cycler.laneEvent(say.acked(order));
    world.turn();
    expect([stateOf(world), lastPosition(world)?.state, stops.asked]).toEqual(['none', 'failed', []]);
  });

  test('a pair without stop_loss_pct has no position and asks for no stop', () => {
    const { world, stops } = held({ params: makeParams() });
    wait(world, stops, 20_000);
    expect([stateOf(world), lastPosition(world), stops.asked]).toEqual(['none', undefined, []]);
    expect(world.view().pairs[0]?.protection).toBeNull();
  });

  test('it follows an averaging buy: bought beside it, then the old one is taken back and a new one placed', () => {
    const { world, stops } = covered();
    world.pass(ETH, '96.9', '96.9');
    expect(openOf(world)).toEqual(['stop-loss LIVE', 'average SUBMITTED']);
    world.trade({ at: '96.9', fee: '0' });
    world.turn();
    expect(stateOf(world)).toBe('pending_sl');
    expect(world.requestsOf('cancel-stop')).toMatchObject([{ stopId: '1' }]);
    expect(stops.asked).toHaveLength(1);

    stops.answer();
    expect(openOf(world)).toEqual([]);
    world.turn();
    // 29.98 paid for 0.3062: 97.91 on average, 5 % below it.
    expect(stops.asked.at(-1)).toMatchObject({ amount: '0.3062', triggerPrice: '93.01' });
    stops.accept();
    expect(stateOf(world)).toBe('active');
    expect(world.events()).not.toContain('stop.lost');
  });

  test('nothing is bought while the stop is not in place', () => {
    const { world } = held();
    world.pass(ETH, '96.9', '96.9');
    expect(world.orders.map(({ side }) => side)).toEqual(['buy']);
    expect(world.view().pairs[0]?.waiting_for).toBe('intent_open');
  });

  test('it fires: its trades close the cycle with a loss, and nothing else is sold', () => {
    const { world, stops } = covered();
    world.command({ name: 'pause', symbol: ETH });
    stops.fire('94.5');
    world.pass(ETH, '94.5', '94.6');
    stops.answer();
    expect(openOf(world)).toEqual(['stop-loss SETTLING']);
    world.turn();
    stops.answer();
    const pair = world.pair();
    expect([pair.cycle, pair.openIntents, text(pair.realizedProfit)]).toEqual([null, [], '-0.55']);
    expect(lastPosition(world)).toMatchObject({ state: 'closed' });
    expect(world.orders.filter(({ side }) => side === 'sell')).toEqual([]);
    expect(world.events()).toContain('stop.fired');
    world.store.audit();
  });

  test('a price that has fallen through a row and the stop buys nothing: the exchange is selling', () => {
    const { world, stops } = covered();
    world.pass(ETH, '94.5', '94.6');
    expect(openOf(world)).toEqual(['stop-loss LIVE']);
    expect(world.view().pairs[0]?.waiting_for).toBe('stop_reached');
    expect(stops.asked).toHaveLength(1);
  });

  test('it is looked at now and then, at once when the price is at it, and when a strange order shows up', () => {
    const { world, stops } = covered();
    wait(world, stops, 9_000);
    expect(world.requestsOf('look-stop')).toHaveLength(0);
    wait(world, stops, 2_000);
    expect(world.requestsOf('look-stop')).toHaveLength(1);
    wait(world, stops, 3_000, '95');
    expect(world.requestsOf('look-stop').length).toBeGreaterThanOrEqual(3);
    const before = world.requestsOf('look-stop').length;
    world.cycler.laneEvent(
      say.evidence({
        clientOrderId: 'apiv4',
        symbol: ETH,
        exchangeOrderId: '99',
        finished: true,
        finishAs: 'filled',
        filledBase: '0.1',
        filledQuote: '9',
      }),
    );
    world.turn();
    expect(world.requestsOf('look-stop')).toHaveLength(before + 1);
  });

  test('forbidding, pausing and stopping the engine leave it where it is', () => {
    const { world, stops } = covered();
    world.command({ name: 'permit', symbol: ETH, on: false });
    world.command({ name: 'pause', symbol: ETH });
    world.command({ name: 'trading', on: false });
    wait(world, stops, 15_000, '97');
    expect([stateOf(world), stops.last.status]).toEqual(['active', 'open']);
  });

  test('a stopped engine sends nothing, no stop either; it is placed when trading goes on', () => {
    const { world, stops } = begin();
    world.pass(ETH, '100', '100');
    world.command({ name: 'trading', on: false });
    world.trade({ at: '100', fee: '0' });
    world.settleAccount();
    wait(world, stops, 6_000);
    expect(stops.asked).toEqual([]);
    expect(world.events()).toContain('position.unprotected');
    world.command({ name: 'trading', on: true });
    world.pass(ETH, '100', '100');
    expect(stops.asked).toHaveLength(1);
  });
});

describe('a sale and the stop (one exit at a time)', () => {
  test('the take-profit takes the stop back first, and goes out when it is seen to be gone', () => {
    const { world, stops } = covered();
    world.pass(ETH, '102', '102');
    expect(world.requestsOf('cancel-stop')).toHaveLength(1);
    expect(world.orders).toHaveLength(1);
    expect(world.view().pairs[0]?.waiting_for).toBe('stop_ending');

    stops.answer();
    world.turn();
    expect(world.lastOrder).toMatchObject({ side: 'sell', type: 'limit', timeInForce: 'fok' });
    world.trade({ at: '102', fee: '0' });
    expect([world.pair().cycle, lastPosition(world)?.state]).toEqual([null, 'closed']);
    expect(world.events()).toContain('stop.cancelled');
    expect(world.events()).not.toContain('stop.lost');
  });

  test('a sale that is killed gets its stop back at once', () => {
    const { world, stops } = covered();
    world.pass(ETH, '102', '102');
    stops.answer();
    world.turn();
    const order = world.exchange.kill(world.lastOrder);
    world.cycler.laneEvent(say.acked(order));
    world.turn();
    expect(stops.asked).toHaveLength(2);
    stops.accept();
    expect([stateOf(world), openOf(world)]).toEqual(['active', ['stop-loss LIVE']]);
  });

  test('a sale that is no longer due when the stop has gone: the stop comes back', () => {
    const { world, stops } = covered();
    world.pass(ETH, '102', '102');
    world.tick(ETH, '99', '99');
    stops.answer();
    world.turn();
    expect(world.orders).toHaveLength(1);
    expect(stops.asked).toHaveLength(2);
  });

  test('X24, X27: it fires while it is being taken back: the cancel counts for nothing, its order is followed', () => {
    const { world, stops } = covered();
    world.command({ name: 'pause', symbol: ETH });
    world.pass(ETH, '102', '102');
    stops.fire('94');
    stops.answer();
    expect(openOf(world)).toEqual(['stop-loss SETTLING']);
    world.turn();
    stops.answer();
    expect(world.pair()).toMatchObject({ cycle: null, openIntents: [] });
    expect(world.orders).toHaveLength(1);
    expect(text(world.exchange.balance('ETH'))).toBe('0');
    world.store.audit();
  });

  test('a cancel that gets lost is asked for again, once a second, and no sale goes out meanwhile', () => {
    const { world, stops } = covered();
    world.pass(ETH, '102', '102');
    const stop = stops.last;
    // The look after the lost cancel still finds it.
    for (let second = 0; second < 3; second += 1) {
      world.cycler.laneEvent({
        type: 'stop-seen',
        intentId: stops.asked[0]?.intentId ?? 0,
        askedMono: world.clock.now,
        stop: { ...stop },
      });
      world.clock.advance(1_000);
      world.tick(ETH, '102', '102');
      world.turn();
    }
    expect(world.requestsOf('cancel-stop')).toHaveLength(4);
    expect(world.orders).toHaveLength(1);
    stops.answer();
    world.turn();
    expect(world.lastOrder.side).toBe('sell');
  });

  test('X18: a cancel that came to nothing is over: the same stop, cancelled later by somebody else, is told as lost', () => {
    const { world, stops } = covered();
    world.pass(ETH, '102', '102');
    stops.forget();
    // Lost on its way; the price has left the take-profit since, and the looks find the stop open.
    wait(world, stops, 30_000, '99');
    expect([stateOf(world), stops.last.status]).toEqual(['active', 'open']);
    stops.last.status = 'cancelled';
    wait(world, stops, 11_000, '99');
    expect(world.events()).toContain('stop.lost');
  });

  test('sell-now takes the stop back and then sells', () => {
    const { world, stops } = covered();
    expect(world.command({ name: 'sell-now', symbol: ETH })).toMatchObject({
      amount: '0.1',
      after_stop: true,
    });
    expect(world.orders).toHaveLength(1);
    stops.answer();
    world.clock.advance(200);
    world.tick(ETH, '99', '99');
    world.turn();
    expect(world.lastOrder).toMatchObject({ side: 'sell', timeInForce: 'ioc' });
    world.trade({ at: '99', fee: '0' });
    expect(world.pair().cycle).toBeNull();
  });

  test('a reset takes it back, also with the engine stopped; the coins are the operator’s', () => {
    const { world, stops } = covered();
    world.command({ name: 'trading', on: false });
    world.command({ name: 'reset', symbol: ETH });
    expect(lastPosition(world)?.state).toBe('closed');
    world.pass(ETH, '100', '100');
    expect(world.requestsOf('cancel-stop')).toHaveLength(1);
    stops.answer();
    expect([openOf(world), stops.last.status]).toEqual([[], 'cancelled']);
    expect(text(world.exchange.balance('ETH'))).toBe('0.1');
  });

  test('a stop that fires after the reset is booked on the closed cycle', () => {
    const { world, stops } = covered();
    world.command({ name: 'reset', symbol: ETH });
    stops.fire('94');
    world.pass(ETH, '94', '94');
    stops.answer();
    world.turn();
    stops.answer();
    expect(world.pair()).toMatchObject({ cycle: null, openIntents: [], paused: true });
    const [closed] = world.store.queries.closedCycles();
    expect(text(closed?.proceeds ?? world.exchange.balance('none'))).toBe('9.4');
    world.store.audit();
  });

  test('coins that the stop may have sold are no shortage; coins that are missing beside it are', () => {
    const { world, stops } = covered();
    stops.fire('94.9');
    world.clock.advance(5_000);
    world.tellBalances();
    world.pass(ETH, '96', '98');
    expect(world.pair().attention).toBeNull();

    const other = covered();
    other.world.exchange.move('ETH', other.world.exchange.balance('ETH').times('-1'));
    other.world.clock.advance(5_000);
    other.world.tellBalances();
    wait(other.world, other.stops, 11_000, '98');
    expect(other.world.pair().attention).toMatch(/the account holds 0 ETH/);
  });
});

describe('a stop that is lost', () => {
  test('X18: cancelled on the web: told, and placed again', () => {
    const { world, stops } = covered();
    stops.last.status = 'cancelled';
    wait(world, stops, 11_000);
    expect(world.events()).toContain('stop.lost');
    expect(stops.asked).toHaveLength(2);
    stops.accept();
    expect(stateOf(world)).toBe('active');
  });

  test('X19: cancelled by the exchange: told with its reason, and placed again', () => {
    const { world, stops } = covered();
    Object.assign(stops.last, { status: 'cancelled', reason: 'the pair is halted' });
    wait(world, stops, 11_000);
    const lost = world.replies.find((reply) => reply.type === 'journal' && reply.event === 'stop.lost');
    expect(lost).toMatchObject({ details: { reason: 'cancelled: the pair is halted' } });
    expect(stops.asked).toHaveLength(2);
  });

  test.each(['failed', 'expired'] as const)('X25: %s: told, and placed again', (status) => {
    const { world, stops } = covered();
    Object.assign(stops.last, { status, reason: 'insufficient balance' });
    wait(world, stops, 11_000);
    expect(world.events()).toContain('stop.lost');
    expect(world.pair().position?.state).toBe('pending_sl');
    expect(stops.asked).toHaveLength(2);
  });

  test('X25: failed while the price is below it: the position is sold at once', () => {
    const { world, stops } = covered();
    world.command({ name: 'pause', symbol: ETH });
    wait(world, stops, 1_000, '97');
    Object.assign(stops.last, { status: 'failed', reason: 'insufficient balance' });
    wait(world, stops, 2_000, '94');
    expect(world.lastOrder).toMatchObject({ side: 'sell', type: 'market', amount: '0.1' });
    expect(stops.asked).toHaveLength(1);
    world.trade({ at: '94', fee: '0' });
    expect(lastPosition(world)).toMatchObject({ state: 'rolled_back', rollback: 'trigger-passed' });
  });

  test('a stop that has sold a part: the rest is sold or protected, never forgotten', () => {
    const { world, stops } = covered();
    world.command({ name: 'pause', symbol: ETH });
    wait(world, stops, 1_000, '97');
    stops.fire('94', stops.last, '0.5');
    wait(world, stops, 3_000, '94');
    expect(world.lastOrder).toMatchObject({ side: 'sell', type: 'market', amount: '0.05' });
    world.trade({ at: '94', fee: '0' });
    expect(world.pair()).toMatchObject({ cycle: null, openIntents: [] });
    world.store.audit();
  });

  test('fired into an empty book, its order forgotten: two empty lists of its trades end it, and the position is sold', () => {
    const { world, stops } = covered();
    world.command({ name: 'pause', symbol: ETH });
    const { exchangeOrderId } = stops.fire('94', stops.last, '0');
    world.pass(ETH, '94', '94');
    const [look] = world.requestsOf('look-stop');
    world.cycler.laneEvent({
      type: 'stop-seen',
      intentId: look?.intentId ?? 0,
      askedMono: world.clock.now,
      stop: { ...stops.last },
    });
    const intentId = look?.intentId ?? 0;
    const states: string[] = [];
    for (let times = 0; times < 4; times += 1) {
      world.clock.advance(10_000);
      world.ready();
      world.tick(ETH, '94', '94');
      world.turn();
      expect(world.requestsOf('settle').at(-1)).toMatchObject({ intentId, firedByStop: true });
      const record = {
        startedAtMs: world.clock.wall as never,
        complete: true,
        openRows: 0,
        finishedRows: 0,
        tradeRows: 0,
      };
      world.cycler.laneEvent({ type: 'stop-traded-nothing', intentId, exchangeOrderId, record });
      states.push(openOf(world).join());
    }
    expect(states).toEqual([...Array.from({ length: 3 }, () => 'stop-loss SETTLING'), '']);
    world.clock.advance(200);
    world.tick(ETH, '94', '94');
    world.turn();
    expect(world.lastOrder).toMatchObject({ side: 'sell', type: 'market', amount: '0.1' });
    expect(world.events()).toContain('stop.lost');
  });

  test('one that is listed nowhere any more, twice, is lost as well', () => {
    const { world, stops } = covered();
    stops.stops.length = 0;
    const intentId = stops.asked[0]?.intentId ?? 0;
    for (let second = 0; second < 400 && stops.asked.length < 2; second += 1) {
      world.clock.advance(1_000);
      world.tellClock();
      world.tick(ETH, '100', '100');
      const before = world.requests.length;
      world.turn();
      for (const request of world.requests.slice(before)) {
        if (request.type === 'look-stop')
          world.cycler.laneEvent({
            type: 'stop-look-failed',
            intentId,
            stopId: request.stopId,
            reason: 'AUTO_ORDER_NOT_FOUND',
          });
        if (request.type === 'find-stops') {
          stops.forget();
          const record = {
            startedAtMs: world.clock.wall as never,
            complete: true,
            openRows: 0,
            finishedRows: 0,
            tradeRows: 0,
          };
          world.cycler.laneEvent({ type: 'stops-found', intentId, record, stops: [] });
        }
      }
    }
    expect(world.events()).toContain('stop.lost');
    expect(stops.asked).toHaveLength(2);
  });
});

describe('a stop that cannot be placed', () => {
  test('X26: the price has passed it already, says the exchange: the position is sold at once', () => {
    const { world, stops } = held();
    stops.refuse('AUTO_TRIGGER_PRICE_LESS_LAST');
    world.turn();
    expect(world.lastOrder).toMatchObject({
      side: 'sell',
      type: 'market',
      timeInForce: 'ioc',
      amount: '0.1',
    });
    world.trade({ at: '94', fee: '0' });
    expect([world.pair().cycle, lastPosition(world)?.state]).toEqual([null, 'rolled_back']);
    expect(world.pair().attention).toBeNull();
    expect(world.events()).toContain('position.rolled-back');
  });

  test('X26: the price has passed it already, say the prices: no stop is tried at all', () => {
    const { world, stops } = begin();
    world.pass(ETH, '100', '100');
    const order = world.exchange.execute(world.lastOrder, { at: '100', fee: '0' });
    world.tick(ETH, '94', '94.1');
    world.cycler.laneEvent(say.acked(order));
    world.cycler.laneEvent(say.settled(order));
    // A fall of 6 % in one frame is believed when it lasts.
    for (let i = 0; i < 15; i += 1) world.pass(ETH, '94', '94.1');
    expect(world.lastOrder).toMatchObject({ side: 'sell', type: 'market' });
    expect(stops.asked.length).toBeLessThanOrEqual(1);
  });

  /** Refused until the engine gives up. */
  function refusedForGood(): { world: World; stops: StopSide } {
    const one = held();
    for (let i = 0; i < 120 && one.world.orders.length < 2; i += 1) {
      if (one.world.pair().openIntents.length > 0) one.stops.refuse('BALANCE_NOT_ENOUGH');
      one.world.clock.advance(500);
      one.world.ready();
      one.world.tick(ETH, '100', '100');
      one.world.turn();
    }
    return one;
  }

  test('rolled_back: refused again and again it is sold, told, and the pair waits for a human', () => {
    const { world, stops } = refusedForGood();
    expect(stops.asked).toHaveLength(5);
    expect(world.lastOrder).toMatchObject({ side: 'sell', type: 'market', amount: '0.1' });
    expect(world.pair().attention).toMatch(/could not be given a stop.*BALANCE_NOT_ENOUGH/);
    world.trade({ at: '99', fee: '0' });
    expect(lastPosition(world)).toMatchObject({ state: 'rolled_back', rollback: 'refused' });
    world.settleAccount();
    world.pass(ETH, '100', '100');
    expect(world.orders).toHaveLength(2);
    expect(world.view().pairs[0]?.waiting_for).toBe('needs_attention');
    expect(world.events()).toEqual(expect.arrayContaining(['position.roll-back', 'position.unprotected']));
  });

  test('scenario 56: a roll-back that cannot be completed is told, blocks buying, and is tried again without end', () => {
    const { world } = refusedForGood();
    const sales = () => world.orders.filter(({ side }) => side === 'sell');
    let refused = 0;
    for (let second = 0; second < 400; second += 1) {
      if (sales().length > refused) {
        world.cycler.laneEvent(say.rejected(world.lastOrder, 'BALANCE_NOT_ENOUGH'));
        refused += 1;
      }
      world.clock.advance(1_000);
      world.ready();
      world.tick(ETH, '96', '96');
      world.turn();
    }
    expect(world.events()).toContain('position.rollback-failed');
    expect(world.events().filter((event) => event === 'position.rollback-failed')).toHaveLength(1);
    expect(world.pair().attention).toMatch(/that has failed, too/);
    expect(world.orders.filter(({ side }) => side === 'buy')).toHaveLength(1);
    expect(refused).toBeGreaterThanOrEqual(6);
    expect(world.view().pairs[0]?.protection).toMatchObject({ rollback: 'refused', state: 'pending_sl' });

    // At last it goes through.
    for (let i = 0; i < 400 && sales().length === refused; i += 1) {
      world.clock.advance(1_000);
      world.ready();
      world.tick(ETH, '96', '96');
      world.turn();
    }
    world.trade({ at: '96', fee: '0' });
    expect(lastPosition(world)?.state).toBe('rolled_back');
    expect(world.pair().attention).toMatch(/that has failed, too/);
  });

  const newRules = (world: World, changes: Parameters<typeof makeRules>[1] = {}): void =>
    world.cycler.laneEvent({ type: 'rules', rules: [rulesToWire(makeRules(ETH, changes))] });

  test('X07: refused by rules of the pair that are old, it waits for the new ones and is placed by them; nothing is sold', () => {
    const { world, stops } = held();
    const refuse = (): void => stops.refuse('INVALID_PRECISION');
    refuse();
    world.turn();
    expect(world.requestsOf('refresh-rules')).toEqual([{ type: 'refresh-rules', symbols: [ETH] }]);
    wait(world, stops, 40_000);
    expect([stops.asked.length, world.orders.length]).toEqual([1, 1]);
    expect(world.pair().position).toMatchObject({ refusals: 0, rollback: null });

    newRules(world, { amountStep: baseQty('0.01'), priceStep: price('1') });
    wait(world, stops, 1_000);
    expect(stops.asked).toHaveLength(2);
    stops.accept();
    expect([stateOf(world), world.pair().attention]).toEqual(['active', null]);

    // Accepted in between, so the next one of its kind is a first one again.
    stops.last.status = 'cancelled';
    wait(world, stops, 11_000);
    refuse();
    expect(world.pair()).toMatchObject({ attention: null, position: { refusals: 0 } });
  });

  test('X07: refused by the new rules, too, a human is called, and at last it is sold', () => {
    const { world, stops } = held();
    const called: boolean[] = [];
    for (let i = 0; i < 200 && world.orders.length < 2; i += 1) {
      if (world.pair().openIntents.length > 0) stops.refuse('INVALID_PRECISION');
      newRules(world);
      world.clock.advance(500);
      world.ready();
      world.tick(ETH, '100', '100');
      world.turn();
      called.push(world.pair().attention !== null && world.orders.length === 1);
    }
    expect(called).toContain(true);
    expect(world.pair().attention).toContain('INVALID_PRECISION');
    expect(stops.asked).toHaveLength(6);
    expect(world.lastOrder).toMatchObject({ side: 'sell', type: 'market', amount: '0.1' });
  });

  test('an answer that nobody can tell apart stands in the alarm about the missing stop', () => {
    const { world, stops } = held();
    stops.lose('HTTP 400 INVALID_PARAM');
    wait(world, stops, 10_000);
    const alarm = world.replies.find(
      (reply) => reply.type === 'journal' && reply.event === 'position.unprotected',
    );
    expect(alarm).toMatchObject({
      details: { reason: expect.stringContaining('HTTP 400 INVALID_PARAM') as string },
    });
    expect(world.view().pairs[0]?.protection?.problem).toContain('HTTP 400 INVALID_PARAM');
  });

  test('too many requests and the like say nothing about it: it is tried on, and never rolled back for that', () => {
    const { world, stops } = held();
    for (let i = 0; i < 12; i += 1) {
      stops.refuse('TOO_MANY_REQUESTS');
      world.clock.advance(2_500);
      world.ready();
      world.pass(ETH, '100', '100');
    }
    expect(stops.asked).toHaveLength(13);
    expect(world.orders).toHaveLength(1);
  });

  test('I27: without a stop for more than 5 s an alarm is up, once, until it is there', () => {
    const { world, stops } = held();
    stops.lose();
    wait(world, stops, 4_000);
    const told = () => world.events().filter((event) => event === 'position.unprotected').length;
    stops.forget();
    // Five seconds since the fill, four of them were those in which balances settled.
    world.clock.advance(6_000);
    world.turn(5);
    expect(told()).toBe(1);
    expect(world.view().pairs[0]?.protection?.unprotected_ms).toBeGreaterThan(5_000);
    stops.arrive();
    wait(world, stops, 20_000);
    expect([told(), stateOf(world), world.view().pairs[0]?.protection?.unprotected_ms]).toEqual([
      1,
      'active',
      null,
    ]);
  });

  test('a position too small for any order of the pair: the alarm says so, nothing is tried', () => {
    const { world, stops } = begin();
    world.pass(ETH, '100', '100');
    const order = world.exchange.execute(world.lastOrder, { at: '100', fee: '0', share: '0.05' });
    world.cycler.laneEvent(say.acked(order));
    world.cycler.laneEvent(say.settled(order));
    wait(world, stops, 7_000);
    expect(stops.asked).toEqual([]);
    expect(world.view().pairs[0]?.protection?.problem).toMatch(/too small/);
    expect(world.events()).toContain('position.unprotected');
  });
});

describe('an unknown outcome (no client id, no expiry)', () => {
  test('found by price, amount and time: it is adopted, and no second one is placed', () => {
    const { world, stops } = held();
    stops.arrive();
    stops.lose();
    wait(world, stops, 5_000);
    expect([openOf(world), stateOf(world), stops.asked.length]).toEqual([['stop-loss LIVE'], 'active', 1]);
  });

  test('never arrived: after a minute and two complete looks another one is placed, and not earlier', () => {
    const { world, stops } = held();
    stops.lose();
    wait(world, stops, 59_000);
    expect([openOf(world), stops.asked.length]).toEqual([['stop-loss UNKNOWN'], 1]);
    wait(world, stops, 12_000);
    expect(stops.asked).toHaveLength(2);
  });

  test('an earlier stop of the same price and amount is not taken for it', () => {
    const { world, stops } = covered();
    // Taken back and placed again within the second that the exchange tells as the time of creation.
    world.pass(ETH, '102', '102');
    stops.answer();
    world.tick(ETH, '100', '100');
    world.turn();
    expect(stops.asked).toHaveLength(2);
    stops.lose();
    wait(world, stops, 5_000);
    expect(openOf(world)).toEqual(['stop-loss UNKNOWN']);
    stops.arrive();
    wait(world, stops, 3_000);
    expect(world.pair().openIntents[0]?.stop?.stopId).toBe('2');
  });

  test('two that match: the older one counts, the younger one is cancelled, and somebody is told', () => {
    const { world, stops } = held();
    stops.arrive();
    world.clock.advance(1_100);
    stops.arrive();
    stops.lose();
    wait(world, stops, 3_000);
    expect(stops.stops.map(({ status }) => status)).toEqual(['open', 'cancelled']);
    expect(world.pair().openIntents[0]?.stop?.stopId).toBe('1');
    expect(world.events()).toContain('stop.duplicate');
    expect(stateOf(world)).toBe('active');
  });

  test('it has fired before it was found: its trades are booked', () => {
    const { world, stops } = held();
    world.command({ name: 'pause', symbol: ETH });
    stops.arrive();
    stops.lose();
    stops.fire('94');
    wait(world, stops, 4_000, '94');
    expect(world.pair()).toMatchObject({ cycle: null, openIntents: [] });
    expect(world.orders.filter(({ side }) => side === 'sell')).toEqual([]);
    world.store.audit();
  });
});

describe('scenario 55: a restart at every state of a position', () => {
  test('pending_entry: the start buy is looked up; absent, the position has failed', () => {
    const { world } = begin();
    world.pass(ETH, '100', '100');
    world.start();
    world.ready();
    expect([stateOf(world), openOf(world)]).toEqual(['pending_entry', ['start UNKNOWN']]);
    for (let i = 0; i < 2; i += 1) {
      world.clock.advance(20_000);
      world.tellClock();
      world.turn();
      world.cycler.laneEvent(say.scanned(world.lastOrder.intentId, world.clock.wall));
    }
    expect(lastPosition(world)?.state).toBe('failed');
  });

  test('entry_placed: the fills are found, and the stop is placed', () => {
    const { world, stops } = begin();
    world.pass(ETH, '100', '100');
    const order = world.exchange.execute(world.lastOrder, { at: '100', fee: '0' });
    world.cycler.laneEvent(say.acked(order));
    world.start();
    world.ready();
    expect(stateOf(world)).toBe('entry_placed');
    world.cycler.laneEvent(say.settled(order));
    world.pass(ETH, '100', '100');
    expect([stateOf(world), stops.asked.length]).toEqual(['pending_sl', 1]);
    stops.accept();
    expect(stateOf(world)).toBe('active');
  });

  test('pending_sl before the stop was decided: it is placed', () => {
    const { world, stops } = begin();
    world.pass(ETH, '100', '100');
    world.trade({ at: '100', fee: '0' });
    world.start();
    world.ready();
    world.pass(ETH, '100', '100');
    expect(stops.asked).toHaveLength(1);
  });

  test.each([
    ['arrived', true, 'active'],
    ['never arrived', false, 'pending_sl'],
  ])('pending_sl with a stop on its way that %s: looked for, and never laid twice', (_, isThere, state) => {
    const { world, stops } = held();
    if (isThere) stops.arrive();
    world.start();
    world.ready();
    expect(openOf(world)).toEqual(['stop-loss UNKNOWN']);
    wait(world, stops, 75_000);
    expect([stops.asked.length, stateOf(world)]).toEqual([isThere ? 1 : 2, state]);
  });

  test('active: the stop is looked at first, and goes on', () => {
    const { world, stops } = covered();
    world.start();
    world.ready();
    expect([stateOf(world), openOf(world)]).toEqual(['active', ['stop-loss LIVE']]);
    world.turn();
    expect(world.requestsOf('look-stop')).toHaveLength(1);
    stops.answer();
    wait(world, stops, 12_000);
    expect([stateOf(world), stops.asked.length]).toEqual(['active', 1]);
  });

  test('active, and the stop has fired meanwhile: its trades are booked first', () => {
    const { world, stops } = covered();
    world.command({ name: 'pause', symbol: ETH });
    stops.fire('94');
    world.start();
    world.ready();
    wait(world, stops, 3_000, '94');
    expect(world.pair()).toMatchObject({ cycle: null, openIntents: [] });
    world.store.audit();
  });

  test('the stop was being taken back for a sale: what became of it is seen, and the position is protected or sold', () => {
    const { world, stops } = covered();
    world.pass(ETH, '102', '102');
    stops.answer();
    // Killed before the engine could act on it.
    world.start();
    world.ready();
    wait(world, stops, 2_000, '100');
    expect(stops.asked).toHaveLength(2);
  });

  test('fired and its trades not booked: they are brought', () => {
    const { world, stops } = covered();
    world.command({ name: 'pause', symbol: ETH });
    stops.fire('94');
    world.pass(ETH, '94', '94');
    const [look] = world.requestsOf('look-stop');
    expect(look).toBeDefined();
    stops.answer();
    expect(openOf(world)).toEqual(['stop-loss SETTLING']);
    world.start();
    world.ready();
    expect(openOf(world)).toEqual(['stop-loss SETTLING']);
    wait(world, stops, 2_000, '94');
    expect(world.pair()).toMatchObject({ cycle: null, openIntents: [] });
    world.store.audit();
  });

  test('rolling back: the reason is on disk, and the sale goes on', () => {
    const { world, stops } = held();
    stops.refuse('AUTO_TRIGGER_PRICE_LESS_LAST');
    world.start();
    world.ready();
    world.pass(ETH, '100', '100');
    expect(world.lastOrder).toMatchObject({ side: 'sell', type: 'market' });
  });
});

test('a shutdown waits for a stop that is on its way, and puts back one that was taken away', () => {
  const { world, stops } = covered();
  world.pass(ETH, '102', '102');
  world.cycler.request({ type: 'drain', id: 77 });
  const drained = () => world.replies.some((reply) => reply.type === 'reply' && reply.id === 77);
  world.turn();
  expect(drained()).toBe(false);
  stops.answer();
  world.turn();
  expect([stops.asked.length, world.orders.length, drained()]).toEqual([2, 1, false]);
  stops.accept();
  world.turn();
  expect([stateOf(world), drained()]).toEqual(['active', true]);
});

test.each([
  ['the stop is gone', true],
  ['the stop is still there', false],
])(
  'a shutdown ends a sale by hand that waits for the end of the stop, and the stop lies there (%s)',
  (_, gone) => {
    const { world, stops } = covered();
    world.command({ name: 'sell-now', symbol: ETH });
    if (!gone) stops.forget();
    world.cycler.request({ type: 'drain', id: 77 });
    for (let second = 0; second < 20; second += 1) {
      stops.answer();
      if (stops.asked.length === 2 && stateOf(world) !== 'active') stops.accept();
      world.clock.advance(1_000);
      world.tick(ETH, '99', '99');
      world.turn();
    }
    expect(world.orders).toHaveLength(1);
    expect([stateOf(world), openOf(world), stops.last.status]).toEqual([
      'active',
      ['stop-loss LIVE'],
      'open',
    ]);
    expect(world.pair().position?.sellUntilMs).toBeNull();
    expect(world.events()).toContain('operator.sell-now-failed');
    expect(world.replies.some((reply) => reply.type === 'reply' && reply.id === 77)).toBe(true);
  },
);

test('a shutdown also waits while a refused stop is about to be tried again, but not for ever', () => {
  const drained = (world: World) => world.replies.some((reply) => reply.type === 'reply' && reply.id === 77);
  const refused = () => {
    const { world, stops } = begin();
    world.pass(ETH, '100', '100');
    world.trade({ at: '100', fee: '0' });
    world.turn();
    world.cycler.request({ type: 'drain', id: 77 });
    stops.refuse('BALANCE_NOT_ENOUGH');
    world.turn();
    expect(drained(world)).toBe(false);
    world.clock.advance(1_100);
    world.ready();
    world.turn();
    expect(stops.asked).toHaveLength(2);
    return { world, stops };
  };
  const mended = refused();
  mended.stops.accept();
  mended.world.turn();
  expect(drained(mended.world)).toBe(true);

  const hopeless = refused();
  hopeless.stops.refuse('TOO_MANY_REQUESTS');
  hopeless.world.turn();
  expect(drained(hopeless.world)).toBe(false);
  hopeless.world.command({ name: 'trading', on: false });
  hopeless.world.clock.advance(5_000);
  hopeless.world.turn();
  expect(drained(hopeless.world)).toBe(true);
});
