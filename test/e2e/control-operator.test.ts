import { text } from '@mtrade/money';
import { describe, expect, test } from 'vitest';
import { eventually, startEngine } from './support/engine.js';
import { useEngine, useWorld } from './support/fixture.js';
import { flowOfBooks, flowOfTrades } from './support/ledger.js';

const RESET = '/api/autotrader/reset_cycle';
const RESUME = '/api/autotrader/resume_cycle';
const PAUSE = '/api/autotrader/pause_cycle';
const PERMIT = '/api/autotrader/permit';
const SELL = '/api/autotrader/sell_now';

/** Journal events of a pair, oldest first. */
const EVENTS_OF_INTEREST = ['operator', 'order.intent', 'cycle'];

describe.concurrent("the operator's commands", () => {
  const at = useEngine({
    pairs: [
      'RESET/USDT',
      'PAUSED/USDT',
      'BANNED/USDT',
      'RACE/USDT',
      'NEW/USDT',
      'SOLD/USDT',
      'AUTO/USDT',
      'HAND/USDT',
      'BOTH/USDT',
    ],
    start: {
      engine: { request_deadline_ms: 20_000 },
      pairs: [
        'RESET/USDT',
        'PAUSED/USDT',
        'BANNED/USDT',
        'RACE/USDT',
        { symbol: 'NEW/USDT', trade: null },
        'SOLD/USDT',
        'AUTO/USDT',
        'HAND/USDT',
        'BOTH/USDT',
      ],
    },
  });

  const isActive = async (symbol: string): Promise<void> => {
    at.world.price(symbol, '99.9', '100');
    await at.engine.untilPair(symbol, 'is active', ({ state }) => state === 'active');
  };
  const events = (symbol: string): string[] =>
    at.engine
      .books((books) => books.journal({ symbol }))
      .toReversed()
      .map(({ event }) => event)
      .filter((event) => EVENTS_OF_INTEREST.some((wanted) => event.startsWith(wanted)));
  const salesOf = (symbol: string) => at.world.orders(symbol).filter(({ side }) => side === 'sell');

  test('scenario 29: a fill that comes after a reset is booked, the pair stays paused, nothing new starts', async () => {
    const { world, engine } = at;
    world.harmOrders('RESET/USDT', { kind: 'delay-after', ms: 2_500 });
    world.price('RESET/USDT', '99.9', '100');
    await eventually('the start buy is out', () => world.orders('RESET/USDT').length === 1);
    expect(await engine.post(RESET, { symbol: 'RESET/USDT' })).toMatchObject({ status: 200 });
    expect(engine.books((books) => books.fills({ symbol: 'RESET/USDT' }))).toEqual([]);

    const view = await engine.untilPair('RESET/USDT', 'is idle', ({ state }) => state === 'idle');
    expect(view).toMatchObject({ paused: true, cycle_start_state: 0, base_volume: '0' });
    const { fills, closed } = engine.books((books) => ({
      fills: books.fills({ symbol: 'RESET/USDT' }).map(({ fill }) => fill.tradeId),
      closed: books.closedCycles({ symbol: 'RESET/USDT' }),
    }));
    expect(fills).toEqual(world.trades('RESET/USDT').map((trade) => trade.id));
    expect(
      closed.map(({ outcome, baseVolume, invested }) => [outcome, text(baseVolume), text(invested)]),
    ).toEqual([['reset', '0.0999', '10']]);
    const later = await engine.decided('RESET/USDT', '99.9', '100');
    expect(later).toMatchObject({ paused: true, waiting_for: 'paused' });
    expect(world.posts('RESET/USDT')).toBe(1);
    expect(events('RESET/USDT')).toEqual(['order.intent', 'operator.reset', 'cycle.late-fill']);
  });

  test('scenario 30: a paused pair does not start; resuming it, however often, starts one cycle', async () => {
    const { world, engine } = at;
    await engine.post(PAUSE, { symbol: 'PAUSED/USDT' });
    world.price('PAUSED/USDT', '99.9', '100');
    const view = await engine.decided('PAUSED/USDT', '99.9', '100');
    expect(view).toMatchObject({ state: 'idle', paused: true, waiting_for: 'paused' });
    expect(world.posts('PAUSED/USDT')).toBe(0);

    const answers = await Promise.all([1, 2, 3].map(() => engine.post(RESUME, { symbol: 'PAUSED/USDT' })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    await engine.untilPair('PAUSED/USDT', 'is active', ({ state }) => state === 'active');
    await engine.decided('PAUSED/USDT', '99.9', '100');
    expect(world.posts('PAUSED/USDT')).toBe(1);
  });

  test('scenario 31: without permission no buy of any kind is sent, and by default the position is still sold', async () => {
    const { world, engine } = at;
    await isActive('BANNED/USDT');
    await engine.post(PERMIT, { symbol: 'BANNED/USDT', on: false });

    world.price('BANNED/USDT', '95', '95.1');
    const low = await engine.decided('BANNED/USDT', '95', '95.1');
    expect(low).toMatchObject({ state: 'active', trade: false, step: 0 });
    expect(world.posts('BANNED/USDT')).toBe(1);

    world.price('BANNED/USDT', '100.7', '100.8');
    await engine.untilPair('BANNED/USDT', 'is sold', ({ state }) => state === 'idle');
    const { stats } = await engine.status();
    await engine.until(
      'the cycler has gone on',
      (now) => now.stats.cycler_iterations > stats.cycler_iterations + 50,
    );
    expect(await engine.pair('BANNED/USDT')).toMatchObject({
      state: 'idle',
      trade: false,
      paused: false,
      waiting_for: 'not_permitted',
    });
    expect(world.posts('BANNED/USDT')).toBe(2);
  });

  test('scenario 31: whatever was queued when the permission went, no buy is decided after its commit', async () => {
    const { world, engine } = at;
    await isActive('RACE/USDT');
    for (const ask of ['96.3', '92.6', '89']) {
      await engine.post(PERMIT, { symbol: 'RACE/USDT', on: true });
      const forbids = engine.post(PERMIT, { symbol: 'RACE/USDT', on: false });
      world.price('RACE/USDT', '88', ask);
      await forbids;
      await engine.decided('RACE/USDT', '88', ask);
      await engine.untilPair('RACE/USDT', 'is quiet', ({ state }) => state === 'active');
    }
    let permitted = true;
    for (const event of events('RACE/USDT')) {
      if (event === 'operator.permitted') permitted = true;
      if (event === 'operator.forbidden') permitted = false;
      expect(event === 'order.intent' && !permitted).toBe(false);
    }
    expect(events('RACE/USDT').filter((event) => event === 'operator.forbidden')).toHaveLength(3);
  });

  test('scenario 32: a new pair is not traded until it is permitted', async () => {
    const { world, engine } = at;
    world.price('NEW/USDT', '99.9', '100');
    await engine.untilPair('NEW/USDT', 'has a price', (one) => one.ask !== null);
    expect(await engine.pair('NEW/USDT')).toMatchObject({ trade: false, state: 'idle' });
    await engine.until('others are passed over', (now) => now.stats.cycler_iterations > 100);
    expect(world.posts('NEW/USDT')).toBe(0);

    await engine.post(PERMIT, { symbol: 'NEW/USDT', on: true });
    expect(await engine.untilPair('NEW/USDT', 'is active', ({ state }) => state === 'active')).toMatchObject({
      trade: true,
    });
  });

  test('scenario 33: a sale by hand goes through the books, closes the cycle with its profit, and is the only one', async () => {
    const { world, engine } = at;
    await isActive('SOLD/USDT');
    await engine.post(PAUSE, { symbol: 'SOLD/USDT' });
    expect(await engine.post(SELL, { symbol: 'SOLD/USDT' })).toMatchObject({ status: 200 });
    const view = await engine.untilPair('SOLD/USDT', 'is idle', ({ state }) => state === 'idle');

    // 0.0999 at 99.9 is 9.98001; less the fee of 0.00998001 and the cost of 10.
    expect(view.realized_profit).toBe('-0.02997001');
    expect(engine.books((books) => flowOfBooks(books, 'SOLD/USDT'))).toEqual(
      flowOfTrades(world.trades('SOLD/USDT')),
    );
    const [closed] = engine.books((books) => books.closedCycles({ symbol: 'SOLD/USDT' }));
    expect(closed?.outcome).toBe('closed');
    const sale = engine.books((books) => books.intents({ symbol: 'SOLD/USDT' })[0]);
    expect(sale).toMatchObject({ purpose: 'manual-sell', state: 'FILLED' });
    expect(sale?.clientOrderId).toBe(salesOf('SOLD/USDT')[0]?.text);

    world.price('SOLD/USDT', '101', '101.1');
    await engine.decided('SOLD/USDT', '101', '101.1');
    expect(await engine.post(SELL, { symbol: 'SOLD/USDT' })).toMatchObject({
      status: 409,
      body: { code: 'MTRADE_COMMAND' },
    });
    expect(salesOf('SOLD/USDT')).toHaveLength(1);
  });

  test('scenario 34: a sale by hand during an automatic one is refused; there is one order', async () => {
    const { world, engine } = at;
    await isActive('AUTO/USDT');
    await engine.post(PAUSE, { symbol: 'AUTO/USDT' });
    const delay = world.harmOrders('AUTO/USDT', { kind: 'delay-after', ms: 1_500 }, { side: 'sell' });
    world.price('AUTO/USDT', '100.7', '100.8');
    await eventually('the automatic sale is out', () => delay.hits() === 1);
    const answer = await engine.post(SELL, { symbol: 'AUTO/USDT' });
    expect(answer).toMatchObject({ status: 409 });
    expect(JSON.stringify(answer.body)).toContain('intent_open');
    await engine.untilPair('AUTO/USDT', 'is idle', ({ state }) => state === 'idle');
    expect(salesOf('AUTO/USDT')).toHaveLength(1);
  });

  test('scenario 34: a price above the target during a sale by hand sends no second order', async () => {
    const { world, engine } = at;
    await isActive('HAND/USDT');
    await engine.post(PAUSE, { symbol: 'HAND/USDT' });
    world.harmOrders('HAND/USDT', { kind: 'delay-after', ms: 800 }, { side: 'sell' });
    expect(await engine.post(SELL, { symbol: 'HAND/USDT' })).toMatchObject({ status: 200 });
    world.price('HAND/USDT', '100.7', '100.8');
    await engine.decided('HAND/USDT', '100.7', '100.8');
    await engine.untilPair('HAND/USDT', 'is idle', ({ state }) => state === 'idle');
    expect(salesOf('HAND/USDT')).toHaveLength(1);
  });

  test('scenario 34: both at the same moment are one order', async () => {
    const { world, engine } = at;
    await isActive('BOTH/USDT');
    await engine.post(PAUSE, { symbol: 'BOTH/USDT' });
    world.price('BOTH/USDT', '100.7', '100.8');
    await Promise.all([1, 2, 3].map(() => engine.post(SELL, { symbol: 'BOTH/USDT' })));
    await engine.untilPair('BOTH/USDT', 'is idle', ({ state }) => state === 'idle');
    await engine.decided('BOTH/USDT', '100.7', '100.8');
    expect(salesOf('BOTH/USDT')).toHaveLength(1);
    expect(world.posts('BOTH/USDT')).toBe(2);
  });
});

describe('permission that was taken', () => {
  const place = useWorld({ pairs: ['KEPT/USDT'] });

  test('scenarios 31, 32: sell_when_forbidden = false keeps the position too, and a restart gives nothing back', async () => {
    const { world } = place;
    const options = { engine: { sell_when_forbidden: false } };
    world.price('KEPT/USDT', '99.9', '100');
    const first = await startEngine(world, options);
    await first.untilPair('KEPT/USDT', 'is active', ({ state }) => state === 'active');
    await first.post(PERMIT, { symbol: 'KEPT/USDT', on: false });
    world.price('KEPT/USDT', '101', '101.1');
    expect(await first.decided('KEPT/USDT', '101', '101.1')).toMatchObject({
      state: 'active',
      waiting_for: 'not_permitted',
    });
    expect(await first.stop()).toBe(0);

    // The file still says trade = true: it is the default of a new pair, the operator's word stands above it.
    const second = await startEngine(world, options);
    const view = await second.decided('KEPT/USDT', '101', '101.1');
    expect(view).toMatchObject({ trade: false, state: 'active', base_volume: '0.0999' });
    expect(world.posts('KEPT/USDT')).toBe(1);
  });
});
