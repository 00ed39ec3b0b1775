import { type LaneEvent, rulesToWire } from '@mtrade/engine';
import type { MarketRules } from '@mtrade/cycle';
import { describe, expect, test } from 'vitest';
import { covered, held, stateOf, wait } from './stop-world.js';
import { BTC, ETH, makeRules, World } from './world.js';

const news = (changes: Partial<MarketRules> = {}): LaneEvent => ({
  type: 'rules',
  rules: [rulesToWire(makeRules(ETH, changes))],
});
const CLOSED = news({ tradable: 'buy-only' });
const asked = (world: World): number => world.requestsOf('refresh-rules').length;

describe('the rules of a pair, while it waits for others', () => {
  test('X13, I27: a market that was closed when they were read: they are read again every minute, and the stop is placed when it is open', () => {
    const { world, stops } = covered();
    world.cycler.laneEvent(CLOSED);
    stops.last.status = 'cancelled';
    wait(world, stops, 50_000);
    expect([stateOf(world), stops.asked.length, asked(world)]).toEqual(['pending_sl', 1, 0]);
    wait(world, stops, 15_000);
    expect(world.requestsOf('refresh-rules')).toEqual([{ type: 'refresh-rules', symbols: [ETH] }]);

    world.cycler.laneEvent(CLOSED);
    wait(world, stops, 55_000);
    expect([stops.asked.length, asked(world)]).toEqual([1, 1]);
    wait(world, stops, 10_000);
    expect(asked(world)).toBe(2);

    world.cycler.laneEvent(news());
    wait(world, stops, 1_000);
    expect(stops.asked).toHaveLength(2);
    stops.accept();
    wait(world, stops, 200_000);
    expect([stateOf(world), asked(world)]).toEqual(['active', 2]);
  });

  test('X13: the alarm about a stop that is missing says that the pair is not traded', () => {
    const { world, stops } = covered();
    world.cycler.laneEvent(CLOSED);
    stops.last.status = 'cancelled';
    wait(world, stops, 40_000);
    expect(world.view().pairs[0]?.protection?.problem).toContain('not traded at the exchange');
  });

  test('X07: they do not come: asked for on and on, at the latest every minute while something is held', () => {
    const { world, stops } = held();
    stops.refuse('INVALID_PRECISION');
    world.turn();
    expect(asked(world)).toBe(1);
    let lastMs = 0;
    for (let second = 1; second <= 600; second += 1) {
      const before = asked(world);
      world.cycler.laneEvent({ type: 'rules-failed', reason: 'timeout' });
      wait(world, stops, 1_000);
      if (asked(world) === before) continue;
      expect(second * 1_000 - lastMs).toBeLessThanOrEqual(62_000);
      lastMs = second * 1_000;
    }
    expect(asked(world)).toBeGreaterThan(10);
    expect(asked(world)).toBeLessThan(20);
    world.cycler.laneEvent(news());
    wait(world, stops, 1_000);
    expect(stops.asked).toHaveLength(2);
  });

  test('X07: one question at a time; one that is never answered is asked again', () => {
    const { world, stops } = held();
    stops.refuse('INVALID_PRECISION');
    wait(world, stops, 29_000);
    expect(asked(world)).toBe(1);
    wait(world, stops, 3_000);
    expect(asked(world)).toBe(2);
  });

  test('a pair that holds nothing: the same question goes for all that wait, and is asked less and less often', () => {
    const world = new World({ symbols: [ETH, BTC], rules: () => null }).ready();
    world.turn();
    expect(world.requestsOf('refresh-rules')).toEqual([{ type: 'refresh-rules', symbols: [ETH, BTC] }]);
    for (let second = 0; second < 3_600; second += 1) {
      world.cycler.laneEvent({ type: 'rules-failed', reason: 'timeout' });
      world.clock.advance(1_000);
      world.turn();
    }
    expect(asked(world)).toBeLessThan(16);
    expect(asked(world)).toBeGreaterThan(8);
  });

  test('while the exchange wants quiet nothing is asked', () => {
    const { world, stops } = held();
    world.cycler.laneEvent({ type: 'paused', reason: 'banned', untilMono: world.clock.now + 100_000 });
    stops.refuse('INVALID_PRECISION');
    wait(world, stops, 90_000);
    expect(asked(world)).toBe(0);
    wait(world, stops, 15_000);
    expect(asked(world)).toBe(1);
  });
});
