import { DEFAULT_RATE_BUDGET } from '@mtrade/engine';
import type { Family, Sample } from './exposition.js';
import { type Scrape, type WorkerName, WORKERS } from './sources.js';

const SECONDS_PER_MS = 1e-3;

const gauge = (name: string, help: string, value: (scrape: Scrape) => number | null): Family<Scrape> => ({
  name,
  type: 'gauge',
  help,
  labels: [],
  read: (scrape) => {
    const now = value(scrape);
    return now === null ? [] : [{ value: now }];
  },
});

const flag = (name: string, help: string, value: (scrape: Scrape) => boolean | null): Family<Scrape> =>
  gauge(name, help, (scrape) => {
    const is = value(scrape);
    return is === null ? null : Number(is);
  });

const perWorker = (
  name: string,
  type: 'counter' | 'gauge',
  help: string,
  value: (scrape: Scrape, worker: WorkerName) => number,
): Family<Scrape> => ({
  name,
  type,
  help,
  labels: ['worker'],
  read: (scrape) => WORKERS.map((worker) => ({ labels: { worker }, value: value(scrape, worker) })),
});

/** A sample for each alert channel; a kind that is configured twice is one. */
const perChannel = (
  name: string,
  type: 'counter' | 'gauge',
  help: string,
  key: 'queued' | 'sent' | 'failed' | 'dropped',
): Family<Scrape> => ({
  name,
  type,
  help,
  labels: ['channel'],
  read: ({ alerts }) => {
    const sums = new Map<string, number>();
    for (const one of alerts?.channels ?? []) sums.set(one.channel, (sums.get(one.channel) ?? 0) + one[key]);
    return [...sums].map(([channel, value]) => ({ labels: { channel }, value }));
  },
});

const sumOfPairs = (
  { pairs }: Scrape,
  value: (gauge: NonNullable<Scrape['pairs'][number]['gauge']>) => number,
): number => pairs.reduce((sum, one) => sum + (one.gauge === null ? 0 : value(one.gauge)), 0);

/** How many requests each kind of call could begin now; the budget fills up between two looks of the cycler. */
function budgetSamples({ engine, nowMono }: Scrape): Sample[] {
  if (engine === null) return [];
  const { burst, exits, perSecond, reserve } = DEFAULT_RATE_BUDGET;
  const grown = engine.budgetTokens + Math.max(0, nowMono - engine.budgetMono) * SECONDS_PER_MS * perSecond;
  const isPaused = nowMono < engine.pausedUntilMono;
  const left = (kept: number): number => (isPaused ? 0 : Math.max(0, Math.min(burst, grown) - kept));
  return [
    { labels: { class: 'buy' }, value: left(reserve) },
    { labels: { class: 'look_up' }, value: left(exits) },
    { labels: { class: 'exit' }, value: left(0) },
  ];
}

function oldestUnknownSeconds(scrape: Scrape): number {
  const { clock, pairs } = scrape;
  const since = pairs.flatMap(({ gauge: own }) =>
    own === null || own.oldestUnknownMs < 0 ? [] : [own.oldestUnknownMs],
  );
  return since.length === 0 ? 0 : Math.max(0, clock.epochMs() - Math.min(...since)) * SECONDS_PER_MS;
}

export const engineFamilies: readonly Family<Scrape>[] = [
  {
    name: 'mtrade_build_info',
    type: 'gauge',
    help: 'always 1; the build is in the labels',
    labels: ['version', 'mode', 'exchange', 'node'],
    read: ({ identity: { version, mode, exchange } }) => [
      { labels: { version, mode, exchange, node: process.version }, value: 1 },
    ],
  },
  gauge(
    'mtrade_start_time_seconds',
    'Unix time of the start',
    ({ identity }) => identity.startedMs * SECONDS_PER_MS,
  ),
  flag('mtrade_ready', '1 while the engine could trade', ({ isReady }) => isReady),
  flag(
    'mtrade_lock_held',
    '1 while the files that carry the single-instance lock are intact',
    ({ isLockHeld }) => isLockHeld,
  ),
  flag('mtrade_trading', '1 while the engine-wide switch is on', ({ engine }) => engine && engine.isTrading),
  flag(
    'mtrade_feed_connected',
    '1 while the price feed is connected',
    ({ feed }) => feed?.connected ?? false,
  ),
  {
    name: 'mtrade_feed_reconnects_total',
    type: 'counter',
    help: 'times the price feed has connected anew in this life of the reactor',
    labels: [],
    read: ({ feed }) => [{ value: feed?.reconnects ?? 0 }],
  },
  gauge(
    'mtrade_feed_refused_pairs',
    'pairs whose subscription the exchange refuses',
    ({ feed }) => Object.keys(feed?.refused ?? {}).length,
  ),
  gauge('mtrade_urgent_queue_depth', 'pairs that wait on the urgent queue', ({ board }) =>
    board.urgent.depth(),
  ),
  gauge(
    'mtrade_urgent_queue_capacity',
    'pairs that the urgent queue holds',
    ({ board }) => board.handle.urgentCapacity,
  ),
  perWorker('mtrade_worker_alive', 'gauge', '1 while the worker runs', ({ workers }, worker) =>
    Number(workers[worker].alive),
  ),
  perWorker(
    'mtrade_worker_restarts_total',
    'counter',
    'restarts of the worker since the start of the process',
    ({ workers }, worker) => workers[worker].restarts,
  ),
  perWorker(
    'mtrade_worker_generation',
    'gauge',
    'number of the life that the worker is in; 0 before its first',
    ({ workers }, worker) => workers[worker].generation,
  ),
  perWorker(
    'mtrade_worker_heartbeat_age_seconds',
    'gauge',
    'time since the worker last said that it lives; +Inf before the first time',
    ({ board, nowMono }, worker) => board.heartbeats.ageMs(worker, nowMono) * SECONDS_PER_MS,
  ),
  gauge(
    'mtrade_unknown_intents',
    'orders whose outcome is not known, the quarantined ones among them',
    (scrape) =>
      sumOfPairs(scrape, ({ unknownIntents }) => unknownIntents) +
      (scrape.engine?.forsakenUnknownIntents ?? 0),
  ),
  gauge(
    'mtrade_quarantined_intents',
    'unknown orders that could not be resolved and wait for the operator',
    (scrape) => sumOfPairs(scrape, ({ quarantinedIntents }) => quarantinedIntents),
  ),
  gauge(
    'mtrade_oldest_unknown_intent_seconds',
    'time since the oldest unknown order of a configured pair was committed; 0 while there is none',
    oldestUnknownSeconds,
  ),
  gauge('mtrade_needs_attention', 'pairs that need the operator', (scrape) =>
    sumOfPairs(scrape, ({ needsAttention }) => Number(needsAttention)),
  ),
  gauge(
    'mtrade_forsaken_pairs',
    'pairs with a position or an order that are no longer configured',
    ({ engine }) => engine && engine.forsakenPairs,
  ),
  gauge(
    'mtrade_max_decision_age_seconds',
    'highest decision age of a permitted pair',
    ({ pairs }) =>
      Math.max(
        0,
        ...pairs.map(({ gauge: own, decisionAgeMs }) => (own?.isPermitted ? (decisionAgeMs ?? 0) : 0)),
      ) * SECONDS_PER_MS,
  ),
  {
    name: 'mtrade_rate_budget_requests',
    type: 'gauge',
    help: 'requests to the exchange that each class of call could begin at once',
    labels: ['class'],
    read: budgetSamples,
  },
  gauge(
    'mtrade_rate_pause_seconds',
    'how long the exchange wants quiet from now on; 0 while it does not',
    ({ engine, nowMono }) => engine && Math.max(0, engine.pausedUntilMono - nowMono) * SECONDS_PER_MS,
  ),
  flag(
    'mtrade_key_refused',
    '1 after the exchange has refused the key',
    ({ engine }) => engine && engine.isKeyRefused,
  ),
  gauge(
    'mtrade_reconciliation_age_seconds',
    'time since account and books were last compared',
    ({ engine, clock }) =>
      engine === null || engine.comparedMs < 0
        ? null
        : Math.max(0, clock.epochMs() - engine.comparedMs) * SECONDS_PER_MS,
  ),
  flag(
    'mtrade_reconciliation_complete',
    '1 when the last comparison of account and books saw everything',
    ({ engine }) => engine && engine.isComparisonComplete,
  ),
  gauge(
    'mtrade_reconciliation_findings',
    'things that the account has and the books have not',
    ({ engine }) => engine && engine.findings,
  ),
  gauge(
    'mtrade_foreign_engines',
    'other installations of mtrade that trade on this account',
    ({ engine }) => engine && engine.foreignEngines,
  ),
  perChannel('mtrade_alerts_queued', 'gauge', 'alerts that wait to be delivered', 'queued'),
  perChannel('mtrade_alerts_sent_total', 'counter', 'alerts that were delivered', 'sent'),
  perChannel('mtrade_alerts_failed_total', 'counter', 'alerts that could not be delivered', 'failed'),
  perChannel('mtrade_alerts_dropped_total', 'counter', 'alerts that did not fit into the queue', 'dropped'),
  gauge(
    'mtrade_alerts_standing',
    'conditions that have been told and are not over',
    ({ alerts }) => alerts && alerts.standing.length,
  ),
  gauge(
    'mtrade_backup_age_seconds',
    'time since the last automatic backup; missing before the first',
    ({ backup, clock }) =>
      !backup || backup.last_at === null
        ? null
        : Math.max(0, clock.epochMs() - Date.parse(backup.last_at)) * SECONDS_PER_MS,
  ),
  flag(
    'mtrade_backup_failing',
    '1 while the last automatic backup has failed',
    ({ backup }) => backup && backup.last_error !== null,
  ),
  gauge(
    'mtrade_history_threads',
    'threads that answer questions about the past; none while nobody asks',
    ({ history }) => history.threads,
  ),
  gauge(
    'mtrade_history_questions_waiting',
    'questions about the past that wait',
    ({ history }) => history.waiting,
  ),
];
