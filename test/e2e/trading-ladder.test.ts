import type { Order } from '@mtrade/market-sim';
import { describe, expect, test } from 'vitest';
import { type EngineProcess, eventually } from './support/engine.js';
import { useEngine } from './support/fixture.js';
import type { World } from './support/world.js';

/**
 * Every pair starts at 100 with a base order of 10: rows at 96.35, 92.7 and 89.05 for 20, 40 and 80 USDT, the first
 * sale from 100.6. A buy is also strictly below the last one less the step, so the first row's limit is 96.34.
 */
async function startAt100(
  { world, engine }: { world: World; engine: EngineProcess },
  symbol: string,
): Promise<void> {
  world.price(symbol, '99.9', '100');
  await engine.untilPair(symbol, 'is active', ({ state }) => state === 'active');
}

const sides = (orders: readonly Order[], side: 'buy' | 'sell'): readonly Order[] =>
  orders.filter((order) => order.side === side);
const filled = (order: Order | undefined): boolean => Number(order?.filledAmount ?? 0) > 0;

describe.concurrent('the limits of a cycle', () => {
  const at = useEngine({
    pairs: ['ROW/USDT', 'DROP/USDT', 'GAP/USDT', 'TARGET/USDT', 'KILLED/USDT'],
    start: { engine: { request_deadline_ms: 20_000, order_expiry_ms: 10_000 } },
  });

  test('scenario 15: no buy above its row, whatever ticker and book do', async () => {
    const { world, engine } = at;
    await startAt100(at, 'ROW/USDT');

    world.ticker('ROW/USDT', '96.2', '97', '96');
    await engine.untilPair('ROW/USDT', 'hears the ticker', (one) => one.last_price === '96');
    const view = await engine.decided('ROW/USDT', '96.2', '97');
    expect(view).toMatchObject({ waiting_for: 'price_above_row', next_buy_price: '96.35', step: 0 });
    expect(world.posts('ROW/USDT')).toBe(1);

    // The book moves away between the decision and the arrival of the order.
    const delay = world.harmOrders('ROW/USDT', { kind: 'delay-before', ms: 700 }, { count: 1 });
    world.price('ROW/USDT', '96.2', '96.3');
    await eventually('the order is on its way', () => delay.hits() === 1);
    world.price('ROW/USDT', '96.9', '97');
    const after = await engine.untilPair('ROW/USDT', 'is active again', ({ state }) => state === 'active');
    expect(after).toMatchObject({ step: 0, last_buy_price: '100', base_volume: '0.0999' });
    expect(world.orders('ROW/USDT')[1]).toMatchObject({ price: '96.34', finishAs: 'fok', filledAmount: '0' });

    world.price('ROW/USDT', '96.2', '96.3');
    await engine.untilPair('ROW/USDT', 'has averaged', ({ step }) => step === 1);
    for (const order of world.orders('ROW/USDT').slice(1)) expect(order.price).toBe('96.34');
    for (const trade of world.trades('ROW/USDT').slice(1)) expect(trade.price).toBe('96.3');
  });

  test('scenario 16: after a buy below its row the next one waits for the step below that buy', async () => {
    const { world, engine } = at;
    await startAt100(at, 'DROP/USDT');
    world.price('DROP/USDT', '94.9', '95');
    await engine.untilPair('DROP/USDT', 'has averaged', ({ step }) => step === 1);

    // Below row 2 (92.7), but not 3.65 % below 95.
    world.price('DROP/USDT', '92.4', '92.5');
    const view = await engine.decided('DROP/USDT', '92.4', '92.5');
    expect(view).toMatchObject({ waiting_for: 'drop_insufficient', next_buy_price: '91.5325', step: 1 });
    expect(world.posts('DROP/USDT')).toBe(2);

    world.price('DROP/USDT', '91.4', '91.5');
    await engine.untilPair('DROP/USDT', 'has averaged again', ({ step }) => step === 2);
    expect(world.orders('DROP/USDT')[2]).toMatchObject({ price: '91.53', avgDealPrice: '91.5' });
  });

  test('scenario 17: a gap through three rows is bought one row at a time, each with its own intent', async () => {
    const { world, engine } = at;
    await startAt100(at, 'GAP/USDT');

    for (const [step, bid, ask] of [
      [1, '84.9', '85'],
      [2, '81.7', '81.8'],
      [3, '78.7', '78.8'],
    ] as const) {
      world.price('GAP/USDT', bid, ask);
      await engine.untilPair('GAP/USDT', `has bought row ${step}`, (one) => one.step === step);
      const view = await engine.decided('GAP/USDT', bid, ask);
      expect(view).toMatchObject({ step, last_buy_price: ask });
      expect(world.posts('GAP/USDT')).toBe(step + 1);
    }
    world.price('GAP/USDT', '49.9', '50');
    await engine.decided('GAP/USDT', '49.9', '50');

    const intents = engine.books((books) => books.intents({ symbol: 'GAP/USDT' })).toReversed();
    expect(intents.map(({ step, state }) => [step, state])).toEqual(
      [0, 1, 2, 3].map((step) => [step, 'FILLED']),
    );
    expect(world.orders('GAP/USDT').map((order) => order.text)).toEqual(
      intents.map((one) => one.clientOrderId),
    );
    expect(new Set(intents.map((one) => one.clientOrderId)).size).toBe(4);
  });

  test('scenario 18: no sale below the required price, whatever ticker and book do', async () => {
    const { world, engine } = at;
    await startAt100(at, 'TARGET/USDT');

    world.ticker('TARGET/USDT', '100.5', '101', '101');
    await engine.untilPair('TARGET/USDT', 'hears the ticker', (one) => one.last_price === '101');
    const view = await engine.decided('TARGET/USDT', '100.5', '101');
    expect(view).toMatchObject({ waiting_for: 'bid_below_required', sell_price: '100.6' });
    expect(world.posts('TARGET/USDT')).toBe(1);

    const delay = world.harmOrders('TARGET/USDT', { kind: 'delay-before', ms: 700 }, { count: 1 });
    world.price('TARGET/USDT', '100.7', '100.8');
    await eventually('the order is on its way', () => delay.hits() === 1);
    world.price('TARGET/USDT', '100', '100.1');
    const after = await engine.untilPair('TARGET/USDT', 'is active again', ({ state }) => state === 'active');
    expect(after).toMatchObject({ base_volume: '0.0999', cycle: 1 });

    world.price('TARGET/USDT', '100.7', '100.8');
    await engine.untilPair('TARGET/USDT', 'has begun its next cycle', ({ cycle }) => cycle === 2);
    const [killed, sold] = sides(world.orders('TARGET/USDT'), 'sell');
    expect(killed).toMatchObject({ price: '100.6', finishAs: 'fok', filledAmount: '0' });
    expect(sold).toMatchObject({ price: '100.6', avgDealPrice: '100.7', filledAmount: '0.0999' });
  });

  test('scenario 19: a killed sale changes nothing and is tried again after the back-off, once at a time', async () => {
    const { world, engine } = at;
    await startAt100(at, 'KILLED/USDT');
    world.book('KILLED/USDT', [['100.7', '0.01']], [['100.8', '1000']]);

    const view = await engine.untilPair(
      'KILLED/USDT',
      'backs off',
      (one) => one.waiting_for === 'backing_off',
    );
    expect(view).toMatchObject({
      state: 'active',
      base_volume: '0.0999',
      invested: '10',
      step: 0,
      attention: null,
    });
    await engine.until('it was tried twice', () => sides(world.orders('KILLED/USDT'), 'sell').length >= 2);
    world.price('KILLED/USDT', '100.7', '100.8');
    await engine.untilPair('KILLED/USDT', 'has begun its next cycle', ({ cycle }) => cycle === 2);

    const sales = sides(world.orders('KILLED/USDT'), 'sell');
    expect(sales.map(filled)).toEqual([...sales.slice(1).map(() => false), true]);
    const waits = sales.slice(1).map((sale, index) => sale.createMs - (sales[index]?.createMs ?? 0));
    for (const waitMs of waits) expect(waitMs).toBeGreaterThanOrEqual(1_000);
  });
});
