import type { Clock } from '@mtrade/base';
import { type Board, COUNTERS, INTERNAL_COUNTERS, STAGES } from '@mtrade/board';
import type { EngineView, FeedState } from '@mtrade/engine';
import type {
  LatencyStatus,
  StatName,
  StatusJson,
  WorkersStatus,
  WorkerStatus,
} from '../control/status-json.js';
import { investedByQuote, withFigures } from '../views/pair-figures.js';
import type { WorkerSlot } from './worker-slot.js';

export interface StatusSources {
  readonly board: Board;
  readonly clock: Clock;
  readonly slots: Readonly<Record<'reactor' | 'cycler' | 'lane', WorkerSlot>>;
  readonly feed: FeedState | null;
  readonly view: EngineView;
  readonly identity: Pick<StatusJson, 'version' | 'started_at' | 'mode' | 'exchange' | 'data_dir'>;
}

/** The public status object: shared memory for what changes each millisecond, the cycler's own view for the books. */
export function statusOf({ board, clock, slots, feed, view, identity }: StatusSources): StatusJson {
  const counters = board.counters.snapshot();
  const worker = (role: 'reactor' | 'cycler' | 'lane'): WorkerStatus => {
    const ageMs = board.heartbeats.ageMs(role, clock.monoMs());
    return {
      alive: slots[role].alive,
      restarts: slots[role].restarts,
      heartbeat_age_ms: Number.isFinite(ageMs) ? Math.round(ageMs) : null,
    };
  };
  const workers: WorkersStatus = {
    reactor: worker('reactor'),
    cycler: worker('cycler'),
    lane: worker('lane'),
  };
  return {
    schema: 1,
    running: true,
    pid: process.pid,
    ...identity,
    trading: view.trading,
    access: view.access,
    stats: Object.fromEntries(COUNTERS.map(([name]) => [name, counters[name]])) as Record<StatName, number>,
    workers,
    latency_us: Object.fromEntries(
      STAGES.map((stage) => [stage, board.latencies.snapshot(stage)]),
    ) as unknown as LatencyStatus,
    pairs: view.pairs.map(withFigures),
    profit: view.profit,
    invested: investedByQuote(view.pairs),
    internal: Object.fromEntries(INTERNAL_COUNTERS.map(([name]) => [name, counters[name]])),
    urgent_queue_depth: board.urgent.depth(),
    unknown_intents: view.unknown_intents,
    max_decision_age_ms: view.max_decision_age_ms,
    reconciliation: view.reconciliation,
    feed: {
      connected: feed?.connected ?? false,
      reconnects: feed?.reconnects ?? 0,
      malformed_frames: feed?.malformedFrames ?? 0,
      reason: feed?.reason ?? (feed ? null : 'not connected yet'),
    },
  };
}
