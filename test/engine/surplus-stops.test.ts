import { text } from '@mtrade/money';
import type { EpochMs } from '@mtrade/base';
import { describe, expect, test } from 'vitest';
import { say } from './exchange.js';
import type { StopSide } from './stop-side.js';
import { begin, covered, held, openOf, stateOf, wait } from './stop-world.js';
import { ETH, makeParams, type World } from './world.js';

const NO_STOP = makeParams();

/** The account as it is: every stop that lies there, or has ended. */
function survey(world: World, stops: StopSide, missing: string | null = null): void {
  world.tellSurvey({
    askedMs: (world.clock.wall + 0) as EpochMs,
    stops: { rows: stops.stops.map((stop) => ({ ...stop })), missing },
  });
  world.turn();
}

/** A second stop like the newest one: the network has delivered its POST twice. */
function double(stops: StopSide): StopSide['last'] {
  const twin = { ...stops.last, stopId: `${stops.last.stopId}9` };
  stops.stops.push(twin);
  return twin;
}

const cancelled = (world: World): string[] => world.requestsOf('cancel-stop').map(({ stopId }) => stopId);
const eventsOf = (world: World, start: string): string[] =>
  world.events().filter((event) => event.startsWith(start));

describe('a stop of ours that the books do not have (order-protocol 2.9, B7)', () => {
  test('N24: the POST of a stop was delivered twice: the comparison finds the second one and cancels it, with proof', () => {
    const { world, stops } = covered();
    const twin = double(stops);
    survey(world, stops);
    expect(eventsOf(world, 'stop.duplicate')).toEqual(['stop.duplicate']);
    world.pass(ETH, '96.9', '96.9');
    expect([world.orders.length, world.view().pairs[0]?.waiting_for]).toEqual([1, 'not_reconciled']);
    world.turn();
    expect(cancelled(world)).toEqual([twin.stopId]);
    stops.answer();
    expect(twin.status).toBe('cancelled');
    expect(eventsOf(world, 'stop.duplicate')).toEqual(['stop.duplicate', 'stop.duplicate-gone']);
    // The right one stays where it is.
    expect([stateOf(world), openOf(world), stops.stops[0]?.status]).toEqual([
      'active',
      ['stop-loss LIVE'],
      'open',
    ]);
  });

  test('a cancel that is lost is sent again until a look shows that it has come through', () => {
    const { world, stops } = covered();
    const twin = double(stops);
    survey(world, stops);
    world.turn();
    stops.forget();
    wait(world, stops, 14_000);
    expect(cancelled(world)).toEqual([twin.stopId]);
    wait(world, stops, 2_000);
    expect([cancelled(world).length, twin.status]).toEqual([2, 'cancelled']);
    expect(eventsOf(world, 'stop.duplicate')).toEqual(['stop.duplicate', 'stop.duplicate-gone']);
  });

  test('P03: a restart between the finding and the cancel: the first comparison of the new life finds it again', () => {
    const { world, stops } = covered();
    const twin = double(stops);
    survey(world, stops);
    stops.forget();
    world.start();
    world.ready();
    world.turn();
    expect(twin.status).toBe('open');
    survey(world, stops);
    wait(world, stops, 2_000);
    expect(twin.status).toBe('cancelled');
  });

  test('a POST that was given up and arrives long after: it is found, taken back, and sells nothing', () => {
    const { world, stops } = held();
    stops.lose();
    wait(world, stops, 75_000);
    // Proven absent, and a new one placed.
    stops.accept();
    const late = { ...stops.last, stopId: '77', createdMs: world.clock.wall as EpochMs };
    stops.stops.push(late);
    survey(world, stops);
    wait(world, stops, 2_000);
    expect([late.status, stops.last.stopId, stateOf(world)]).toEqual(['cancelled', '77', 'active']);
  });

  test('a stop whose cancel was believed by the books and lies there all the same is cancelled', () => {
    const { world, stops } = covered();
    world.pass(ETH, '96.9', '96.9');
    world.trade({ at: '96.9', fee: '0' });
    world.turn();
    stops.answer();
    const [old] = stops.stops;
    world.turn();
    stops.accept();
    // The exchange has taken its word back.
    if (old) old.status = 'open';
    world.clock.advance(20_000);
    world.tellClock();
    survey(world, stops);
    wait(world, stops, 2_000, '97');
    expect([old?.status, stateOf(world)]).toEqual(['cancelled', 'active']);
  });

  test('N24: a second stop that has fired before it was found: what it sold is booked, told, and buying halts', () => {
    const { world, stops } = covered();
    const twin = double(stops);
    stops.fire('94.9', twin);
    survey(world, stops);
    wait(world, stops, 3_000, '97');
    for (const request of world.requestsOf('follow'))
      world.cycler.laneEvent(stops.followed(request.intentId, twin));
    const pair = world.pair();
    expect([pair.cycle, text(pair.realizedProfit)]).toEqual([null, '-0.51']);
    expect(pair.attention).toMatch(/a second stop of order .* has sold 0.1 ETH.*booked/);
    expect(world.events()).toContain('order.late-fill');
    // The first one has nothing to protect any more.
    wait(world, stops, 3_000, '97');
    expect([stops.stops[0]?.status, openOf(world)]).toEqual(['cancelled', []]);
    world.store.audit();
  });

  /** A second stop has fired and is followed; nothing about its order can be read yet. */
  function followed() {
    const { world, stops } = covered();
    const twin = double(stops);
    const order = stops.fire('94.9', twin);
    survey(world, stops);
    wait(world, stops, 3_000, '97');
    const [follow] = world.requestsOf('follow');
    if (!follow) throw new Error('nobody asks for what it has sold');
    return { world, stops, twin, order, intentId: follow.intentId };
  }

  test('N24: what a second stop has sold is asked for until it comes, told after a while, and buying waits for it', () => {
    const { world, stops, twin, intentId } = followed();
    let answered = 0;
    for (let minute = 0; minute < 20; minute += 1) {
      wait(world, stops, 60_000, '97');
      for (; answered < world.requestsOf('follow').length; answered += 1)
        world.cycler.laneEvent(say.settleFailed(intentId));
    }
    expect(world.pair().attention).toMatch(/a second stop .* has fired.*cannot be read/);
    expect(eventsOf(world, 'stop.duplicate')).toContain('stop.duplicate-unread');
    expect(eventsOf(world, 'pair.needs_attention')).toHaveLength(1);
    world.command({ name: 'resume', symbol: ETH });
    world.ready();
    world.pass(ETH, '96.9', '96.9');
    expect(world.view().pairs[0]?.waiting_for).toBe('not_reconciled');
    const asked = world.requestsOf('follow').length;
    wait(world, stops, 65_000, '97');
    expect(world.requestsOf('follow').length).toBeGreaterThan(asked);
    world.cycler.laneEvent(stops.followed(intentId, twin));
    expect(world.events()).toContain('order.late-fill');
    world.store.audit();
  });

  test('N24: a second word about the intent’s own order ends no question about the order of its second stop', () => {
    const { world, stops, twin, intentId } = followed();
    const own = stops.fire('94', stops.stops[0]);
    wait(world, stops, 12_000, '94');
    world.cycler.laneEvent({ ...say.settled(own), intentId } as never);
    const asked = world.requestsOf('follow').length;
    wait(world, stops, 65_000, '97');
    expect(world.requestsOf('follow').length).toBeGreaterThan(asked);
    world.cycler.laneEvent(stops.followed(intentId, twin));
    expect(world.events()).toContain('order.late-fill');
    world.store.audit();
  });

  test('P03: the mark of the comparison stays before a second stop that has fired until what it sold is booked', () => {
    const { world, stops, twin, intentId } = followed();
    const mark = () => world.store.load().comparedToMs;
    const before = mark();
    for (let minutes = 0; minutes < 40; minutes += 10) {
      wait(world, stops, 600_000, '97');
      world.tellSurvey();
      world.turn();
    }
    expect(mark()).toBe(before);
    world.cycler.laneEvent(stops.followed(intentId, twin));
    world.tellSurvey();
    world.turn();
    expect(mark()).toBeGreaterThan(before ?? 0);
  });

  test('one that fired into an empty book and is forgotten: two empty lists 30 s apart end the question', () => {
    const { world, stops, order, intentId } = followed();
    const nothing = (): void => {
      const none = { complete: true, openRows: 0, finishedRows: 0, tradeRows: 0 };
      const record = { ...none, startedAtMs: world.clock.epochMs() };
      const { exchangeOrderId } = order;
      world.cycler.laneEvent({ type: 'stop-traded-nothing', intentId, exchangeOrderId, record });
    };
    const isHeld = (): boolean => {
      world.ready();
      world.tick(ETH, '99', '99');
      world.turn();
      return world.view().pairs[0]?.waiting_for === 'not_reconciled';
    };
    nothing();
    wait(world, stops, 10_000, '97');
    nothing();
    expect(isHeld()).toBe(true);
    wait(world, stops, 21_000, '97');
    nothing();
    expect(isHeld()).toBe(false);
    expect(eventsOf(world, 'stop.duplicate').at(-1)).toBe('stop.duplicate-gone');
  });

  test('two that have fired while the outcome was unknown: one is the intent’s, the other is booked beside it', () => {
    const { world, stops } = held();
    stops.lose();
    const first = stops.arrive();
    const twin = double(stops);
    stops.fire('95', first);
    stops.fire('95', twin);
    wait(world, stops, 3_000, '94');
    for (const request of world.requestsOf('follow'))
      world.cycler.laneEvent(stops.followed(request.intentId, twin));
    // As long as that was open nothing was bought.
    expect(world.pair()).toMatchObject({ cycle: null, openIntents: [] });
    expect(world.pair().attention).toMatch(/more were sold than the cycle held/);
    world.store.audit();
  });

  test('what is on its way is not taken for a second one', () => {
    const { world, stops } = held();
    stops.arrive();
    survey(world, stops);
    world.turn();
    expect([eventsOf(world, 'stop.duplicate'), cancelled(world)]).toEqual([[], []]);
    stops.lose();
    wait(world, stops, 3_000);
    expect([stateOf(world), cancelled(world)]).toEqual(['active', []]);
  });

  test('a person’s own stop is left alone, and shown: it may sell coins of the position', () => {
    const { world, stops } = covered();
    const own = { ...stops.last, stopId: '55', triggerPrice: '80', amount: '7' };
    stops.stops.push(own);
    survey(world, stops);
    wait(world, stops, 3_000);
    expect([own.status, cancelled(world), world.pair().attention]).toEqual(['open', [], null]);
    const shown = () => world.view().reconciliation.unknown_stops;
    expect(shown()).toEqual([
      { symbol: ETH, stop_id: '55', stop_price: '80', amount: '7', may_sell_ours: true },
    ]);
    // A list that broke off does not say that it is gone; a whole one does.
    stops.stops.pop();
    survey(world, stops, 'a page is missing');
    expect(shown()).toHaveLength(1);
    survey(world, stops);
    expect(shown()).toEqual([]);
  });

  test('the other way round: a stop of the books that a whole list lacks is looked at once, not after ten seconds', () => {
    const { world, stops } = covered();
    wait(world, stops, 2_000);
    const looks = () => world.requestsOf('look-stop').length;
    const before = looks();
    world.tellSurvey({ stops: { rows: [], missing: 'a page is missing' } });
    world.turn();
    expect(looks()).toBe(before);
    world.tellSurvey();
    world.turn();
    expect(looks()).toBe(before + 1);
  });

  test('an account whose stops cannot be listed holds up whoever wants stops, and nobody else', () => {
    const missing = { rows: [], missing: 'forbidden' };
    const { world } = begin();
    world.start();
    world.tellClock();
    world.tellBalances();
    world.tellSurvey({ stops: missing });
    world.pass(ETH, '100', '100');
    expect([world.orders.length, world.view().reconciliation.reason]).toEqual([0, 'stops: forbidden']);

    const other = begin({ params: NO_STOP }).world;
    other.start();
    other.tellClock();
    other.tellBalances();
    other.tellSurvey({ stops: missing });
    other.pass(ETH, '100', '100');
    expect(other.orders).toHaveLength(1);
  });
});
