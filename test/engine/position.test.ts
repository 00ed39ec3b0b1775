import { type Decimal, decimal, text, ZERO } from '@mtrade/money';
import { describe, expect, test } from 'vitest';
import { say } from './exchange.js';
import { ETH, makeParams, makeRules, World } from './world.js';

const ETHBTC = 'ETH/BTC';

/** Buys at 100 and is ready for what comes next; sells from 101 on, buys again below 97. */
function activeWorld(options: ConstructorParameters<typeof World>[0] = {}, fee = '0'): World {
  const world = new World(options).ready();
  world.activate(ETH, '100', fee);
  return world;
}

describe('averaging and selling', () => {
  test('scenario 19, X02: a killed order changes nothing but the time of the next try', () => {
    const world = activeWorld();
    const before = world.pair();
    world.pass(ETH, '96', '96.5');
    expect(world.lastOrder).toMatchObject({ side: 'buy', timeInForce: 'fok', price: '96.99' });
    world.cycler.laneEvent(say.acked(world.exchange.kill(world.lastOrder)));

    const { cycle, openIntents, failures } = world.pair();
    expect({ cycle, openIntents, failures }).toEqual({ cycle: before.cycle, openIntents: [], failures: 1 });
    for (let step = 0; step < 9; step += 1) {
      world.clock.advance(100);
      world.tick(ETH, '96', `96.4${step}`);
      world.turn();
    }
    expect(world.orders).toHaveLength(2);
    world.pass(ETH, '96', '96.3');
    expect(world.orders).toHaveLength(3);
    expect(new Set(world.orders.map((order) => order.clientOrderId)).size).toBe(3);
  });

  test('scenario 17: through a gap the rows are bought one at a time, each with an order of its own', () => {
    const world = activeWorld();
    world.pass(ETH, '88', '88');
    for (let row = 1; row <= 4; row += 1) {
      expect(world.ordersOf(ETH)).toHaveLength(1 + row);
      expect(Number(world.lastOrder.price)).toBeLessThanOrEqual(100 - 3 * row);
      world.trade({ at: String(100 - 3 * row - 1), fee: '0' });
      expect(world.pair().cycle).toMatchObject({ step: row });
      world.pass(ETH, `${80 - row}`, `${80 - row}`);
    }
    expect(world.view().pairs[0]).toMatchObject({ step: 4, state: 'active', next_buy_price: null });
  });

  test('a pair is looked at again as soon as its order has ended, without waiting for its turn or a frame', () => {
    const symbols = [ETH, ...Array.from({ length: 15 }, (_, i) => `C${i}/USDT`)];
    const world = new World({ symbols }).ready();
    world.activate();
    world.pass(ETH, '88', '88');
    expect(world.ordersOf(ETH)).toHaveLength(2);
    world.trade({ at: '96', fee: '0' });
    world.turn();
    expect(world.ordersOf(ETH)).toHaveLength(3);
  });

  test('scenario 20, X09: a fee in base stays out of the volume, and the sale never exceeds it', () => {
    const world = new World({ params: makeParams({ baseOrder: '535.3' }) }).ready();
    world.pass(ETH, '100', '100');
    world.trade({ at: '100', fee: '0.001' });
    world.settleAccount();
    expect(text(world.pair().cycle!.baseVolume)).toBe('5.347647');

    world.pass(ETH, '102', '102.1');
    expect(world.lastOrder).toMatchObject({ side: 'sell', amount: '5.3476', timeInForce: 'fok' });
    world.trade({ at: '102' });

    expect(world.pair()).toMatchObject({ cycle: null, attention: null });
    expect(world.store.queries.closedCycles()[0]).toMatchObject({ outcome: 'closed' });
  });

  test('scenario 21, X11: a remainder too small to sell is dust, with its cost, and the next cycle takes it over', () => {
    const world = activeWorld({}, '0.00123');
    expect(text(world.pair().cycle!.baseVolume)).toBe('0.099877');
    world.pass(ETH, '102', '102.1');
    world.trade({ at: '102' });
    world.settleAccount();

    const { cycle, dust } = world.pair();
    expect(cycle).toBeNull();
    expect(text(dust.base)).toBe('0.000077');
    expect(Number(text(dust.cost))).toBeCloseTo((0.000077 / 0.099877) * 10, 12);
    expect(world.orders).toHaveLength(2);

    world.pass(ETH, '100', '100');
    world.trade({ at: '100', fee: '0' });
    expect(text(world.pair().cycle!.baseVolume)).toBe('0.100077');
    expect(world.pair().dust.base.eq(ZERO)).toBe(true);
    world.store.audit();
  });

  test('X10: a fee in a third coin touches neither volume nor cost', () => {
    const world = new World({ balances: { USDT: '100', GT: '5' } }).ready();
    world.pass(ETH, '100', '100');
    world.trade({ at: '100', fee: '0.01', feeCoin: 'GT' });

    expect(text(world.pair().cycle!.baseVolume)).toBe('0.1');
    expect(text(world.pair().cycle!.invested)).toBe('10');
    expect(world.events()).toContain('fee.third-coin');
  });

  test('scenario 26: profit is proceeds less fees less cost, and survives a restart', () => {
    const world = activeWorld({}, '0.002');
    world.pass(ETH, '102', '102.1');
    const sale = world.trade({ at: '102', fee: '0.002' });
    // 0.0998 x 102 less 0.2 %, less 10.
    const expected = sale.filledQuote.times(decimal('0.998')).minus('10');
    expect(world.view().profit).toEqual({ USDT: text(expected) });

    world.start();
    expect(world.view().profit).toEqual({ USDT: text(expected) });
  });

  test('X12: another fee tier, whatever the rules say, is booked as the trades have it', () => {
    const world = activeWorld(
      { rules: (symbol) => makeRules(symbol, { feeRate: decimal('0.002') }) },
      '0.01',
    );
    expect(text(world.pair().cycle!.baseVolume)).toBe('0.099');

    world.pass(ETH, '110', '110.1');
    const sale = world.trade({ at: '110', fee: '0' });

    expect(world.view().profit).toEqual({ USDT: text(sale.filledQuote.minus('10')) });
  });
});

describe('coins that are not where they should be', () => {
  test('scenario 22, X16: coins sold by hand need attention: nothing is reset, bought or sold', () => {
    const world = activeWorld();
    const cycle = world.pair().cycle;
    world.exchange.move('ETH', decimal('-0.05'));
    world.settleAccount();
    world.pass(ETH, '96', '96.5');

    expect(world.view().pairs[0]).toMatchObject({ state: 'needs_attention', waiting_for: 'needs_attention' });
    expect(world.view().pairs[0]?.attention).toMatch(/0\.05 ETH.*0\.1 ETH/);
    for (const price of ['80', '70', '150', '100']) world.pass(ETH, price, price);
    expect(world.orders).toHaveLength(1);
    expect(world.pair().cycle).toEqual(cycle);
    expect(world.events().filter((event) => event === 'pair.needs_attention')).toHaveLength(1);
  });

  test('X20: balances that lag behind a fill are no shortage', () => {
    const world = new World().ready();
    world.pass(ETH, '100', '100');
    world.trade({ at: '100', fee: '0' });
    const before = { USDT: { available: '1000', locked: '0' } };
    for (const afterMs of [1, 1_000, 1_500]) {
      world.clock.advance(afterMs);
      world.cycler.laneEvent({ type: 'balances', requestedMono: world.clock.now, balances: before });
      world.pass(ETH, '99', `99.0${afterMs}`);
    }
    expect(world.view().pairs[0]).toMatchObject({ state: 'active', attention: null });
  });

  test('nor when the cycler was restarted right after the fill', () => {
    const world = new World().ready();
    world.pass(ETH, '100', '100');
    world.trade({ at: '100', fee: '0' });
    world.clock.advance(150);
    world.start();
    world.tellClock();
    const before = { USDT: { available: '1000', locked: '0' } };
    world.cycler.laneEvent({ type: 'balances', requestedMono: world.clock.now, balances: before });
    world.pass(ETH, '99', '99.1');
    expect(world.view().pairs[0]).toMatchObject({ state: 'active', attention: null });

    // Asked for again later, the shortage is real.
    world.clock.advance(4_000);
    world.cycler.laneEvent({ type: 'balances', requestedMono: world.clock.now, balances: before });
    world.pass(ETH, '99', '99.2');
    expect(world.view().pairs[0]).toMatchObject({ state: 'needs_attention' });
  });

  test('two pairs of one coin: what one has just bought or is selling is no shortage of the other', () => {
    const world = new World({
      symbols: [ETH, ETHBTC],
      balances: { USDT: '1000', BTC: '1000' },
    }).ready();
    world.activate(ETH);
    world.pass(ETHBTC, '100', '100');
    world.trade({ at: '100', fee: '0' });
    // The snapshot is young, but older than what ETH/BTC has bought.
    const lagging = { USDT: { available: '990', locked: '0' }, ETH: { available: '0.1', locked: '0' } };
    world.clock.advance(100);
    world.cycler.laneEvent({ type: 'balances', requestedMono: world.clock.now, balances: lagging });
    world.pass(ETH, '99', '99.1');
    expect(world.view().pairs[0]).toMatchObject({ state: 'active', attention: null });

    world.settleAccount();
    world.pass(ETHBTC, '102', '102.1');
    expect(world.lastOrder).toMatchObject({ symbol: ETHBTC, side: 'sell' });
    world.exchange.execute(world.lastOrder, { at: '102' });
    // Sold, but the answer is still on its way: the books hold what the account has no longer.
    world.settleAccount();
    world.pass(ETH, '99', '99.2');
    expect(world.view().pairs[0]).toMatchObject({ state: 'active', attention: null });
  });

  test('scenario 23, X17: a coin that was there before the engine is there after ten cycles', () => {
    const world = new World({ balances: { USDT: '1000', ETH: '1' } }).ready();
    for (let cycle = 1; cycle <= 10; cycle += 1) {
      world.activate(ETH, '100', '0.002');
      world.pass(ETH, '102', '102.1');
      expect(world.lastOrder.side).toBe('sell');
      world.trade({ at: '102' });
      world.settleAccount();
      expect(world.pair()).toMatchObject({ cycle: null, cyclesStarted: cycle });
    }
    const dust: Decimal = world.pair().dust.base;
    expect(text(world.exchange.balance('ETH').minus(dust))).toBe('1');
    world.store.audit();
  });

  test('more coins than the ledger holds are never sold', () => {
    const world = activeWorld({ balances: { USDT: '1000', ETH: '7' } });
    world.pass(ETH, '102', '102.1');
    expect(world.lastOrder).toMatchObject({ side: 'sell', amount: '0.1' });
  });
});
