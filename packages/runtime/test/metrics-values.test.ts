import { describe, expect, test } from 'vitest';
import { MetricsWorld } from './metrics-harness.js';

/** No two values are the same, so that none can stand in the place of another. */
describe('each metric has the value of its own source', () => {
  test('of the engine', () => {
    const world = new MetricsWorld();
    world.tellEngine({
      isTrading: false,
      isKeyRefused: true,
      isComparisonComplete: true,
      comparedMs: world.wall - 17_000,
      foreignEngines: 2,
      findings: 3,
      forsakenPairs: 4,
      forsakenUnknownIntents: 5,
    });
    world.board.urgent.push(0, true);
    world.board.urgent.push(1, true);
    world.more = {
      isReady: true,
      isLockHeld: false,
      feed: {
        connected: true,
        reconnects: 6,
        malformedFrames: 0,
        refused: { 'A/USDT': 'x', 'B/USDT': 'y', 'C/USDT': 'z' },
        reason: null,
      },
      backup: { last_at: new Date(world.wall - 61_000).toISOString(), last_error: 'disk full', kept: 1 },
      history: { threads: 1, waiting: 7 },
    };

    const samples = world.samples();

    expect(Object.fromEntries([...samples].filter(([name]) => /^mtrade_[a-z_]+$/.test(name)))).toMatchObject({
      mtrade_start_time_seconds: (world.wall - 5_000) / 1_000,
      mtrade_ready: 1,
      mtrade_lock_held: 0,
      mtrade_trading: 0,
      mtrade_key_refused: 1,
      mtrade_feed_connected: 1,
      mtrade_feed_reconnects_total: 6,
      mtrade_feed_refused_pairs: 3,
      mtrade_urgent_queue_depth: 2,
      mtrade_urgent_queue_capacity: world.board.handle.urgentCapacity,
      mtrade_unknown_intents: 5,
      mtrade_forsaken_pairs: 4,
      mtrade_reconciliation_age_seconds: 17,
      mtrade_reconciliation_complete: 1,
      mtrade_reconciliation_findings: 3,
      mtrade_foreign_engines: 2,
      mtrade_backup_age_seconds: 61,
      mtrade_backup_failing: 1,
      mtrade_history_threads: 1,
      mtrade_history_questions_waiting: 7,
    });
    expect(
      samples.get(
        `mtrade_build_info{version="0.1.0",mode="paper",exchange="gate",node="${process.version}"}`,
      ),
    ).toBe(1);
  });

  test('of each worker', () => {
    const world = new MetricsWorld();
    world.board.heartbeats.beat('cycler', world.nowMono - 3_000);
    world.more = {
      workers: {
        reactor: { alive: true, restarts: 1, generation: 2 },
        cycler: { alive: false, restarts: 3, generation: 4 },
        lane: { alive: true, restarts: 5, generation: 6 },
      },
    };

    const samples = world.samples();

    const of = (what: string) =>
      ['reactor', 'cycler', 'lane'].map((worker) => samples.get(`mtrade_worker_${what}{worker="${worker}"}`));
    expect(of('alive')).toEqual([1, 0, 1]);
    expect(of('restarts_total')).toEqual([1, 3, 5]);
    expect(of('generation')).toEqual([2, 4, 6]);
    expect(of('heartbeat_age_seconds')).toEqual([Infinity, 3, Infinity]);
  });

  test('of each alert channel, those of one kind together', () => {
    const world = new MetricsWorld();
    const channel = { channel: 'webhook', target: 'x', last_sent_at: null, last_error: null } as const;
    world.more = {
      alerts: {
        channels: [
          { ...channel, queued: 1, sent: 2, failed: 3, dropped: 4 },
          { ...channel, queued: 10, sent: 20, failed: 30, dropped: 40 },
          { ...channel, channel: 'telegram', queued: 5, sent: 6, failed: 7, dropped: 8 },
        ],
        standing: [
          { condition: 'feed.disconnected', symbol: null, since: '2026-11-21T00:00:00.000Z' },
          { condition: 'pair.attention', symbol: 'ETH/USDT', since: '2026-11-21T00:00:00.000Z' },
        ],
      },
    };

    const samples = world.samples();

    const of = (what: string) =>
      ['webhook', 'telegram'].map((kind) => samples.get(`mtrade_alerts_${what}{channel="${kind}"}`));
    expect(of('queued')).toEqual([11, 5]);
    expect(of('sent_total')).toEqual([22, 6]);
    expect(of('failed_total')).toEqual([33, 7]);
    expect(of('dropped_total')).toEqual([44, 8]);
    expect(samples.get('mtrade_alerts_standing')).toBe(2);
  });

  test('of each pair', () => {
    const world = new MetricsWorld();
    world.tellPair(0, { invested: 45.5, realizedProfit: 1.25, unknownIntents: 2 });
    world.tellPair(1, { invested: 10, realizedProfit: -0.25, unknownIntents: 3 });
    world.tellPrice(0, { bidMantissa: 99, askMantissa: 101, bidDecimals: 1, askDecimals: 2 });
    world.board.triggers.arm(0, { buyAtOrBelow: null, sellAtOrAbove: 102.5, askLevel: 0 });

    const samples = world.samples();

    const of = (what: string) =>
      ['ETH', 'BTC'].map((coin) => samples.get(`mtrade_pair_${what}{pair="${coin}/USDT"}`));
    expect(of('invested')).toEqual([45.5, 10]);
    expect(of('realized_profit')).toEqual([1.25, -0.25]);
    expect(of('unknown_intents')).toEqual([2, 3]);
    expect(of('bid')).toEqual([9.9, undefined]);
    expect(of('ask')).toEqual([1.01, undefined]);
    expect(of('sell_level')).toEqual([102.5, undefined]);
    expect(of('buy_level')).toEqual([undefined, undefined]);
  });

  test('of the process', () => {
    const world = new MetricsWorld();
    world.more = {
      vitals: {
        residentBytes: 1_000,
        cpuSeconds: 2.5,
        loopLag: { p99Seconds: 0.003, maxSeconds: 0.4 },
        freeBytes: 5_000,
        databaseBytes: 6_000,
      },
    };

    expect(Object.fromEntries(world.samples())).toMatchObject({
      mtrade_process_resident_memory_bytes: 1_000,
      mtrade_process_cpu_seconds_total: 2.5,
      mtrade_event_loop_lag_seconds: 0.003,
      mtrade_event_loop_lag_max_seconds: 0.4,
      mtrade_data_directory_free_bytes: 5_000,
      mtrade_database_bytes: 6_000,
    });
  });
});
