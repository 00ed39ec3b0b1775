import type { EpochMs } from '@mtrade/base';
import { clientOrderId } from '@mtrade/cycle';
import type { OpenOrder, WireOwnTrade } from '@mtrade/engine';
import { describe, expect, test } from 'vitest';
import { say, type TestOrder } from './exchange.js';
import { BTC, ETH, World, type WorldOptions } from './world.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** An engine that knows clock and balances, and has not seen the account's orders yet. */
function unreconciled(options: WorldOptions = {}): World {
  const world = new World(options);
  world.tellClock();
  world.tellBalances();
  return world;
}

const installOf = (world: World): string => world.store.identity.installId;

/** An id of this installation from an earlier life of it, or of another installation. */
const idOf = (world: World, installId = installOf(world), startNonce = 'aaaa', rowId = 77): string =>
  clientOrderId({ installId, startNonce, rowId, purpose: 'start' });

const openOrder = (id: string, changes: Partial<OpenOrder> = {}): OpenOrder => ({
  clientOrderId: id,
  symbol: ETH,
  exchangeOrderId: 'x900',
  side: 'buy',
  ...changes,
});

function ownTrade(world: World, id: string, changes: Partial<WireOwnTrade['fill']> = {}): WireOwnTrade {
  const fill = {
    tradeId: 'foreign-1',
    symbol: ETH,
    side: 'buy',
    baseAmount: '0.1',
    price: '100',
    fee: '0',
    feeCoin: 'ETH',
    role: 'taker',
    epochMs: world.clock.epochMs(),
    ...changes,
  } as const;
  return { clientOrderId: id, exchangeOrderId: 'x900', fill };
}

const listed = <T>(...rows: T[]) => ({ rows, missing: null });
const failed = { rows: [], missing: 'page 1: timeout' };
const tradesOf = (order: TestOrder): WireOwnTrade[] =>
  order.fills.map((fill) => ({
    clientOrderId: order.request.clientOrderId,
    exchangeOrderId: order.exchangeOrderId,
    fill,
  }));
const waitingFor = (world: World, symbol = ETH): string | null | undefined =>
  world.view().pairs.find((pair) => pair.symbol === symbol)?.waiting_for;

describe('the first look at the account', () => {
  test('is asked for as soon as the clock is known, and nothing is bought before it is complete', () => {
    const world = new World();
    world.turn();
    expect(world.requestsOf('survey')).toEqual([]);
    world.tellClock();
    world.tellBalances();
    world.pass(ETH, '100', '100');
    expect(world.requestsOf('survey')).toHaveLength(1);
    expect(waitingFor(world)).toBe('not_reconciled');
    world.tellSurvey();
    world.pass(ETH, '100', '100.1');
    expect(world.orders).toHaveLength(1);
  });

  test('a position is sold before it, too: the sale is within the ledger', () => {
    const world = new World().ready();
    world.activate();
    world.start();
    world.tellClock();
    world.settleAccount();
    world.pass(ETH, '110', '110.1');
    expect(world.lastOrder.side).toBe('sell');
  });

  test('an answer that never comes is asked for again', () => {
    const world = unreconciled();
    world.turn();
    world.clock.advance(59_000);
    world.turn();
    expect(world.requestsOf('survey')).toHaveLength(1);
    world.clock.advance(2_000);
    world.turn();
    expect(world.requestsOf('survey')).toHaveLength(2);
  });
});

describe('the account is looked at', () => {
  test('every 60 s', () => {
    const world = new World().ready();
    for (let second = 0; second < 300; second += 1) {
      world.clock.advance(1_000);
      world.turn();
      if (second % 10 === 5) world.tellSurvey();
    }
    expect(world.requestsOf('survey').length).toBeGreaterThanOrEqual(5);
    expect(world.requestsOf('survey').length).toBeLessThanOrEqual(6);
  });

  test('W07: after a reconnect of the stream, a moment later', () => {
    const world = new World().ready();
    world.turn();
    world.tellSurvey();
    const before = world.requestsOf('survey').length;
    world.cycler.laneEvent({ type: 'stream-opened' });
    world.turn();
    expect(world.requestsOf('survey')).toHaveLength(before);
    world.clock.advance(1_000);
    world.turn();
    expect(world.requestsOf('survey')).toHaveLength(before + 1);
  });

  test('W07: a reconnect while a look is under way brings another one after it', () => {
    const world = unreconciled();
    world.turn();
    world.cycler.laneEvent({ type: 'stream-opened' });
    world.tellSurvey();
    world.clock.advance(1_000);
    world.turn();
    expect(world.requestsOf('survey')).toHaveLength(2);
  });

  test('W10: whether a private stream is there or not', () => {
    const world = unreconciled();
    for (let minute = 0; minute < 3; minute += 1) {
      world.turn();
      world.tellSurvey();
      world.clock.advance(60_000);
    }
    world.turn();
    expect(world.requestsOf('survey')).toHaveLength(4);
  });
});

describe('X28: how far back it looks', () => {
  test('from the begin of the books, then from where the last complete look ended, with ten minutes of overlap', () => {
    const world = new World().ready();
    world.turn();
    const [first] = world.requestsOf('survey');
    expect(first?.toMs).toBeNull();
    expect(first?.fromMs).toBeLessThanOrEqual(world.store.identity.createdMs - 600_000);
    world.clock.advance(HOUR_MS);
    world.tellClock();
    world.tellSurvey();
    world.turn();
    const last = world.requestsOf('survey').at(-1);
    expect(last?.fromMs).toBe(world.clock.epochMs() - 600_000);
  });

  test('a stop of 20 days is caught up in windows, and over a restart it goes on where it was', () => {
    const world = new World().ready();
    world.clock.advance(20 * DAY_MS);
    world.start();
    world.tellClock();
    const windows: (readonly [number, number | null])[] = [];
    for (let index = 0; index < 3; index += 1) {
      world.turn();
      const request = world.requestsOf('survey').at(-1)!;
      windows.push([request.fromMs, request.toMs]);
      world.tellSurvey(request);
    }
    const [a, b, c] = windows as [[number, number], [number, number], [number, null]];
    expect(a[1] - a[0]).toBe(7 * DAY_MS);
    expect([b[0], c[0], c[1]]).toEqual([a[1], b[1], null]);
    expect(world.view().reconciliation.result).toBe('complete');
    world.start();
    world.tellClock();
    world.turn();
    expect(world.requestsOf('survey').at(-1)?.fromMs).toBe(world.clock.epochMs() - 600_000);
  });

  test('a window whose list is too long is cut in half, and nothing in it is skipped', () => {
    const world = new World().ready();
    world.clock.advance(6 * DAY_MS);
    world.start();
    world.tellClock();
    world.turn();
    const first = world.requestsOf('survey').at(-1)!;
    world.tellSurvey({ ...first, trades: { rows: [], missing: 'more than 100 pages' } });
    world.clock.advance(2_000);
    world.turn();
    const second = world.requestsOf('survey').at(-1)!;
    expect(second.fromMs).toBe(first.fromMs);
    expect(second.toMs! - second.fromMs).toBe(3.5 * DAY_MS);
  });

  test('what is older than the exchange lists is told and not guessed', () => {
    const world = new World({ symbols: [ETH, BTC] }).ready();
    world.activate(ETH);
    world.clock.advance(HOUR_MS);
    world.tellClock();
    world.tellSurvey();
    world.clock.advance(40 * DAY_MS);
    world.start();
    world.tellClock();
    world.turn();
    expect(world.pair(ETH).attention).toMatch(/older than the exchange lists/);
    expect(world.pair(BTC).attention).toBeNull();
    expect(world.events()).toContain('reconcile.gap');
    const { fromMs } = world.requestsOf('survey').at(-1)!;
    expect(world.clock.epochMs() - fromMs).toBeLessThan(30 * DAY_MS);
  });
});

describe('scenario 54: a look that failed changes nothing', () => {
  test.each([
    ['the open orders', { openOrders: failed }],
    ['the own trades', { trades: failed }],
    ['the clock', { startedAtMs: null }],
  ])('%s', (_what, failure) => {
    const world = unreconciled();
    world.turn();
    const { fromMs } = world.requestsOf('survey').at(-1)!;
    const before = [world.pair(), world.counter('commits')];
    world.tellSurvey(failure);
    expect([world.pair(), world.counter('commits')]).toEqual(before);
    expect(world.view().reconciliation.result).toBe('incomplete');
    world.pass(ETH, '100', '100');
    expect(waitingFor(world)).toBe('not_reconciled');
    world.clock.advance(2_000);
    world.turn();
    expect(world.requestsOf('survey').at(-1)?.fromMs).toBeLessThanOrEqual(fromMs);
    expect(world.requestsOf('survey')).toHaveLength(2);
  });

  test('an engine that had compared before goes on; what the list did show counts', () => {
    const world = new World().ready();
    world.tellSurvey({ openOrders: failed, trades: failed });
    world.pass(ETH, '100', '100');
    expect(world.orders).toHaveLength(1);
    world.tellSurvey({ openOrders: { rows: [openOrder(idOf(world))], missing: 'page 2: timeout' } });
    expect(world.pair().attention).toMatch(/books do not know/);
  });

  test('an order that is open in the books and missing in a list is not taken for gone', () => {
    const world = new World().ready();
    world.pass(ETH, '100', '100');
    world.cycler.laneEvent(say.unknown(world.lastOrder));
    const { openIntents } = world.pair();
    for (let round = 0; round < 5; round += 1) world.tellSurvey();
    expect(world.pair().openIntents).toEqual(openIntents);
  });
});

describe('N30, W07: what the account shows of open intents', () => {
  test('a trade of an order whose answer was lost starts the look at its trades', () => {
    const world = new World().ready();
    world.pass(ETH, '100', '100');
    const order = world.exchange.execute(world.lastOrder, { at: '100' });
    world.cycler.laneEvent(say.unknown(world.lastOrder));
    world.tellSurvey({ trades: listed(...tradesOf(order)) });
    expect(world.pair().openIntents[0]).toMatchObject({
      state: 'ACKED',
      exchangeOrderId: order.exchangeOrderId,
    });
    world.turn();
    expect(world.requestsOf('settle')).toHaveLength(1);
    expect(world.pair().attention).toBeNull();
  });

  test('trades that are booked, and an order that has just ended, say nothing', () => {
    const world = new World().ready();
    world.activate();
    const order = [...world.exchange.orders.values()][0];
    const commits = world.counter('commits');
    world.tellSurvey({
      openOrders: listed(openOrder(order.request.clientOrderId, { exchangeOrderId: order.exchangeOrderId })),
      trades: listed(...tradesOf(order)),
    });
    expect(world.counter('commits')).toBe(commits);
    expect(world.pair().attention).toBeNull();
  });
});

describe('orders of this installation that the books do not know', () => {
  test('an orphan needs a human; it is told once, also after a resume and a restart', () => {
    const world = new World({ symbols: [ETH, BTC] }).ready();
    const orphan = { trades: listed(ownTrade(world, idOf(world))) };
    world.tellSurvey(orphan);
    expect(world.pair(ETH).attention).toContain(idOf(world));
    expect(world.pair(BTC).attention).toBeNull();
    expect(world.pair(ETH).cycle).toBeNull();
    world.pass(ETH, '100', '100');
    world.pass(BTC, '100', '100');
    expect(world.orders.map(({ symbol }) => symbol)).toEqual([BTC]);
    expect(world.view().reconciliation.findings).toMatchObject([
      { symbol: ETH, kind: 'orphan-trade', client_order_id: idOf(world) },
    ]);
    world.command({ name: 'resume', symbol: ETH });
    world.tellSurvey(orphan);
    world.start();
    world.ready();
    world.tellSurvey(orphan);
    expect(world.pair(ETH).attention).toBeNull();
    expect(world.view().reconciliation.findings).toEqual([]);
    expect(world.events().filter((event) => event === 'reconcile.orphan-trade')).toHaveLength(1);
  });

  test('a late fill is booked, and until then a restart looks for it again', () => {
    const world = new World().ready();
    world.pass(ETH, '100', '100');
    const request = world.lastOrder;
    world.cycler.laneEvent(say.rejected(request, 'BALANCE_NOT_ENOUGH'));
    const order = world.exchange.execute(request, { at: '100' });
    const happenedMs = world.clock.epochMs();
    const late = tradesOf(order).map((trade) => ({ ...trade, fill: { ...trade.fill, epochMs: happenedMs } }));
    const trades = listed(...late);
    world.clock.advance(DAY_MS);
    world.tellClock();
    world.tellSurvey({ trades });
    expect(world.pair().attention).toBeNull();
    world.turn();
    expect(world.requestsOf('follow')).toHaveLength(1);
    world.start();
    world.tellClock();
    world.turn();
    expect(world.requestsOf('survey').at(-1)?.fromMs).toBeLessThan(happenedMs);

    world.tellSurvey({ trades });
    world.clock.advance(301_000);
    world.tellSurvey({ trades });
    expect(world.pair().attention).toMatch(/ended in the books/);
    expect(world.view().reconciliation.findings).toMatchObject([{ kind: 'late-trade' }]);
  });

  test('an id with a wrong check is nobody of ours', () => {
    const world = new World().ready();
    const id = `${idOf(world).slice(0, -1)}${idOf(world).endsWith('0') ? '1' : '0'}`;
    world.tellSurvey({ trades: listed(ownTrade(world, id)), openOrders: listed(openOrder(id)) });
    expect(world.pair().attention).toBeNull();
    expect(world.view().reconciliation).toMatchObject({ foreign_engines: [], findings: [] });
  });

  test('an order that rests at the exchange after its end in the books needs a human', () => {
    const world = new World().ready();
    world.activate();
    world.clock.advance(60_000);
    world.ready();
    const { clientOrderId: id } = world.lastOrder;
    world.tellSurvey({ openOrders: listed(openOrder(id)) });
    expect(world.pair().attention).toMatch(/ended in the books/);
  });

  test('many of them are worked off in small steps, with one alarm for each pair', () => {
    const world = new World().ready();
    const rows = Array.from({ length: 120 }, (_, index) =>
      ownTrade(world, idOf(world, installOf(world), 'aaaa', index), { tradeId: `o${index}` }),
    );
    world.tellSurvey({ trades: listed(...rows) });
    expect(world.view().reconciliation.findings.length).toBeLessThan(120);
    world.turn(10);
    expect(world.events().filter((event) => event === 'pair.needs_attention')).toHaveLength(1);
    expect(world.events().filter((event) => event === 'reconcile.orphan-trade')).toHaveLength(120);
  });
});

describe('X29: another installation on the same account', () => {
  const other = (world: World) => idOf(world, 'zzzz');

  test('stops every buy of every pair, sales go on, and a restart does not forget it', () => {
    const world = new World({ symbols: [ETH, BTC] }).ready();
    world.activate(ETH);
    world.tellSurvey({ trades: listed(ownTrade(world, other(world), { symbol: 'XRP/USDT' })) });
    world.pass(BTC, '100', '100');
    world.pass(ETH, '96', '96');
    expect(world.orders).toHaveLength(1);
    expect([waitingFor(world, BTC), waitingFor(world, ETH)]).toEqual(['foreign_engine', 'foreign_engine']);
    expect(world.view().reconciliation.foreign_engines).toMatchObject([
      { install_id: 'zzzz', what: expect.stringContaining('XRP/USDT') as unknown },
    ]);
    world.start();
    world.ready();
    world.settleAccount();
    world.pass(BTC, '100', '100');
    expect(world.ordersOf(BTC)).toEqual([]);
    world.pass(ETH, '110', '110.1');
    expect(world.lastOrder).toMatchObject({ symbol: ETH, side: 'sell' });
  });

  test('is told once while it goes on, ends by the operator only, and begins anew with its next order', () => {
    const world = new World().ready();
    const trade = ownTrade(world, other(world));
    for (let round = 0; round < 3; round += 1) world.tellSurvey({ trades: listed(trade) });
    world.command({ name: 'resume', symbol: ETH });
    world.pass(ETH, '100', '100');
    expect(world.orders).toEqual([]);
    expect(world.events().filter((event) => event === 'account.foreign-engine')).toHaveLength(1);

    world.clock.advance(1_000);
    expect(world.command({ name: 'trading', on: true })).toMatchObject({ acknowledged: ['zzzz'] });
    world.tellSurvey({ trades: listed(trade) });
    world.pass(ETH, '100', '100.1');
    expect(world.orders).toHaveLength(1);

    world.tellSurvey({ openOrders: listed(openOrder(other(world))) });
    expect(world.view().reconciliation.foreign_engines).toHaveLength(1);
    expect(world.events().filter((event) => event === 'account.foreign-engine')).toHaveLength(2);
  });

  test('the books themselves refuse a buy while it is at large', () => {
    const world = new World().ready();
    const foreign = {
      installId: 'zzzz',
      firstSeenMs: 1 as EpochMs,
      lastSeenMs: 2 as EpochMs,
      lastSeen: 'test',
      acknowledgedMs: null,
    };
    // Behind the engine's back: its memory does not know.
    world.store.commit({ foreignInstalls: [foreign] });
    expect(() => world.pass(ETH, '100', '100')).toThrow('FOREIGN');
    expect(world.orders).toEqual([]);
  });

  test('one that traded before these books were begun may have been stopped for good', () => {
    const world = new World().ready();
    const epochMs = world.store.identity.createdMs - 1;
    world.tellSurvey({ trades: listed(ownTrade(world, other(world), { epochMs })) });
    expect(world.view().reconciliation.foreign_engines).toEqual([]);
  });
});

test('X17, scenario 23: what the user trades by hand is none of our business', () => {
  const world = new World().ready();
  const byHand = { openOrders: listed(openOrder('')), trades: listed(ownTrade(world, 't-web')) };
  world.tellSurvey(byHand);
  world.pass(ETH, '100', '100');
  expect(world.orders).toHaveLength(1);
  expect(world.view().reconciliation).toMatchObject({ findings: [], foreign_engines: [] });
});

test('P25: what could not be written down has not been compared', () => {
  let isFull = true;
  const world = unreconciled({
    wrapStore: (store) => ({
      ...store,
      commit: (change) => {
        if (isFull && change.discrepancies?.length) throw new Error('disk full');
        store.commit(change);
      },
    }),
  });
  const orphan = { trades: listed(ownTrade(world, idOf(world))) };
  world.tellSurvey(orphan);
  expect(world.view().reconciliation).toMatchObject({ last_at: null, findings: [] });
  world.pass(ETH, '100', '100');
  expect(waitingFor(world)).toBe('not_reconciled');
  isFull = false;
  world.tellSurvey(orphan);
  expect(world.pair().attention).toMatch(/books do not know/);
});
