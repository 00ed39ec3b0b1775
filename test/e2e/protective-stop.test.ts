import { DEFAULT_USER_ID, type TriggerOrder } from '@mtrade/market-sim';
import { toDouble } from '@mtrade/money';
import { describe, expect, test } from 'vitest';
import { type EngineProcess, eventually, startEngine } from './support/engine.js';
import { useEngine, useWorld } from './support/fixture.js';
import type { World } from './support/world.js';

/** Base order 10 at 100, 0.1 % of it taken as fee: 100.10 on average, the stop 5 % below at 95.09. */
const LADDER = { stop_loss_pct: '5' };
const PATH = '/api/v4/spot/price_orders';

const stopsOf = (world: World, symbol: string): readonly TriggerOrder[] =>
  world.exchange
    .records()
    .triggers.filter((stop) => stop.symbol === symbol)
    .toSorted((a, b) => Number(a.id) - Number(b.id));
const shown = (world: World, symbol: string): unknown[] =>
  stopsOf(world, symbol).map(({ triggerPrice, status, put }) => [triggerPrice, put.amount, status]);
const isCovered = (one: { protection: { state: string } | null }): boolean =>
  one.protection?.state === 'active';

async function cover(world: World, engine: EngineProcess, symbol: string): Promise<void> {
  world.price(symbol, '99.9', '100');
  await engine.untilPair(symbol, 'has its stop', isCovered);
}

const historyOf = (engine: EngineProcess, symbol: string) =>
  engine.books((books) =>
    books.atOnce(() => ({
      closed: books
        .closedCycles({ symbol })
        .toReversed()
        .map(({ outcome, profit }) => ({ outcome, profit: toDouble(profit) })),
      positions: books.positions({ symbol }).map(({ state }) => state),
      faults: books.examine(),
      events: books.journal({ symbol, limit: 1_000 }).map(({ event }) => event),
    })),
  );

describe.concurrent('a protective stop on the exchange', () => {
  const at = useEngine({
    pairs: ['FOLLOW/USDT', 'FIRE/USDT', 'PROFIT/USDT', 'WEB/USDT', 'PASSED/USDT'],
    start: { ladder: LADDER },
  });

  test('is placed after the start buy and follows an averaging buy', async () => {
    const { world, engine } = at;
    await cover(world, engine, 'FOLLOW/USDT');
    expect(shown(world, 'FOLLOW/USDT')).toEqual([['95.09', '0.0999', 'open']]);

    world.price('FOLLOW/USDT', '96.2', '96.3');
    await engine.untilPair('FOLLOW/USDT', 'has averaged', (one) => one.step === 1 && isCovered(one));
    const [first, second, ...others] = stopsOf(world, 'FOLLOW/USDT');
    expect([first?.status, second?.status, others]).toEqual(['cancelled', 'open', []]);
    const view = await engine.pair('FOLLOW/USDT');
    expect(view.protection).toMatchObject({
      stop_price: second?.triggerPrice,
      stop_id: second?.id,
      problem: null,
    });
    // All that is held, in whole steps.
    expect(Number(view.base_volume) - Number(second?.put.amount)).toBeLessThan(0.0001);
    expect(Number(second?.triggerPrice)).toBeCloseTo(
      (Number(view.invested) / Number(view.base_volume)) * 0.95,
      1,
    );
  });

  test('fires when the price falls, and its trades close the cycle with a loss', async () => {
    const { world, engine } = at;
    await cover(world, engine, 'FIRE/USDT');
    world.price('FIRE/USDT', '94.9', '95');
    await engine.untilPair('FIRE/USDT', 'is in its next cycle', ({ cycle }) => cycle === 2);

    const [stop] = stopsOf(world, 'FIRE/USDT');
    expect(stop?.status).toBe('finish');
    const sales = world.orders('FIRE/USDT').filter(({ side }) => side === 'sell');
    expect(sales.map(({ id, filledAmount }) => [id, filledAmount])).toEqual([[stop?.firedOrderId, '0.0999']]);
    const { closed, positions, faults, events } = historyOf(engine, 'FIRE/USDT');
    expect(closed.map(({ outcome }) => outcome)).toEqual(['closed']);
    expect(closed[0]?.profit).toBeCloseTo(0.0999 * 94.9 * 0.999 - 10, 6);
    expect(positions.at(-1)).toBe('closed');
    expect(events).toEqual(expect.arrayContaining(['stop.placed', 'stop.fired', 'cycle.closed']));
    expect(faults).toEqual([]);
  });

  test('is taken back before the take-profit sells', async () => {
    const { world, engine } = at;
    await cover(world, engine, 'PROFIT/USDT');
    world.price('PROFIT/USDT', '100.7', '100.8');
    await engine.untilPair(
      'PROFIT/USDT',
      'is protected in its next cycle',
      (one) => one.cycle === 2 && isCovered(one),
    );

    const [first, second] = stopsOf(world, 'PROFIT/USDT');
    expect([first?.status, second?.status]).toEqual(['cancelled', 'open']);
    const sale = world.orders('PROFIT/USDT').find(({ side }) => side === 'sell');
    expect(sale?.createMs).toBeGreaterThanOrEqual(first?.finishMs ?? Infinity);
    const { closed, events } = historyOf(engine, 'PROFIT/USDT');
    expect(closed[0]?.profit).toBeGreaterThan(0);
    expect(events).not.toContain('stop.lost');
  });

  test('X18: cancelled by hand it is noticed, told and placed again', async () => {
    const { world, engine } = at;
    await cover(world, engine, 'WEB/USDT');
    const [stop] = stopsOf(world, 'WEB/USDT');
    world.exchange.triggers.cancel(DEFAULT_USER_ID, stop?.id ?? '', Date.now());
    await engine.untilPair(
      'WEB/USDT',
      'has another stop',
      (one) => isCovered(one) && one.protection?.stop_id !== stop?.id,
    );
    expect(shown(world, 'WEB/USDT')).toEqual([
      ['95.09', '0.0999', 'cancelled'],
      ['95.09', '0.0999', 'open'],
    ]);
    expect(historyOf(engine, 'WEB/USDT').events).toContain('stop.lost');
  });

  test('X26: a price that has passed it before it was placed: the position is sold at once', async () => {
    const { world, engine } = at;
    const late = world.harm(
      PATH,
      { kind: 'delay-before', ms: 600 },
      { method: 'POST', symbol: 'PASSED_USDT', count: 1 },
    );
    world.price('PASSED/USDT', '99.9', '100');
    await eventually('the stop is on its way', () => late.hits() === 1);
    world.price('PASSED/USDT', '94', '94.1');
    await engine.untilPair('PASSED/USDT', 'is in its next cycle', ({ cycle }) => cycle === 2);
    const { positions, closed } = historyOf(engine, 'PASSED/USDT');
    expect(positions.at(-1)).toBe('rolled_back');
    expect(closed[0]?.profit).toBeLessThan(0);
    const sales = world.orders('PASSED/USDT').filter(({ side }) => side === 'sell');
    expect(sales.map(({ filledAmount }) => filledAmount)).toEqual(['0.0999']);
  });
});

describe('kill -9 around a stop', () => {
  const place = useWorld({ pairs: ['KILL/USDT'] });

  test('scenario 55: killed while the answer to its POST is awaited, the next life finds it, lays no second one, and it protects', async () => {
    const { world } = place;
    world.harm(PATH, { kind: 'silence', process: true }, { method: 'POST', count: 1 });
    const first = await startEngine(world, { ladder: LADDER });
    world.price('KILL/USDT', '99.9', '100');
    await eventually('the stop lies there', () => stopsOf(world, 'KILL/USDT').length === 1);
    await first.kill();
    expect(first.books((books) => books.intents({ openOnly: true }).map(({ state }) => state))).toEqual([
      'SUBMITTED',
    ]);

    const second = await startEngine(world, { ladder: LADDER });
    await second.untilPair('KILL/USDT', 'has its stop', isCovered);
    expect(shown(world, 'KILL/USDT')).toEqual([['95.09', '0.0999', 'open']]);

    // It fires while nobody is there.
    await second.kill();
    world.price('KILL/USDT', '94.9', '95');
    expect(stopsOf(world, 'KILL/USDT')[0]?.status).toBe('finish');
    const third = await startEngine(world, { ladder: LADDER });
    await third.untilPair('KILL/USDT', 'has booked the sale', ({ cycle }) => cycle === 2);
    const { closed, faults } = historyOf(third, 'KILL/USDT');
    expect(closed[0]?.profit).toBeCloseTo(0.0999 * 94.9 * 0.999 - 10, 6);
    expect(world.orders('KILL/USDT').filter(({ side }) => side === 'sell')).toHaveLength(1);
    expect(faults).toEqual([]);
    expect(await third.stop()).toBe(0);
  });
});
