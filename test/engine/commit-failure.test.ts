import { MtradeError } from '@mtrade/base';
import type { CycleStore } from '@mtrade/engine';
import { type Logger, silentLogger } from '@mtrade/log';
import type { Store } from '@mtrade/store';
import { describe, expect, test } from 'vitest';
import { say } from './exchange.js';
import { BTC, ETH, World, type WorldOptions } from './world.js';

/** A store over the real one that can be told to fail before it writes anything. */
function failing(options: WorldOptions = {}): { world: World; fail: (error: Error | null) => void } {
  let failure: Error | null = null;
  const wrapStore = (store: Store): CycleStore => ({
    ...store,
    commit: (change) => {
      if (failure) throw failure;
      store.commit(change);
    },
  });
  const world = new World({ ...options, wrapStore }).ready();
  return { world, fail: (error) => (failure = error) };
}

const DISK_FULL = new MtradeError('MTRADE_DISK', 'disk full', { path: '/', fatal: false });

test('an order that another cycler has withdrawn before its commit is not sent, and the log says it', () => {
  const errors: string[] = [];
  const log: Logger = { ...silentLogger, error: (_, message) => void errors.push(message) };
  let withdraw = (): unknown => undefined;
  const wrapStore = (store: Store): CycleStore => ({
    ...store,
    commit: (change) => {
      store.commit(change);
      if (change.newIntents) withdraw();
    },
  });
  const world = new World({ log, wrapStore }).ready();
  withdraw = () => world.board.commitGate.withdrawAll();
  world.pass(ETH, '100', '100');
  expect([world.orders, world.pair().openIntents.length]).toEqual([[], 1]);
  expect(errors).toEqual([expect.stringContaining('was withdrawn')]);
});

test('an order that is committed is on its way before anybody is told, and whatever becomes of the telling', () => {
  let fails = false;
  const ordersAt: number[] = [];
  const world = new World({
    onReply: (reply) => {
      if (reply.type !== 'journal' || reply.event !== 'order.intent') return;
      ordersAt.push(world.orders.length);
      if (fails) throw new Error('nobody listens');
    },
  }).ready();
  fails = true;
  world.pass(ETH, '100', '100');
  expect(ordersAt).toEqual([1]);
  expect(world.gaveWayAt).toEqual([1]);
  expect([world.counter('errors'), world.orders.length, world.pair().openIntents.length]).toEqual([1, 1, 1]);

  fails = false;
  world.trade({ at: '100', fee: '0' });
  expect(world.pair()).toMatchObject({ cycle: { phase: 'active' }, openIntents: [] });
});

describe('P25: a full disk', () => {
  test('no commit, no order: nothing is sent, nothing changes, the pair rests and tries again', () => {
    const { world, fail } = failing();
    fail(DISK_FULL);
    world.pass(ETH, '100', '100');
    expect(world.orders).toEqual([]);
    expect(world.pair()).toMatchObject({ cycle: null, openIntents: [], decisions: 0 });
    expect(world.view().pairs[0]).toMatchObject({ state: 'idle', cycle: 0 });
    expect(world.counter('errors')).toBe(1);
    expect(world.counter('orders_sent')).toBe(0);

    fail(null);
    world.clock.advance(500);
    world.turn();
    expect(world.orders).toEqual([]);
    world.pass(ETH, '100', '100.1');
    world.pass(ETH, '100', '100.2');
    world.pass(ETH, '100', '100.3');
    expect(world.orders).toHaveLength(1);
    expect(world.lastOrder.intentId).toBe(1);
  });

  test('when an answer cannot be booked it counts as lost, and the fills are found later', () => {
    const { world, fail } = failing();
    world.pass(ETH, '100', '100');
    const order = world.exchange.execute(world.lastOrder, { at: '100', fee: '0' });
    fail(DISK_FULL);
    world.cycler.laneEvent(say.acked(order));
    world.cycler.laneEvent(say.settled(order));
    expect(world.pair().openIntents[0]?.state).toBe('SUBMITTED');
    expect(world.view().pairs[0]?.state).toBe('buying');

    // Asked for a second later, not when the silence of an answer would be over: a stop waits for it, too.
    fail(null);
    world.clock.advance(1_000);
    world.turn(2);
    expect(world.requestsOf('scan')).toHaveLength(1);
    world.cycler.laneEvent(say.settled(order));
    expect(world.pair().cycle).toMatchObject({ phase: 'active' });
    world.store.audit();
  });

  test('an operator hears that his command was not carried out', () => {
    const { world, fail } = failing();
    fail(DISK_FULL);
    expect(() => world.command({ name: 'pause', symbol: ETH })).toThrow('disk full');
    fail(null);
    expect(world.view().pairs[0]).toMatchObject({ paused: false });
  });

  test('an open order whose step fails rests and holds up neither the other open orders nor the pairs', () => {
    const { world, fail } = failing({ symbols: [ETH, BTC, 'C/USDT'] });
    world.pass(ETH, '100', '100');
    world.pass(BTC, '50', '50');
    const [eth, btc] = world.orders;
    world.cycler.laneEvent(say.unknown(btc));
    fail(DISK_FULL);
    world.clock.advance(10_000);
    world.turn(20);
    // The silent order of the first pair cannot be written down; the second pair's is looked for all the same.
    expect(world.pair(ETH).openIntents[0]?.state).toBe('SUBMITTED');
    expect(world.requestsOf('scan').map((scan) => scan.clientOrderId)).toEqual([btc.clientOrderId]);
    expect(world.counter('errors')).toBe(1);

    fail(null);
    world.clock.advance(1_000);
    world.turn(2);
    expect(world.pair(ETH).openIntents[0]?.state).toBe('UNKNOWN');
    expect(world.requestsOf('scan').map((scan) => scan.clientOrderId)).toContain(eth.clientOrderId);
  });
});

describe('what must not be survived ends the cycler', () => {
  const FATAL = [
    new MtradeError('MTRADE_DISK', 'fsync failed', { path: '/', fatal: true }),
    new MtradeError('MTRADE_LOCK_LOST', 'replaced', { reason: 'test' }),
    new MtradeError('MTRADE_CONTRADICTION', 'the books refuse', {}),
  ];

  test.each(FATAL)('P26: $message, in a pass, an answer or a command', (error) => {
    const { world, fail } = failing();
    fail(error);
    expect(() => world.pass(ETH, '100', '100')).toThrow(error.message);
    expect(() => world.command({ name: 'pause', symbol: ETH })).toThrow(error.message);
    fail(null);
    world.pass(ETH, '100', '100.1');
    fail(error);
    const order = world.exchange.execute(world.lastOrder, { at: '100' });
    expect(() => world.cycler.laneEvent(say.acked(order))).toThrow(error.message);
    world.clock.advance(10_000);
    expect(() => world.turn()).toThrow(error.message);
    expect(world.orders).toHaveLength(1);
    expect(world.board.slots.isClaimed(0)).toBe(false);
  });

  test('I11: a cycler whose books were taken over sends nothing', () => {
    const world = new World().ready();
    const { cycler, store } = world;
    world.start(false);
    world.tick(ETH, '100', '100');
    expect(() => cycler.doWork()).toThrow('another engine has taken over');
    expect(world.orders).toEqual([]);
    store.close();
  });
});
