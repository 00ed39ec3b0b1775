import { text } from '@mtrade/money';
import { describe, expect, test } from 'vitest';
import { say } from './exchange.js';
import { BTC, ETH, World } from './world.js';

function activeWorld(options: ConstructorParameters<typeof World>[0] = {}): World {
  const world = new World(options).ready();
  world.activate();
  return world;
}

const refusal = (act: () => unknown): string => {
  try {
    act();
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('reset', () => {
  test('scenario 29: during a start buy; the late fill is in the ledger, the pair stays paused, nothing new is bought', () => {
    const world = new World().ready();
    world.pass(ETH, '100', '100');
    expect(world.command({ name: 'reset', symbol: ETH })).toMatchObject({ paused: true, coins_left: '0' });
    world.trade({ at: '100', fee: '0' });

    expect(world.pair()).toMatchObject({ cycle: null, openIntents: [], paused: true, cyclesStarted: 1 });
    const [closed] = world.store.queries.closedCycles();
    expect(closed).toMatchObject({ outcome: 'reset', number: 1 });
    expect(text(closed.baseVolume)).toBe('0.1');
    expect(text(closed.invested)).toBe('10');
    expect(world.store.queries.fills({ cycleId: closed.id })).toHaveLength(1);
    expect(world.events()).toContain('cycle.late-fill');
    world.store.audit();

    for (let turn = 0; turn < 10; turn += 1) world.pass(ETH, '100', `100.${turn}`);
    expect(world.orders).toHaveLength(1);
  });

  test('of a pair without a cycle says that none was open, and pauses it', () => {
    const world = new World().ready();
    expect(world.command({ name: 'reset', symbol: ETH })).toEqual({
      symbol: ETH,
      paused: true,
      cycle: null,
      coins_left: '0',
      cost: '0',
    });
    world.pass(ETH, '100', '100');
    expect(world.orders).toHaveLength(0);
  });

  test('while the start buy is unknown: its pair stays blocked, also after resume, until the exchange has answered', () => {
    const world = new World().ready();
    world.pass(ETH, '100', '100');
    world.cycler.laneEvent(say.unknown(world.lastOrder));
    const awaited = [{ client_order_id: world.lastOrder.clientOrderId, side: 'buy' }];
    expect(world.command({ name: 'reset', symbol: ETH })).toMatchObject({ outcome_unknown: awaited });
    expect(world.command({ name: 'resume', symbol: ETH })).toMatchObject({ outcome_unknown: awaited });
    expect(world.view().unknown_intents).toBe(1);
    world.pass(ETH, '100', '100.1');
    expect(world.orders).toHaveLength(1);

    world.clock.advance(20_000);
    world.cycler.laneEvent(say.scanned(1, world.clock.wall));
    world.clock.advance(2_000);
    world.cycler.laneEvent(say.scanned(1, world.clock.wall));
    world.pass(ETH, '100', '100.2');
    expect(world.orders).toHaveLength(2);
  });

  test('of an active pair: the coins are listed and left alone, the next cycle starts from nothing', () => {
    const world = activeWorld();
    expect(world.command({ name: 'reset', symbol: ETH })).toEqual({
      symbol: ETH,
      paused: true,
      cycle: 1,
      coins_left: '0.1',
      cost: '10',
    });
    world.pass(ETH, '120', '120');
    expect(world.orders).toHaveLength(1);

    world.command({ name: 'resume', symbol: ETH });
    world.activate(ETH, '120');
    expect(text(world.pair().cycle!.baseVolume)).toBe('0.0833');
    world.pass(ETH, '122', '122');
    expect(world.lastOrder).toMatchObject({ side: 'sell', amount: '0.0833' });
  });

  test('during a sale: what was sold is booked on the closed cycle', () => {
    const world = activeWorld();
    world.pass(ETH, '102', '102');
    world.command({ name: 'reset', symbol: ETH });
    world.trade({ at: '102', fee: '0' });

    const [closed] = world.store.queries.closedCycles();
    expect(text(closed.baseVolume)).toBe('0');
    expect(text(closed.profit)).toBe('0.2');
    expect(world.view().profit).toEqual({ USDT: '0.2' });
    world.store.audit();
  });
});

describe('pause, resume, permission', () => {
  test('scenario 30: a pause starts nothing, a running cycle goes on, and resume starts one', () => {
    const world = activeWorld();
    world.command({ name: 'pause', symbol: ETH });
    world.pass(ETH, '96', '96');
    expect(world.lastOrder).toMatchObject({ side: 'buy', type: 'limit' });
    world.trade({ at: '96', fee: '0' });
    world.settleAccount();
    world.pass(ETH, '110', '110');
    world.trade({ at: '110' });
    world.settleAccount();
    expect(world.pair()).toMatchObject({ cycle: null, paused: true });
    for (let turn = 0; turn < 5; turn += 1) world.pass(ETH, '100', `100.${turn}`);
    expect(world.orders).toHaveLength(3);
    expect(world.view().pairs[0]?.waiting_for).toBe('paused');

    world.command({ name: 'resume', symbol: ETH });
    for (let turn = 0; turn < 5; turn += 1) world.pass(ETH, '100', `101.${turn}`);
    expect(world.orders).toHaveLength(4);
  });

  test('scenario 31: permission goes while the pair is on the urgent queue: no buy of any kind', () => {
    const world = activeWorld();
    world.turn();
    world.clock.advance(200);
    world.tick(ETH, '96', '96');
    expect(world.board.urgent.depth()).toBe(1);
    world.command({ name: 'permit', symbol: ETH, on: false });
    world.turn(2);
    expect(world.counter('urgent_processed')).toBeGreaterThan(0);
    expect(world.orders).toHaveLength(1);
    expect(world.view().pairs[0]).toMatchObject({ trade: false, waiting_for: 'only_sells' });
  });

  test.each([
    [true, 1],
    [false, 0],
  ])(
    'scenario 31: sell_when_forbidden = %s lets %i sale of an open position through',
    (sellWhenForbidden, sales) => {
      const world = activeWorld({ sellWhenForbidden });
      world.command({ name: 'permit', symbol: ETH, on: false });
      world.pass(ETH, '102', '102');
      expect(world.orders.filter((order) => order.side === 'sell')).toHaveLength(sales);
    },
  );

  test('what an operator decides is on disk before the answer, and stays', () => {
    const world = new World({ symbols: [ETH, BTC] }).ready();
    world.command({ name: 'permit', symbol: BTC, on: false });
    world.command({ name: 'pause', symbol: ETH });
    world.start();
    expect(world.view().pairs.map(({ trade, paused }) => [trade, paused])).toEqual([
      [true, true],
      [false, false],
    ]);
  });
});

describe('sell now', () => {
  test('scenario 33: goes the same way as every order, closes the cycle, and nothing is sold twice', () => {
    const world = activeWorld();
    world.pass(ETH, '99', '99.1');
    expect(world.command({ name: 'sell-now', symbol: ETH })).toEqual({
      symbol: ETH,
      amount: '0.1',
      limit: '97.02',
      bid: '99',
      starts_anew: true,
    });
    world.pass(ETH, '102', '102');
    world.trade({ at: '99', fee: '0' });
    world.settleAccount();

    expect(world.orders.filter((order) => order.side === 'sell')).toHaveLength(1);
    expect(world.view().profit).toEqual({ USDT: '-0.1' });
    expect(world.pair().cycle).toBeNull();
  });

  test('of a paused pair, or of one that may not trade, no new cycle is foretold', () => {
    for (const command of [
      { name: 'pause', symbol: ETH },
      { name: 'permit', symbol: ETH, on: false },
    ] as const) {
      const world = activeWorld();
      world.pass(ETH, '99', '99.1');
      world.command(command);
      expect(world.command({ name: 'sell-now', symbol: ETH })).toMatchObject({ starts_anew: false });
    }
  });

  test('scenario 34: together with the automatic sale there is one order, whoever comes first', () => {
    const automaticFirst = activeWorld();
    automaticFirst.pass(ETH, '102', '102');
    expect(refusal(() => automaticFirst.command({ name: 'sell-now', symbol: ETH }))).toMatch(/intent_open/);
    expect(automaticFirst.orders.filter((order) => order.side === 'sell')).toHaveLength(1);

    const manualFirst = activeWorld();
    manualFirst.clock.advance(200);
    manualFirst.tick(ETH, '102', '102');
    manualFirst.command({ name: 'sell-now', symbol: ETH });
    manualFirst.turn(3);
    expect(manualFirst.orders.filter((order) => order.side === 'sell')).toHaveLength(1);
  });

  test('it is refused with its reason: no position, a stale price, a pair that is not configured', () => {
    const world = new World().ready();
    expect(refusal(() => world.command({ name: 'sell-now', symbol: ETH }))).toMatch(/no position/);
    expect(refusal(() => world.command({ name: 'sell-now', symbol: 'DOGE/USDT' }))).toMatch(
      /not a configured pair/,
    );
    world.activate();
    world.clock.advance(10_000);
    expect(refusal(() => world.command({ name: 'sell-now', symbol: ETH }))).toMatch(/price_stale/);
    expect(world.orders).toHaveLength(1);
  });

  test('of a pair that the books know but the configuration does not any more: refused, and the engine lives on', () => {
    const world = new World({ symbols: [ETH] }).ready();
    world.store.ensurePairs([{ symbol: BTC, permitted: true }]);
    world.start();
    expect(refusal(() => world.command({ name: 'sell-now', symbol: BTC }))).toMatch(/not a configured pair/);
    world.turn();
    expect(world.view().pairs).toHaveLength(2);
  });
});

describe('engine-wide', () => {
  test('stopped: no new order of any kind, what is in flight is followed, and the switch survives a restart', () => {
    const world = activeWorld();
    world.pass(ETH, '96', '96');
    world.command({ name: 'trading', on: false });
    world.trade({ at: '96', fee: '0' });
    expect(world.pair().cycle).toMatchObject({ step: 1 });
    world.settleAccount();
    world.pass(ETH, '120', '120');
    world.start();
    world.ready();
    world.pass(ETH, '130', '130');
    expect(world.orders).toHaveLength(2);
    expect(world.view()).toMatchObject({ trading: false });

    world.command({ name: 'trading', on: true });
    world.pass(ETH, '131', '131');
    expect(world.orders).toHaveLength(3);
  });

  test('scenario 51: a drain sends nothing new and answers when nothing is on the wire any more', () => {
    const world = activeWorld();
    world.pass(ETH, '96', '96');
    world.cycler.request({ type: 'drain', id: 77 });
    const answered = (): boolean => world.replies.some((reply) => reply.type === 'reply' && reply.id === 77);
    world.turn(3);
    expect(answered()).toBe(false);
    const order = world.exchange.execute(world.lastOrder, { at: '96' });
    world.cycler.laneEvent(say.acked(order));
    world.turn();
    expect(answered()).toBe(false);
    world.cycler.laneEvent(say.settled(order));
    world.turn();
    expect(answered()).toBe(true);
    world.settleAccount();
    world.pass(ETH, '120', '120');
    expect(world.orders).toHaveLength(2);
  });

  test('scenario 51: an unknown outcome does not hold a drain up; it is on disk', () => {
    const world = activeWorld();
    world.pass(ETH, '96', '96');
    world.cycler.request({ type: 'drain', id: 78 });
    world.cycler.laneEvent(say.unknown(world.lastOrder));
    world.turn();
    expect(world.replies).toContainEqual({ type: 'reply', id: 78, ok: true, result: null });
    expect(world.pair().openIntents[0]?.state).toBe('UNKNOWN');
  });

  test('scenario 28: a command needs no answer of the exchange', () => {
    const symbols = Array.from({ length: 16 }, (_, i) => `C${i}/USDT`);
    const world = new World({ symbols }).ready();
    for (const symbol of symbols) world.pass(symbol, '100', '100');
    expect(world.orders).toHaveLength(16);
    for (const symbol of symbols) {
      expect(world.command({ name: 'reset', symbol })).toMatchObject({ paused: true });
      expect(world.command({ name: 'resume', symbol })).toMatchObject({ paused: false });
    }
    expect(world.orders).toHaveLength(16);
  });
});
