import { COUNTERS } from '@mtrade/board';
import { LiveRegistry } from './live-registry.js';
import type { StatusJson } from './status-json.js';

const SECONDS_PER_MS = 1e-3;

export interface MetricsOptions {
  readonly version: string;
  readonly mode: string;
}

export interface Metrics {
  readonly contentType: string;
  /** The text format of Prometheus for one state of the engine. */
  render(status: StatusJson): Promise<string>;
}

/**
 * The table of metrics. Names follow the conventions (base units, `_total`); labels are pairs, workers and stages
 * only, never order ids.
 */
export function createMetrics({ version, mode }: MetricsOptions): Metrics {
  const registry = new LiveRegistry<StatusJson>();

  for (const [name, help] of COUNTERS)
    registry.counter(`mtrade_${name}_total`, help, ({ stats }) => stats[name]);
  registry.labelledCounter(
    'mtrade_internal_total',
    'diagnostic counters; their names may change',
    'counter',
    ({ internal }) => Object.entries(internal),
  );
  addEngineMetrics(registry);
  addPairMetrics(registry);
  addWorkerMetrics(registry);
  registry.summary(
    'mtrade_latency_seconds',
    'time from a price frame to a stage of its way',
    'stage',
    ({ latency_us }) => latency_us,
  );
  registry.info('mtrade_build_info', 'always 1; the build is in the labels', {
    version,
    mode,
    node: process.version,
  });
  return registry;
}

function addEngineMetrics(registry: LiveRegistry<StatusJson>): void {
  registry.gauge('mtrade_trading', '1 while the engine-wide switch is on', ({ trading }) => Number(trading));
  registry.gauge('mtrade_feed_connected', '1 while the price feed is connected', ({ feed }) =>
    Number(feed.connected),
  );
  registry.counter(
    'mtrade_feed_reconnects_total',
    'times the price feed connected anew',
    ({ feed }) => feed.reconnects,
  );
  registry.counter(
    'mtrade_feed_malformed_frames_total',
    'frames of the price feed that could not be read',
    ({ feed }) => feed.malformed_frames,
  );
  registry.gauge(
    'mtrade_urgent_queue_depth',
    'entries waiting on the urgent queue',
    ({ urgent_queue_depth }) => urgent_queue_depth,
  );
  registry.gauge(
    'mtrade_unknown_intents',
    'orders whose outcome is not known yet',
    ({ unknown_intents }) => unknown_intents,
  );
  registry.gauge(
    'mtrade_max_decision_age_seconds',
    'highest decision age of a permitted pair',
    ({ max_decision_age_ms }) => inSeconds(max_decision_age_ms),
  );
  registry.labelledGauge(
    'mtrade_realized_profit',
    'realised profit in the quote coin, for display only',
    'quote',
    ({ profit }) => Object.entries(profit).map(([quote, text]) => [quote, Number(text)]),
  );
  registry.gauge('mtrade_start_time_seconds', 'Unix time of the start', ({ started_at }) =>
    started_at === null ? null : inSeconds(Date.parse(started_at)),
  );
  registry.gauge('mtrade_resident_memory_bytes', 'resident memory of the process', () =>
    process.memoryUsage.rss(),
  );
}

function addPairMetrics(registry: LiveRegistry<StatusJson>): void {
  registry.labelledGauge('mtrade_price_age_seconds', 'age of the last price', 'pair', ({ pairs }) =>
    pairs.map(({ symbol, price_age_ms }) => [symbol, inSeconds(price_age_ms)]),
  );
  registry.labelledGauge('mtrade_decision_age_seconds', 'age of the last decision', 'pair', ({ pairs }) =>
    pairs.map(({ symbol, decision_age_ms }) => [symbol, inSeconds(decision_age_ms)]),
  );
  registry.labelledGauge('mtrade_attention', '1 while the pair needs the operator', 'pair', ({ pairs }) =>
    pairs.map(({ symbol, attention }) => [symbol, Number(attention !== null)]),
  );
}

function addWorkerMetrics(registry: LiveRegistry<StatusJson>): void {
  registry.labelledCounter(
    'mtrade_worker_restarts_total',
    'restarts of a worker since the start',
    'worker',
    ({ workers }) => Object.entries(workers).map(([name, { restarts }]) => [name, restarts]),
  );
  registry.labelledGauge('mtrade_worker_alive', '1 while the worker runs', 'worker', ({ workers }) =>
    Object.entries(workers).map(([name, { alive }]) => [name, Number(alive)]),
  );
  registry.labelledGauge(
    'mtrade_worker_heartbeat_age_seconds',
    'time since the worker last said it lives',
    'worker',
    ({ workers }) =>
      Object.entries(workers).map(([name, { heartbeat_age_ms }]) => [name, inSeconds(heartbeat_age_ms)]),
  );
}

const inSeconds = (ms: number | null): number | null => (ms === null ? null : ms * SECONDS_PER_MS);
