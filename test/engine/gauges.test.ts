import { describe, expect, test } from 'vitest';
import { emptyPairGauge } from '@mtrade/board';
import { say } from './exchange.js';
import { engineGauge, gaugeOf, unknownIntents, viewOf } from './gauges.js';
import { BTC, ETH, makeParams, World } from './world.js';

function expectAgreement(world: World): void {
  for (const pair of world.view().pairs) expect(gaugeOf(world, pair.symbol)).toEqual(viewOf(pair));
  expect(unknownIntents(world)).toBe(world.view().unknown_intents);
}

describe('what shared memory says of the pairs', () => {
  test('is what the view says, through a whole cycle and its end', () => {
    const world = new World({ symbols: [ETH, BTC] });
    expect(world.board.gauges.readPair(0, emptyPairGauge())).toBe(false);
    world.ready().turn();
    expectAgreement(world);
    const seen = new Set<string | undefined>();
    const look = (): void => {
      world.turn();
      expectAgreement(world);
      seen.add(gaugeOf(world, ETH).state);
    };
    world.pass(ETH, '100', '100');
    look();
    world.trade({ at: '100' });
    look();
    world.settleAccount();
    world.pass(ETH, '96', '96');
    look();
    world.trade({ at: '96' });
    look();
    world.settleAccount();
    world.pass(ETH, '120', '120');
    look();
    world.trade({ at: '120' });
    look();
    expect(seen).toEqual(new Set(['buying', 'active', 'averaging', 'selling']));
    expect(gaugeOf(world, ETH).profit).toBeGreaterThan(0);
    expect(gaugeOf(world, BTC)).toMatchObject({ state: 'idle', profit: 0 });
  });

  test('shows commands, an unknown order with its age, and attention', () => {
    const world = new World().ready();
    world.pass(ETH, '100', '100');
    world.cycler.laneEvent(say.unknown(world.lastOrder));
    world.turn();
    expectAgreement(world);
    const gauge = emptyPairGauge();
    world.board.gauges.readPair(0, gauge);
    expect(gauge).toMatchObject({ unknownIntents: 1, quarantinedIntents: 0, isWatched: true });
    expect(gauge.oldestUnknownMs).toBe(world.pair().openIntents[0]?.createdMs);
    world.command({ name: 'pause', symbol: ETH });
    world.command({ name: 'permit', symbol: ETH, on: false });
    world.turn();
    expectAgreement(world);
    expect(gaugeOf(world, ETH)).toMatchObject({ state: 'unknown', paused: true, trade: false });
  });

  test('a forbidden pair with nothing open is not watched, and its decisions may grow old', () => {
    const world = new World({ permitted: false }).ready();
    world.turn();
    const gauge = emptyPairGauge();
    world.board.gauges.readPair(0, gauge);
    expect(gauge).toMatchObject({ isWatched: false, isPermitted: false });
  });

  test('counts the time without a stop from when it began', () => {
    const world = new World({ params: makeParams({ stopLossPct: '5' }) }).ready();
    world.activate();
    world.turn();
    world.clock.advance(700);
    expectAgreement(world);
    expect(gaugeOf(world, ETH).unprotected_ms).toBeGreaterThanOrEqual(700);
  });

  test('a new life of the cycler tells everything anew, also what another engine had left', () => {
    const world = new World({ symbols: [ETH, BTC] }).ready();
    world.activate();
    world.turn();
    const before = gaugeOf(world, ETH);
    world.board.gauges.writePair(0, emptyPairGauge());
    world.start();
    world.turn();
    expect(gaugeOf(world, ETH)).toEqual(before);
    expectAgreement(world);
  });
});

describe('what shared memory says of the engine', () => {
  test('the switch, the key, the budget and the comparison of the account', () => {
    const world = new World().ready();
    world.turn();
    world.clock.advance(1_000);
    world.turn();
    expect(engineGauge(world)).toMatchObject({
      isTrading: true,
      isKeyRefused: false,
      isComparisonComplete: true,
      comparedMs: Date.parse(world.view().reconciliation.last_at ?? ''),
      foreignEngines: 0,
      forsakenPairs: 0,
      pausedUntilMono: 0,
      budgetMono: world.clock.now,
    });
    expect(Math.floor(engineGauge(world).budgetTokens)).toBe(world.view().access.budget);
    world.command({ name: 'trading', on: false });
    const untilMono = world.clock.now + 5_000;
    world.cycler.laneEvent({ type: 'paused', reason: 'rate_limited', untilMono });
    world.cycler.laneEvent({ type: 'key-refused', label: 'INVALID_KEY' });
    world.clock.advance(1_000);
    world.turn();
    expect(engineGauge(world)).toMatchObject({
      isTrading: false,
      isKeyRefused: true,
      pausedUntilMono: untilMono,
    });
  });
});

describe('what becomes of orders', () => {
  test('is counted once, each end in its own counter', () => {
    const world = new World({ symbols: [ETH, BTC] }).ready();
    world.activate();
    world.pass(BTC, '50', '50');
    world.cycler.laneEvent(say.rejected(world.lastOrder, 'TRADE_RESTRICTED'));
    world.settleAccount();
    world.pass(ETH, '90', '90');
    world.cycler.laneEvent(say.acked(world.exchange.kill(world.lastOrder)));
    expect({
      filled: world.counter('orders_filled'),
      rejected: world.counter('orders_rejected'),
      killed: world.counter('orders_killed'),
      partial: world.counter('orders_partial'),
      never: world.counter('orders_never'),
      quarantined: world.counter('orders_quarantined'),
    }).toEqual({ filled: 1, rejected: 1, killed: 1, partial: 0, never: 0, quarantined: 0 });
  });
});
