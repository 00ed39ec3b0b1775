import type { Fill } from '@mtrade/cycle';
import { fillFromWire, type OrderEvidence, OrderDesk, type Venue } from '@mtrade/engine';
import { silentLogger } from '@mtrade/log';
import { baseQty, price, quoteAmount, text } from '@mtrade/money';
import { describe, expect, test } from 'vitest';
import type { TestOrder } from './exchange.js';
import { covered, openOf, stateOf } from './stop-world.js';
import type { StopSide } from './stop-side.js';
import { ETH, type World } from './world.js';

/** What the exchange answers about the order that the stop has fired. */
interface Answers {
  order: () => Promise<OrderEvidence>;
  fills: () => Promise<readonly Fill[]>;
}

const notFound = (): Promise<never> =>
  Promise.reject(Object.assign(new Error('HTTP 404'), { label: 'ORDER_NOT_FOUND' }));
const unreachable = (): Promise<never> => Promise.reject(new Error('timeout'));
const none = (): Promise<readonly Fill[]> => Promise.resolve([]);

/** The order thread's own hands between the engine and the exchange's answers. Its waits take time. */
function handsOf(world: World, stops: StopSide, answers: Answers) {
  const { clock } = world;
  const noted = (name: string) => () => Promise.reject(new Error(`${name} is not asked here`));
  const venue = new Proxy({} as Venue, {
    get: (_, name: string) => {
      if (name === 'order') return () => answers.order();
      if (name === 'fills') return () => answers.fills();
      if (name === 'stop') return () => Promise.resolve(evidenceOf(stops));
      if (name === 'measureClock')
        return () => Promise.resolve({ exchangeMinusMono: clock.wall - clock.now, errorMs: 0 });
      return noted(name);
    },
  });
  const desk = new OrderDesk(
    { settleDelaysMs: [0, 1_000, 2_000, 4_000] },
    {
      venue,
      clock,
      log: silentLogger,
      emit: (event) => world.cycler.laneEvent(event),
      sleep: (ms) => {
        clock.advance(ms);
        return Promise.resolve();
      },
      commits: { now: () => true, later: () => Promise.resolve(true) },
    },
  );
  let handled = world.requests.length;
  /** So much time passes at this price; what the engine asks about the stop and its order is answered. */
  return async (ms: number): Promise<void> => {
    const endMono = clock.now + ms;
    while (clock.now < endMono) {
      clock.advance(1_000);
      world.tellClock();
      world.tick(ETH, '94', '94');
      world.turn();
      for (; handled < world.requests.length; handled += 1) {
        const request = world.requests[handled];
        if (request?.type === 'look-stop' || request?.type === 'settle' || request?.type === 'follow')
          await desk.handle(request);
      }
    }
    world.turn();
  };
}

function evidenceOf(stops: StopSide) {
  const { triggerPrice, amount, ...rest } = stops.last;
  return { ...rest, triggerPrice: price(triggerPrice), amount: baseQty(amount) };
}

const wordOf = (order: TestOrder, filled = true): OrderEvidence => ({
  clientOrderId: '',
  symbol: ETH,
  exchangeOrderId: order.exchangeOrderId,
  finished: filled,
  finishAs: filled ? 'ioc' : null,
  filledBase: baseQty(text(order.filledBase)),
  filledQuote: quoteAmount(text(order.filledQuote)),
});

const fillsOf = ({ fills }: TestOrder): Fill[] => fills.map(fillFromWire);

function fired() {
  const { world, stops } = covered();
  world.command({ name: 'pause', symbol: ETH });
  const order = stops.fire('94.9');
  const answers: Answers = { order: () => Promise.resolve(wordOf(order)), fills: none };
  return { world, stops, order, answers, pass: handsOf(world, stops, answers) };
}

const SETTLING = ['stop-loss SETTLING'];

describe('the order that a stop has fired', () => {
  test('W19: it says that it has filled, and its trades are not listed for two minutes: never closed as nothing, then booked', async () => {
    const { world, order, answers, pass } = fired();
    await pass(120_000);
    expect([openOf(world), world.orders.length]).toEqual([SETTLING, 1]);
    answers.fills = () => Promise.resolve(fillsOf(order));
    await pass(40_000);
    expect(world.pair()).toMatchObject({ cycle: null, openIntents: [] });
    expect([stateOf(world), world.orders.length]).toEqual(['none', 1]);
    world.store.audit();
  });

  test('one that cannot be looked at, or is open, proves nothing by an empty list of trades', async () => {
    const { world, order, answers, pass } = fired();
    answers.order = unreachable;
    await pass(90_000);
    expect(openOf(world)).toEqual(SETTLING);
    answers.order = () => Promise.resolve(wordOf(order, false));
    await pass(90_000);
    expect([openOf(world), world.orders.length]).toEqual([SETTLING, 1]);
  });

  test('one that has been seen to fill is not forgotten: no empty list ends it, over a restart neither', async () => {
    const { world, order, answers, pass } = fired();
    await pass(20_000);
    answers.order = notFound;
    world.start();
    world.ready();
    await pass(120_000);
    expect([openOf(world), world.orders.length]).toEqual([SETTLING, 1]);
    answers.order = () => Promise.resolve(wordOf(order));
    answers.fills = () => Promise.resolve(fillsOf(order));
    await pass(40_000);
    expect(world.pair().cycle).toBeNull();
  });

  test('unknown to the exchange, but its trades are listed once: they count against every later empty list', async () => {
    const { world, order, answers, pass } = fired();
    answers.order = notFound;
    answers.fills = () => Promise.resolve(fillsOf(order));
    await pass(5_000);
    answers.fills = none;
    await pass(120_000);
    expect([openOf(world), world.orders.length]).toEqual([SETTLING, 1]);
  });

  test('unknown to the exchange and without trades twice, 30 s apart: it sold nothing, and the position is sold', async () => {
    const { world, answers, pass } = fired();
    answers.order = notFound;
    await pass(25_000);
    expect(openOf(world)).toEqual(SETTLING);
    await pass(40_000);
    expect(world.lastOrder).toMatchObject({ side: 'sell', type: 'market', amount: '0.1' });
    expect(world.events()).toContain('stop.lost');
  });

  test('what was taken for nothing and has sold after all is found by the comparison and booked', async () => {
    const { world, stops, order, answers, pass } = fired();
    answers.order = notFound;
    await pass(65_000);
    expect(world.events()).toContain('stop.lost');
    world.trade({ at: '94', fee: '0' });
    answers.order = () => Promise.resolve(wordOf(order));
    answers.fills = () => Promise.resolve(fillsOf(order));
    world.clock.advance(20_000);
    world.tellSurvey({
      askedMs: world.clock.epochMs(),
      stops: { rows: stops.stops.map((stop) => ({ ...stop })), missing: null },
    });
    world.turn();
    const [cancel] = world.requestsOf('cancel-stop');
    expect(cancel?.stopId).toBe(stops.last.stopId);
    world.cycler.laneEvent({
      type: 'stop-seen',
      intentId: cancel?.intentId ?? 0,
      askedMono: world.clock.now,
      stop: { ...stops.last },
    });
    await pass(5_000);
    expect(world.events()).toContain('order.late-fill');
    expect(world.pair().attention).toMatch(/0.1 ETH/);
    world.store.audit();
  });

  test('X24: one that is never named is told after a minute', async () => {
    const { world, stops, pass } = fired();
    const { firedOrderId } = stops.last;
    stops.last.firedOrderId = null;
    await pass(45_000);
    expect(world.pair().attention).toBeNull();
    await pass(30_000);
    expect(world.pair().attention).toMatch(/has fired.*does not name/);
    expect(world.events().filter((event) => event === 'pair.needs_attention')).toHaveLength(1);
    stops.last.firedOrderId = firedOrderId;
    await pass(10_000);
    expect(openOf(world)).toEqual(SETTLING);
  });
});
