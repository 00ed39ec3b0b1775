import { decimal, text } from '@mtrade/money';
import { describe, expect, test } from 'vitest';
import { type EngineOptions, startEngine } from './support/engine.js';
import { useEngine } from './support/fixture.js';
import { flowOfBooks, flowOfTrades } from './support/ledger.js';
import { pair } from './support/world.js';

const start: EngineOptions = {
  engine: { request_deadline_ms: 20_000 },
  pairs: [
    'WHOLE/USDT',
    'NET/USDT',
    { symbol: 'FEE/USDT', ladder: { base_order: '5.353' } },
    'SOLD/USDT',
    'OWNED/USDT',
    'FROZEN/USDT',
  ],
};

const at = useEngine({
  pairs: [
    'WHOLE/USDT',
    'NET/USDT',
    pair('FEE/USDT', { amountDecimals: 3 }),
    'SOLD/USDT',
    'OWNED/USDT',
    'FROZEN/USDT',
  ],
  balances: { USDT: '10000', OWNED: '1' },
  start,
});

/** The books of a pair and the exchange's trades tell the same story, to the last digit. */
function expectSameFlow(symbol: string): void {
  const { world, engine } = at;
  expect(engine.books((books) => flowOfBooks(books, symbol))).toEqual(flowOfTrades(world.trades(symbol)));
}

describe.concurrent('the ledger', () => {
  test('a whole cycle: start buy, two averaging buys, one sale, the next cycle', async () => {
    const { world, engine } = at;
    world.price('WHOLE/USDT', '99.9', '100');
    await engine.untilPair('WHOLE/USDT', 'is active', ({ state }) => state === 'active');
    world.price('WHOLE/USDT', '96.2', '96.3');
    await engine.untilPair('WHOLE/USDT', 'has averaged', ({ step }) => step === 1);
    world.price('WHOLE/USDT', '92.4', '92.5');
    const deep = await engine.untilPair('WHOLE/USDT', 'has averaged twice', ({ step }) => step === 2);
    expectSameFlow('WHOLE/USDT');
    expect(Number(deep.sell_price)).toBeGreaterThan(Number(deep.break_even));

    const bid = (Number(deep.sell_price) + 0.05).toFixed(2);
    world.price('WHOLE/USDT', bid, (Number(bid) + 0.01).toFixed(2));
    const next = await engine.untilPair(
      'WHOLE/USDT',
      'has begun its next cycle',
      ({ cycle, state }) => cycle === 2 && state === 'active',
    );

    expect(next).toMatchObject({ step: 0, cycle_start_state: 2 });
    expect(world.orders('WHOLE/USDT').map(({ side, type }) => `${type} ${side}`)).toEqual([
      'market buy',
      'limit buy',
      'limit buy',
      'limit sell',
      'market buy',
    ]);
    expectSameFlow('WHOLE/USDT');
    const [closed] = engine.books((books) => books.closedCycles({ symbol: 'WHOLE/USDT' }));
    expect(closed).toMatchObject({ number: 1, outcome: 'closed', step: 2 });
    expect(text(closed?.profit ?? decimal('-1'))).toBe(next.realized_profit);
    expect(world.balance('WHOLE')).toBe(flowOfTrades(world.trades('WHOLE/USDT')).base);
    const booked = engine.books((books) =>
      books.fills({ symbol: 'WHOLE/USDT' }).map(({ fill }) => fill.tradeId),
    );
    expect(booked.toSorted()).toEqual(
      world
        .trades('WHOLE/USDT')
        .map((trade) => trade.id)
        .toSorted(),
    );
  });

  test('scenario 26: profit is proceeds less fees less cost, to the last digit', async () => {
    const { world, engine } = at;
    world.price('NET/USDT', '99.9', '100');
    await engine.untilPair('NET/USDT', 'is active', ({ state }) => state === 'active');
    await engine.post('/api/autotrader/pause_cycle', { symbol: 'NET/USDT' });
    world.price('NET/USDT', '100.7', '100.8');
    const view = await engine.untilPair('NET/USDT', 'is idle', ({ state }) => state === 'idle');

    // 0.0999 at 100.7 is 10.05993; less the fee of 0.01005993 and the cost of 10.
    expect(view).toMatchObject({ realized_profit: '0.04987007', base_volume: '0', cycle: 1 });
    expectSameFlow('NET/USDT');
  });

  test('scenarios 20, 21: a fee in base and dust cost no digit, and dust is no reason to loop', async () => {
    const { world, engine } = at;
    world.price('FEE/USDT', '0.99', '1');
    const bought = await engine.untilPair('FEE/USDT', 'is active', ({ state }) => state === 'active');
    expect(world.trades('FEE/USDT')).toMatchObject([{ amount: '5.353', fee: '0.005353' }]);
    expect(bought).toMatchObject({ base_volume: '5.347647', invested: '5.353' });

    await engine.post('/api/autotrader/pause_cycle', { symbol: 'FEE/USDT' });
    world.price('FEE/USDT', '1.01', '1.02');
    const idle = await engine.untilPair('FEE/USDT', 'is idle', ({ state }) => state === 'idle');
    await engine.decided('FEE/USDT', '1.01', '1.02');
    expect(idle).toMatchObject({ attention: null, paused: true });
    expect(world.orders('FEE/USDT')).toMatchObject([
      {},
      { side: 'sell', amount: '5.347', filledAmount: '5.347' },
    ]);
    const dust = engine.books((books) => books.pairs().find(({ symbol }) => symbol === 'FEE/USDT')?.dust);
    expect(text(dust?.base ?? decimal('0'))).toBe('0.000647');
    // Its share of 5.353 by volume, 5.353 x 0.000647 / 5.347647, rounded up.
    expect(text(dust?.cost ?? decimal('0'))).toBe('0.000647647647647648');
    expectSameFlow('FEE/USDT');
    const [closed] = engine.books((books) => books.closedCycles({ symbol: 'FEE/USDT' }));
    expect(closed?.outcome).toBe('closed');

    await engine.post('/api/autotrader/resume_cycle', { symbol: 'FEE/USDT' });
    const next = await engine.untilPair('FEE/USDT', 'is active', ({ state }) => state === 'active');
    const bare = flowOfTrades(world.trades('FEE/USDT').slice(-1)).base;
    expect(next.base_volume).toBe(text(decimal(bare).plus(decimal('0.000647'))));
    expectSameFlow('FEE/USDT');
  });

  test('scenario 22: coins that were sold by hand need a human; nothing is reset, nothing bought', async () => {
    const { world, engine } = at;
    world.price('SOLD/USDT', '99.9', '100');
    await engine.untilPair('SOLD/USDT', 'is active', ({ state }) => state === 'active');
    world.transfer('SOLD', '-0.05');

    const view = await engine.untilPair(
      'SOLD/USDT',
      'needs attention',
      (one) => one.state === 'needs_attention',
    );
    expect(view.attention).toContain('the account holds 0.0499 SOLD, the books 0.0999 SOLD');
    for (const [bid, ask] of [
      ['96.2', '96.3'],
      ['101', '101.1'],
    ] as const) {
      world.price('SOLD/USDT', bid, ask);
      const now = await engine.decided('SOLD/USDT', bid, ask);
      expect(now).toMatchObject({ state: 'needs_attention', cycle: 1, base_volume: '0.0999', step: 0 });
    }
    expect(world.posts('SOLD/USDT')).toBe(1);
  });

  test('scenario 23: coins that the account held before are still there after ten cycles', async () => {
    const { world, engine } = at;
    let price = 100;
    world.price('OWNED/USDT', '99.9', '100');
    for (let cycle = 1; cycle <= 10; cycle += 1) {
      await engine.untilPair(
        'OWNED/USDT',
        `is in cycle ${cycle}`,
        (one) => one.cycle === cycle && one.state === 'active',
      );
      if (cycle === 10) await engine.post('/api/autotrader/pause_cycle', { symbol: 'OWNED/USDT' });
      price *= 1.01;
      world.price('OWNED/USDT', price.toFixed(2), (price + 0.05).toFixed(2));
    }
    await engine.untilPair('OWNED/USDT', 'is idle', ({ state }) => state === 'idle');

    const { outcomes, dust } = engine.books((books) => ({
      outcomes: books.closedCycles({ symbol: 'OWNED/USDT' }).map((cycle) => cycle.outcome),
      dust: flowOfBooks(books, 'OWNED/USDT').base,
    }));
    expect(outcomes).toEqual(Array.from({ length: 10 }, () => 'closed'));
    expect(world.balance('OWNED')).toBe(text(decimal('1').plus(decimal(dust))));
    expectSameFlow('OWNED/USDT');
  });
});

describe('over a restart', () => {
  test('scenarios 24, 26, C07: rows stay as stored until the cycle ends, profit stays to the last digit', async () => {
    const { world } = at;
    world.price('FROZEN/USDT', '99.9', '100');
    await at.engine.untilPair('FROZEN/USDT', 'is active', ({ state }) => state === 'active');
    const before = await at.engine.status();
    expect(await at.engine.stop()).toBe(0);

    const changed = { base_order: '30', step_pct: '5', take_profit_pct: '2', safety_orders: 5 };
    const engine = await startEngine(world, { ...start, ladder: changed });
    const after = await engine.status();
    const lasting = ({
      symbol,
      cycle,
      realized_profit,
      base_volume,
      invested,
      attention,
      paused,
    }: (typeof after.pairs)[number]) => ({
      symbol,
      cycle,
      realized_profit,
      base_volume,
      invested,
      attention,
      paused,
    });
    expect(after.pairs.map(lasting)).toEqual(before.pairs.map(lasting));
    expect(after.profit).toEqual(before.profit);
    expect(
      await engine.untilPair('FROZEN/USDT', 'knows its rules', (one) => one.next_buy_price !== null),
    ).toMatchObject({
      next_buy_price: '96.35',
      sell_price: '100.6',
    });

    world.price('FROZEN/USDT', '96.2', '96.3');
    const averaged = await engine.untilPair('FROZEN/USDT', 'has averaged', ({ step }) => step === 1);
    expect(world.orders('FROZEN/USDT')[1]).toMatchObject({ price: '96.34', amount: '0.2075' });
    expect(averaged.next_buy_price).toBe('92.7');

    const bid = (Number(averaged.sell_price) + 0.05).toFixed(2);
    world.price('FROZEN/USDT', bid, '100');
    const next = await engine.untilPair(
      'FROZEN/USDT',
      'is in its next cycle',
      (one) => one.cycle === 2 && one.state === 'active',
    );
    expect(next).toMatchObject({ start_price: '100', next_buy_price: '95', sell_price: '102' });
    expect(world.orders('FROZEN/USDT').at(-1)).toMatchObject({ type: 'market', amount: '30' });
  });
});
