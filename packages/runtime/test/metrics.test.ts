import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { COUNTERS, INTERNAL_COUNTERS, STAGES } from '@mtrade/board';
import { PUBLIC_STATES } from '@mtrade/cycle';
import { metricsMarkdown } from '../src/metrics/markdown.js';
import { METRIC_FAMILIES } from '../src/metrics/families.js';
import { MetricsWorld, parseExposition } from './metrics-harness.js';

const UNKNOWN_STATE = PUBLIC_STATES.indexOf('unknown');

describe('a scrape of an engine of which no thread has said anything yet', () => {
  test('is whole, without a value that nobody knows', () => {
    const samples = new MetricsWorld().samples();
    expect(samples.get('mtrade_price_age_seconds{pair="ETH/USDT"}')).toBe(Infinity);
    expect(samples.get('mtrade_worker_heartbeat_age_seconds{worker="cycler"}')).toBe(Infinity);
    expect(samples.get('mtrade_unknown_intents')).toBe(0);
    expect(samples.get('mtrade_feed_connected')).toBe(0);
    expect(samples.get('mtrade_latency_seconds_count{stage="tick_to_order"}')).toBe(0);
    for (const name of ['mtrade_trading', 'mtrade_rate_pause_seconds', 'mtrade_data_directory_free_bytes'])
      expect([...samples.keys()].filter((key) => key.startsWith(name))).toEqual([]);
    expect([...samples.keys()].filter((key) => key.startsWith('mtrade_pair_'))).toEqual([]);
  });
});

describe('counters', () => {
  test('every counter of shared memory has a metric, the nine by their names', () => {
    const world = new MetricsWorld();
    for (const [index, [name]] of [...COUNTERS, ...INTERNAL_COUNTERS].entries())
      world.board.counters.increment(name, index + 1);
    const samples = world.samples();
    for (const [index, [name]] of COUNTERS.entries())
      expect(samples.get(`mtrade_${name}_total`)).toBe(index + 1);
    const shown = new Set(samples.values());
    for (const [index] of INTERNAL_COUNTERS.entries()) expect(shown).toContain(COUNTERS.length + index + 1);
    const { counters } = world.board;
    expect(samples.get('mtrade_order_outcomes_total{reason="killed"}')).toBe(counters.read('orders_killed'));
    expect(samples.get('mtrade_order_outcomes_total{reason="unknown"}')).toBe(
      counters.read('orders_unknown'),
    );
  });

  test('two scrapes say the same', () => {
    const world = new MetricsWorld();
    world.board.counters.increment('errors', 3);
    expect(world.text()).toBe(world.text());
    expect(world.samples().get('mtrade_errors_total')).toBe(3);
  });
});

describe('pairs', () => {
  test('what the cycler told of each', () => {
    const world = new MetricsWorld();
    world.tellEngine({ isTrading: true });
    world.tellPair(0, {
      state: UNKNOWN_STATE,
      isPermitted: true,
      isWatched: true,
      needsAttention: true,
      step: 3,
      invested: 45.5,
      realizedProfit: 1.25,
      unknownIntents: 2,
      quarantinedIntents: 1,
      oldestUnknownMs: world.wall - 90_000,
      unprotectedSinceMono: world.nowMono - 2_500,
    });
    world.tellPair(1, { isPaused: true, invested: 10, realizedProfit: -0.25 });
    const samples = world.samples();
    expect(samples.get('mtrade_pairs{state="unknown"}')).toBe(1);
    expect(samples.get('mtrade_pairs{state="idle"}')).toBe(1);
    expect(samples.get('mtrade_pairs{state="selling"}')).toBe(0);
    expect(samples.get('mtrade_pair_state{pair="ETH/USDT",state="unknown"}')).toBe(1);
    expect(samples.get('mtrade_pair_permitted{pair="ETH/USDT"}')).toBe(1);
    expect(samples.get('mtrade_pair_permitted{pair="BTC/USDT"}')).toBe(0);
    expect(samples.get('mtrade_pair_paused{pair="BTC/USDT"}')).toBe(1);
    expect(samples.get('mtrade_pair_attention{pair="ETH/USDT"}')).toBe(1);
    expect(samples.get('mtrade_pair_step{pair="ETH/USDT"}')).toBe(3);
    expect(samples.get('mtrade_invested{quote="USDT"}')).toBe(55.5);
    expect(samples.get('mtrade_realized_profit{quote="USDT"}')).toBe(1);
    expect(samples.get('mtrade_unknown_intents')).toBe(2);
    expect(samples.get('mtrade_quarantined_intents')).toBe(1);
    expect(samples.get('mtrade_oldest_unknown_intent_seconds')).toBe(90);
    expect(samples.get('mtrade_needs_attention')).toBe(1);
    expect(samples.get('mtrade_position_unprotected_seconds{pair="ETH/USDT"}')).toBe(2.5);
    expect(samples.get('mtrade_position_unprotected_seconds{pair="BTC/USDT"}')).toBe(0);
  });

  test('a price is as old as its arrival or its own time says, whichever is more', () => {
    const world = new MetricsWorld();
    world.board.clock.write({
      exchangeMinusMono: world.wall - world.nowMono,
      errorMs: 20,
      measuredMono: world.nowMono,
    });
    world.tellPrice(0, {
      bidMantissa: 250_050,
      bidDecimals: 2,
      receivedMono: world.nowMono - 40,
      exchangeMs: world.wall - 1_020,
    });
    world.tellPrice(1, { askMantissa: 7, receivedMono: world.nowMono - 300, exchangeMs: world.wall - 100 });
    const samples = world.samples();
    expect(samples.get('mtrade_price_age_seconds{pair="ETH/USDT"}')).toBeCloseTo(1, 6);
    expect(samples.get('mtrade_price_age_seconds{pair="BTC/USDT"}')).toBeCloseTo(0.3, 6);
    expect(samples.get('mtrade_pair_bid{pair="ETH/USDT"}')).toBe(2500.5);
    expect(samples.has('mtrade_pair_ask{pair="ETH/USDT"}')).toBe(false);
  });

  test('a decision that never came is as old as the cycler; of a pair that nobody watches it has no age', () => {
    const world = new MetricsWorld(['A/USDT', 'B/USDT', 'C/USDT']);
    world.tellEngine({ bornMono: world.nowMono - 7_000 });
    world.tellPair(0, { isPermitted: true, isWatched: true });
    world.tellPair(1, { isPermitted: true, isWatched: true });
    world.tellPair(2);
    world.board.slots.decided(1, world.nowMono - 9_000);
    world.board.slots.decided(2, world.nowMono - 90_000);
    const samples = world.samples();
    expect(samples.get('mtrade_decision_age_seconds{pair="A/USDT"}')).toBe(7);
    expect(samples.get('mtrade_decision_age_seconds{pair="B/USDT"}')).toBe(9);
    expect(samples.has('mtrade_decision_age_seconds{pair="C/USDT"}')).toBe(false);
    expect(samples.get('mtrade_max_decision_age_seconds')).toBe(9);
  });

  test('armed levels are shown, missing ones are not', () => {
    const world = new MetricsWorld();
    world.board.triggers.arm(0, { buyAtOrBelow: 97.5, sellAtOrAbove: null, askLevel: 1 });
    const samples = world.samples();
    expect(samples.get('mtrade_pair_buy_level{pair="ETH/USDT"}')).toBe(97.5);
    expect(samples.has('mtrade_pair_sell_level{pair="ETH/USDT"}')).toBe(false);
  });

  test('what a name of a pair contains cannot break a line', () => {
    const world = new MetricsWorld(['A"\\\n/USDT']);
    world.tellPair(0, { step: 4 });
    expect(world.samples().get('mtrade_pair_step{pair="A\\"\\\\\\n/USDT"}')).toBe(4);
  });
});

describe('the rate budget', () => {
  const budget = (samples: Map<string, number>) =>
    ['buy', 'look_up', 'exit'].map((one) => samples.get(`mtrade_rate_budget_requests{class="${one}"}`));

  test('fills up since the cycler told, up to its bound, and keeps its reserves', () => {
    const world = new MetricsWorld();
    world.tellEngine({ budgetTokens: 3 });
    expect(budget(world.samples())).toEqual([0, 0, 3]);
    world.nowMono += 1_000;
    expect(budget(world.samples())).toEqual([3, 9, 13]);
    world.nowMono += 60_000;
    expect(budget(world.samples())).toEqual([20, 26, 30]);
  });

  test('is nothing while the exchange wants quiet', () => {
    const world = new MetricsWorld();
    world.tellEngine({ budgetTokens: 30, pausedUntilMono: world.nowMono + 4_000 });
    expect(budget(world.samples())).toEqual([0, 0, 0]);
    expect(world.samples().get('mtrade_rate_pause_seconds')).toBe(4);
    world.nowMono += 4_000;
    expect(budget(world.samples())).toEqual([20, 26, 30]);
    expect(world.samples().get('mtrade_rate_pause_seconds')).toBe(0);
  });
});

describe('the latency histograms', () => {
  const buckets = (samples: Map<string, number>, stage: string) =>
    [...samples]
      .filter(([key]) => key.startsWith(`mtrade_latency_seconds_bucket{stage="${stage}"`))
      .map(
        ([key, count]) =>
          [Number(/le="([^"]+)"/.exec(key)?.[1]?.replace('+Inf', 'Infinity')), count] as const,
      );

  test('have the same rising edges for every stage, from 16 us to a minute', () => {
    const samples = new MetricsWorld().samples();
    const edges = buckets(samples, 'tick_to_order').map(([edge]) => edge);
    expect(edges).toEqual(edges.toSorted((a, b) => a - b));
    expect(new Set(edges).size).toBe(edges.length);
    expect(edges[0]).toBe(0.000016);
    expect(edges.at(-2)).toBeGreaterThan(60);
    expect(edges.at(-1)).toBe(Infinity);
    expect(edges.length).toBeLessThan(70);
    for (const stage of STAGES) expect(buckets(samples, stage).map(([edge]) => edge)).toEqual(edges);
  });

  test('count exactly what lies below each edge, with sum and count', () => {
    const world = new MetricsWorld();
    const values = Array.from({ length: 2_000 }, (_, i) => Math.floor(1.012 ** i));
    for (const value of values) world.board.latencies.record('tick_to_order', value);
    world.board.latencies.record('send_to_answer', 40_000);
    const samples = world.samples();
    for (const [edge, count] of buckets(samples, 'tick_to_order'))
      expect(count).toBe(
        values.filter((value) => Math.min(value, 2 ** 31 - 1) < Math.round(edge * 1e6)).length,
      );
    expect(samples.get('mtrade_latency_seconds_count{stage="tick_to_order"}')).toBe(2_000);
    const sum = values.reduce((all, value) => all + Math.min(value, 2 ** 31 - 1), 0) / 1e6;
    expect(samples.get('mtrade_latency_seconds_sum{stage="tick_to_order"}')).toBeCloseTo(sum, 5);
    expect(samples.get('mtrade_latency_max_seconds{stage="send_to_answer"}')).toBe(0.04);
  });
});

describe('the table of metrics', () => {
  test('keeps the conventions: prefix, _total for counters only, base units, few labels, a sentence', () => {
    const names = METRIC_FAMILIES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, type, labels, help } of METRIC_FAMILIES) {
      expect(name).toMatch(/^mtrade_[a-z]+(_[a-z]+)*$/);
      expect(name.endsWith('_total')).toBe(type === 'counter');
      expect(name).not.toMatch(/_(ms|us|millis|kb|mb|percent)(_|$)/);
      expect(help.length).toBeGreaterThan(10);
      for (const label of labels)
        expect([
          'pair',
          'quote',
          'stage',
          'reason',
          'state',
          'worker',
          'class',
          'channel',
          'version',
          'mode',
          'exchange',
          'node',
        ]).toContain(label);
    }
  });

  test('names the labels that its samples have', () => {
    const world = new MetricsWorld();
    world.tellEngine();
    world.tellPair(0);
    for (const [key] of parseExposition(world.text()).samples) {
      const [name = '', rest = ''] = key.split('{');
      const family = METRIC_FAMILIES.find((one) => one.name === name.replace(/_(bucket|sum|count)$/, ''));
      const labels = [...rest.matchAll(/([a-z_]+)="/g)]
        .map(([, label]) => label)
        .filter((label) => label !== 'le');
      expect([key, labels]).toEqual([key, [...(family?.labels ?? [])]]);
    }
  });

  test('docs/metrics.md is made from it; `npx vitest run -u --project unit packages/runtime/test/metrics.test.ts` makes it anew', async () => {
    await expect(metricsMarkdown()).toMatchFileSnapshot('../../../docs/metrics.md');
  });
});

const promtool = spawnSync('promtool', ['--version']).error === undefined;

test.skipIf(!promtool)(
  'promtool finds nothing to say about a scrape (skipped where the Debian package prometheus is missing)',
  () => {
    const world = new MetricsWorld(Array.from({ length: 20 }, (_, i) => `C${i}/USDT`));
    world.tellEngine({ comparedMs: world.wall });
    for (const pair of world.board.symbols.keys()) {
      world.tellPair(pair, { isPermitted: true, isWatched: true });
      world.board.triggers.arm(pair, { buyAtOrBelow: 1, sellAtOrAbove: 2, askLevel: 1 });
      world.tellPrice(pair, { bidMantissa: 1, askMantissa: 2 });
    }
    world.more = {
      vitals: {
        residentBytes: 1,
        cpuSeconds: 1,
        loopLag: { p99Seconds: 0, maxSeconds: 1 },
        freeBytes: 1,
        databaseBytes: 2,
      },
      backup: { last_at: new Date(world.wall).toISOString(), last_error: null, kept: 1 },
      alerts: {
        channels: [
          {
            channel: 'webhook',
            target: 'x',
            queued: 0,
            sent: 1,
            failed: 0,
            dropped: 0,
            last_sent_at: null,
            last_error: null,
          },
        ],
        standing: [],
      },
    };
    const { stdout, stderr, status } = spawnSync('promtool', ['check', 'metrics'], {
      input: world.text(),
      encoding: 'utf8',
    });
    expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: '' });
    expect([...parseExposition(world.text()).types.keys()]).toEqual(METRIC_FAMILIES.map(({ name }) => name));
  },
);
