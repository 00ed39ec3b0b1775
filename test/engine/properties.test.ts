import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { gaugeOf, viewOf } from './gauges.js';
import { Life, step } from './life.js';

const RUNS = 50;
const MINUTE_MS = 60_000;

describe('whatever is lost, late, doubled or restarted', () => {
  test(
    'at most one open order per pair, each id sent once after its commit, and the books are what the exchange did',
    () => {
      let orders = 0;
      let arrived = 0;
      let states = new Set<string>();
      fc.assert(
        fc.property(fc.array(step, { minLength: 20, maxLength: 90, size: 'max' }), (steps) => {
          const life = new Life();
          life.take({ do: 'price', pair: 0, at: 100 });
          life.take({ do: 'price', pair: 1, at: 100 });
          for (const one of steps) life.take(one);
          life.heal();
          life.world.turn();
          const { pairs } = life.world.view();
          expect(pairs.map(({ symbol }) => gaugeOf(life.world, symbol))).toEqual(pairs.map(viewOf));
          orders += life.world.orders.length;
          arrived += life.lane.arrived.size;
          states = new Set([
            ...states,
            ...life.world.store.queries.intents({ limit: 1_000 }).map(({ state }) => state),
          ]);
          expect(life.world.broken).toEqual([]);
          life.world.dispose();
        }),
        { numRuns: RUNS, seed: 20_261_121 },
      );
      // The random lives must have gone to the places that matter, or this test proves nothing.
      expect(orders).toBeGreaterThan(RUNS * 5);
      expect(arrived).toBeGreaterThan(RUNS * 4);
      expect(states).toEqual(new Set(['FILLED', 'PARTIAL', 'KILLED', 'REJECTED', 'NEVER']));
    },
    MINUTE_MS,
  );
});
