import { describe, expect, test } from 'vitest';
import { DEFAULT_SIMULATED_PAIRS, PushedSource, SimulatedSource } from '../src/index.js';
import type { PriceStep } from '../src/index.js';
import { ETH, mid } from './core-fixture.js';

const MINUTE_MS = 60_000;

function run(source: SimulatedSource, fromMs: number, toMs: number, everyMs: number): PriceStep[] {
  const steps: PriceStep[] = [];
  for (let nowMs = fromMs; nowMs <= toMs; nowMs += everyMs) steps.push(...source.next(nowMs, 10_000));
  return steps;
}

const mantissaOf = (step: PriceStep): number =>
  step.quote.kind === 'mid' ? step.quote.mid.mantissa : Number.NaN;

/** The default ladder on mid prices: how deep each finished cycle went. An estimate, not the engine. */
function depthsOfCycles(prices: readonly number[]): number[] {
  const depths: number[] = [];
  let first = 0;
  let [step, cost, coins] = [0, 0, 0];
  for (const price of prices) {
    if (first === 0) [first, step, cost, coins] = [price, 0, 3, (3 / price) * 0.998];
    else if (price <= first * (1 - 0.0365 * (step + 1))) {
      step += 1;
      cost += 3 * 2 ** step;
      coins += ((3 * 2 ** step) / price) * 0.998;
    } else if (price * coins * 0.998 >= cost * 1.004) {
      depths.push(step);
      first = 0;
    }
  }
  return depths;
}

describe('simulated prices', () => {
  test('one seed gives one history, another seed another', () => {
    const history = (seed: number): PriceStep[] => run(new SimulatedSource({ seed }), 0, MINUTE_MS, 20);

    expect(history(7)).toEqual(history(7));
    expect(history(7)).not.toEqual(history(8));
  });

  test('how often it is asked does not change the history', () => {
    const often = run(new SimulatedSource({ seed: 7 }), 0, MINUTE_MS, 5);
    const seldom = run(new SimulatedSource({ seed: 7 }), 0, MINUTE_MS, 1_000);

    expect(seldom).toEqual(often);
  });

  test('the first prices of seed 1 are these on every machine', () => {
    const first = run(new SimulatedSource({ seed: 1 }), 0, 30_000, 250).filter(
      (step) => step.symbol === 'BTC/USDT',
    );

    expect(first.slice(-5).map(mantissaOf)).toMatchInlineSnapshot(`
      [
        612990,
        610500,
        608623,
        606711,
        604508,
      ]
    `);
  });

  test('a restart goes on where the process stood', () => {
    const whole = new SimulatedSource({ seed: 3 });
    run(whole, 0, MINUTE_MS, 100);
    const saved: unknown = JSON.parse(JSON.stringify(whole.position()));

    const resumed = new SimulatedSource({ seed: 3, position: saved });

    const last = new Map(
      run(whole, MINUTE_MS, MINUTE_MS + 2_000, 100).map((step) => [step.symbol, mantissaOf(step)]),
    );
    const next = new Map(run(resumed, 0, 2_000, 100).map((step) => [step.symbol, mantissaOf(step)]));
    expect(next.size).toBe(16);
    const jumped = [...next].filter(
      ([symbol, price]) => Math.abs(price / (last.get(symbol) ?? 0) - 1) > 0.05,
    );
    expect(jumped).toEqual([]);
  });

  test('after a long pause it does not burst: at most five seconds of prices come at once', () => {
    const source = new SimulatedSource({ seed: 3 });
    run(source, 0, 1_000, 100);

    const steps = source.next(10 * MINUTE_MS, 100_000);

    expect(steps.length).toBeLessThanOrEqual(16 * 21);
    expect(source.next(10 * MINUTE_MS + 250, 100_000).length).toBeLessThanOrEqual(16);
  });

  test('every pair speaks at least every two seconds', () => {
    const lastMs = new Map<string, number>();
    let longest = 0;
    for (const step of run(new SimulatedSource({ seed: 5 }), 0, 3 * MINUTE_MS, 100)) {
      longest = Math.max(longest, step.atMs - (lastMs.get(step.symbol) ?? step.atMs));
      lastMs.set(step.symbol, step.atMs);
    }

    expect(lastMs.size).toBe(DEFAULT_SIMULATED_PAIRS.length);
    expect(longest).toBeLessThanOrEqual(2_000);
  });

  test.each([1, 2, 3, 4, 5])('five minutes of seed %i hold cycles of several depths', (seed) => {
    const steps = run(new SimulatedSource({ seed }), 0, 5 * MINUTE_MS, 100);
    const depths = DEFAULT_SIMULATED_PAIRS.flatMap(({ spec }) =>
      depthsOfCycles(steps.filter((step) => step.symbol === spec.symbol).map(mantissaOf)),
    );

    expect(depths.filter((depth) => depth === 0).length).toBeGreaterThan(16);
    expect(depths.filter((depth) => depth === 1).length).toBeGreaterThan(0);
    expect(depths.filter((depth) => depth >= 2).length).toBeGreaterThan(1);
  });

  test('six hours long, prices stay within a factor of three of where they began', () => {
    const source = new SimulatedSource({ seed: 9, pairs: DEFAULT_SIMULATED_PAIRS.slice(0, 3) });
    const ratios = run(source, 0, 6 * 60 * MINUTE_MS, 5_000).map((step) => {
      const start = DEFAULT_SIMULATED_PAIRS.find((pair) => pair.spec.symbol === step.symbol)?.startTicks ?? 0;
      return mantissaOf(step) / start;
    });

    expect(ratios.reduce((a, b) => Math.min(a, b), 1)).toBeGreaterThan(0.3);
    expect(ratios.reduce((a, b) => Math.max(a, b), 1)).toBeLessThan(3);
  });
});

describe('pushed prices', () => {
  test('the newest quote of a pair wins, overwritten ones are counted, the end comes after the last one', () => {
    const source = new PushedSource([ETH]);
    source.push({ atMs: 1, symbol: 'ETH/USDT', quote: mid(1_000) });
    source.push({ atMs: 2, symbol: 'ETH/USDT', quote: mid(1_001) });
    source.end();

    expect(source.ended).toBe(false);
    expect(source.next(0, 10)).toMatchObject([{ atMs: 2 }]);
    expect(source.losses).toEqual({ malformed: 0, skipped: 1 });
    expect(source.ended).toBe(true);
  });
});
