import { text } from '@mtrade/money';
import { describe, expect, test } from 'vitest';
import { eventually } from './support/engine.js';
import { useEngine } from './support/fixture.js';
import { type Harm, pair } from './support/world.js';

describe.concurrent('the start buy', () => {
  const at = useEngine({
    pairs: [
      'SLOW/USDT',
      'OTHER/USDT',
      'POOR/USDT',
      'WRONG/USDT',
      'THIN/USDT',
      'MOVED/USDT',
      'QUOTE/USDT',
      pair('COARSE/USDT', { amountDecimals: 0, minQuote: '15' }),
    ],
    start: {
      engine: { request_deadline_ms: 20_000, order_expiry_ms: 10_000, cycle_pause_ms: 5 },
      pairs: [
        'SLOW/USDT',
        'OTHER/USDT',
        'POOR/USDT',
        'WRONG/USDT',
        'THIN/USDT',
        'MOVED/USDT',
        { symbol: 'QUOTE/USDT', ladder: { base_order: '25' } },
        { symbol: 'COARSE/USDT', ladder: { base_order: '16', volume_mode: 'fixed' } },
      ],
    },
  });

  test('scenario 2: an answer that takes 3 s is one order, and other pairs go on meanwhile', async () => {
    const { world, engine } = at;
    world.harmOrders('SLOW/USDT', { kind: 'delay-after', ms: 3_000 });
    world.price('SLOW/USDT', '99.9', '100');
    await eventually('the order is out', () => world.orders('SLOW/USDT').length > 0);
    expect(await engine.pair('SLOW/USDT')).toMatchObject({ state: 'buying', cycle_start_state: 1 });

    const { stats, pairs } = await engine.status();
    world.price('OTHER/USDT', '9.99', '10');
    await engine.untilPair('OTHER/USDT', 'trades', ({ state }) => state === 'active');
    await engine.until(
      'the cycler has passed every pair 30 times',
      (now) => now.stats.cycler_iterations > stats.cycler_iterations + 30 * pairs.length,
    );
    expect(world.posts('SLOW/USDT')).toBe(1);

    await engine.untilPair('SLOW/USDT', 'is bought', ({ state }) => state === 'active');
    await engine.decided('SLOW/USDT', '99.9', '100');
    expect(world.posts('SLOW/USDT')).toBe(1);
  });

  test.each([
    ['POOR/USDT', 'BALANCE_NOT_ENOUGH'],
    ['WRONG/USDT', 'INVALID_PARAM_VALUE'],
  ])(
    'scenario 8: %s refused with %s is idle again, backs off, and is tried once more',
    async (symbol, label) => {
      const { world, engine } = at;
      world.harmOrders(symbol, { kind: 'error', process: false, status: 400, label }, { count: 1 });
      world.price(symbol, '99.9', '100');

      const waiting = await engine.untilPair(symbol, 'backs off', (one) => one.waiting_for === 'backing_off');
      expect(waiting).toMatchObject({
        state: 'idle',
        cycle_start_state: 0,
        base_volume: '0',
        attention: null,
      });
      await engine.untilPair(symbol, 'is bought', ({ state }) => state === 'active');

      expect(world.posts(symbol)).toBe(2);
      const [second, first] = engine.books((books) => books.intents({ symbol }));
      expect([first?.state, second?.state]).toEqual(['REJECTED', 'FILLED']);
      const arrivedMs = (id: string | undefined): number =>
        world.server.requests().find((request) => request.text === id)?.ms ?? Number.NaN;
      expect(arrivedMs(second?.clientOrderId) - arrivedMs(first?.clientOrderId)).toBeGreaterThanOrEqual(
        5_000,
      );
    },
  );

  test('scenario 9: a market buy that ends with 60 % filled is a cycle of 60 %, not retried', async () => {
    const { world, engine } = at;
    world.book('THIN/USDT', [['99.9', '1000']], [['100', '0.06']]);
    const view = await engine.untilPair('THIN/USDT', 'is active', ({ state }) => state === 'active');

    expect(world.orders('THIN/USDT')).toMatchObject([{ status: 'cancelled', filledTotal: '6' }]);
    expect(view).toMatchObject({ base_volume: '0.05994', invested: '6', start_price: '100', cycle: 1 });
    await engine.decided('THIN/USDT', '99.9', '100');
    expect(world.posts('THIN/USDT')).toBe(1);
  });

  test('scenario 12: P0 is the executed price, not the ticker and not the ask that was decided on', async () => {
    const { world, engine } = at;
    const delay = world.harmOrders('MOVED/USDT', { kind: 'delay-before', ms: 700 });
    world.ticker('MOVED/USDT', '99.9', '100', '100');
    await eventually('the order is on its way', () => delay.hits() === 1);
    world.ticker('MOVED/USDT', '100.3', '100.4', '100');
    await engine.untilPair('MOVED/USDT', 'hears the ticker', (one) => one.last_price === '100');
    const view = await engine.untilPair('MOVED/USDT', 'is active', ({ state }) => state === 'active');

    expect(view).toMatchObject({ start_price: '100.4', last_buy_price: '100.4', last_price: '100' });
    expect(view).toMatchObject({ next_buy_price: '96.7354', sell_price: '101.0024' });
    const rates = engine.books((books) =>
      books
        .pairs()
        .find(({ symbol }) => symbol === 'MOVED/USDT')
        ?.cycle?.ladder?.rows.map((row) => text(row.rate)),
    );
    expect(rates).toEqual(['100.4', '96.7354', '93.0708', '89.4062']);
  });

  test('scenario 27: a market buy is sized in quote', async () => {
    const { world, engine } = at;
    world.price('QUOTE/USDT', '99.9', '100');
    await engine.untilPair('QUOTE/USDT', 'is active', ({ state }) => state === 'active');

    expect(world.orders('QUOTE/USDT')).toMatchObject([
      { side: 'buy', type: 'market', amount: '25', filledTotal: '25', filledAmount: '0.25' },
    ]);
  });

  test('scenario 27: what is smaller than one step is not sent; rounding never goes below the minimum', async () => {
    const { world, engine } = at;
    world.price('COARSE/USDT', '19.9', '20');
    await engine.decided('COARSE/USDT', '19.9', '20');
    // The tests before may have left little of the request budget: then it waits for that first.
    const dear = await engine.untilPair(
      'COARSE/USDT',
      'is below the minimum',
      (one) => one.waiting_for === 'below_minimum',
    );
    expect(dear.state).toBe('idle');
    expect(world.posts('COARSE/USDT')).toBe(0);

    world.price('COARSE/USDT', '6.99', '7');
    await engine.untilPair('COARSE/USDT', 'is active', ({ state }) => state === 'active');
    world.price('COARSE/USDT', '6.69', '6.7');
    await engine.untilPair('COARSE/USDT', 'has averaged', ({ step }) => step === 1);

    // 16 USDT buy two whole coins at the limit of 6.74, worth 13.48: below the minimum of 15, so it is three.
    expect(world.orders('COARSE/USDT')[1]).toMatchObject({ type: 'limit', price: '6.74', amount: '3' });
  });
});

describe('without knowledge nothing is bought', () => {
  const BALANCES = '/api/v4/spot/accounts';
  let first: Harm;
  const at = useEngine(
    {
      pairs: ['ENOUGH/USDT', 'SHORT/USDT'],
      balances: { USDT: '1000' },
      start: {
        pairs: [
          { symbol: 'ENOUGH/USDT', ladder: { reserve: '990' } },
          { symbol: 'SHORT/USDT', ladder: { reserve: '990.01' } },
        ],
      },
    },
    (world) => {
      first = world.harm(BALANCES, { kind: 'error', process: false, status: 500 });
      world.price('ENOUGH/USDT', '99.9', '100');
      world.price('SHORT/USDT', '99.9', '100');
    },
  );

  test('scenario 10: a failed balance query, or an error object instead of a list, buys nothing', async () => {
    const { world, engine } = at;
    const errorObject = { kind: 'error', process: false, status: 200, label: 'SERVER_ERROR' } as const;
    await eventually('the start and a later look have failed', () => first.hits() >= 2);
    const second = world.harm(BALANCES, errorObject);
    first.end();
    await eventually('both kinds of failure have been met', () => second.hits() >= 1);

    for (const symbol of ['ENOUGH/USDT', 'SHORT/USDT']) {
      const view = await engine.decided(symbol, '99.9', '100');
      expect(view).toMatchObject({ state: 'idle', waiting_for: 'account_unknown' });
      expect(world.posts(symbol)).toBe(0);
    }
    second.end();
    await engine.untilPair('ENOUGH/USDT', 'is bought', ({ state }) => state === 'active');
  });

  test('scenario 11: what remains after the reserve must pay the base order, to the last cent', async () => {
    const { world, engine } = at;
    await engine.untilPair('ENOUGH/USDT', 'is bought', ({ state }) => state === 'active');
    const view = await engine.untilPair(
      'SHORT/USDT',
      'lacks money',
      (one) => one.waiting_for === 'insufficient_quote',
    );
    expect(view.state).toBe('idle');
    expect(world.posts('SHORT/USDT')).toBe(0);
    expect(world.posts('ENOUGH/USDT')).toBe(1);
  });
});
