import type { StatusJson } from '@mtrade/runtime';

type Pair = StatusJson['pairs'][number];

export const pairSample = (over: Partial<Pair> = {}): Pair => ({
  symbol: 'ETH/USDT',
  trade: true,
  paused: false,
  state: 'active',
  cycle_start_state: 2,
  cycle: 7,
  step: 3,
  start_price: '2534.12',
  last_buy_price: '2260.01',
  base_volume: '0.019',
  invested: '45',
  break_even: '2321.5',
  sell_price: '2333.614285714285714285',
  next_buy_price: '2164.1485',
  last_price: '2299.99',
  bid: '2299.98',
  ask: '2300.01',
  price_age_ms: 12,
  price_source: 'stream',
  blind: null,
  decision_age_ms: 40,
  realized_profit: '1.234567890123456789',
  attention: null,
  protection: null,
  waiting_for: null,
  ...over,
});

const latency = { p50: 480, p99: 2_100, max: 5_000, count: 123 };
const worker = { alive: true, restarts: 0, heartbeat_age_ms: 3 };

export const statusSample = (over: Partial<StatusJson> = {}): StatusJson => ({
  schema: 1,
  running: true,
  pid: 4_194_303,
  version: '0.1.0',
  started_at: '2026-01-01T00:00:00.000Z',
  mode: 'paper',
  exchange: 'gate',
  trading: true,
  data_dir: '/var/lib/mtrade',
  stats: {
    cycler_iterations: 98_765_432,
    cycler_processed: 98_765_432,
    cycler_skipped: 1,
    reactor_updates: 2,
    reactor_queued: 3,
    reactor_debounced: 4,
    urgent_processed: 5,
    urgent_skipped: 6,
    errors: 0,
  },
  workers: { reactor: worker, cycler: worker, lane: worker },
  latency_us: { tick_to_decision: latency, tick_to_order: latency },
  pairs: [pairSample()],
  profit: { USDT: '12.5' },
  internal: {},
  urgent_queue_depth: 0,
  unknown_intents: 0,
  max_decision_age_ms: 40,
  feed: { connected: true, reconnects: 0, malformed_frames: 0, reason: null },
  ...over,
});
