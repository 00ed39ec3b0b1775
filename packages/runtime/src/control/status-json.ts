import type { CounterName, LatencySummary } from '@mtrade/board';
import type { AccessView, ReconciliationView } from '@mtrade/engine';
import type { AlertsStatus } from '../alerts/alerts-status.js';
import type { BackupStatus } from '../backups/auto-backup.js';
import type { PairStatus } from '../views/pair-figures.js';

/**
 * What `mtrade status --json`, `GET /api/autotrade/status`, the metrics and the web page show: one object, one
 * meaning. Field names are the public contract; fields are added, never changed or removed.
 *
 * Amounts and prices are decimal text, ages are ms, latencies are us.
 */
export interface StatusJson {
  readonly schema: 1;
  readonly running: boolean;
  /** Null only when no engine runs and the last stored state is shown. */
  readonly pid: number | null;
  readonly version: string;
  /** ISO 8601, UTC. */
  readonly started_at: string | null;
  readonly mode: string;
  readonly exchange: string;
  /** The engine-wide switch. */
  readonly trading: boolean;
  readonly data_dir: string;
  readonly stats: Readonly<Record<StatName, number>>;
  readonly workers: WorkersStatus;
  readonly latency_us: LatencyStatus;
  readonly pairs: readonly PairStatus[];
  /** Realised profit per quote coin. */
  readonly profit: Readonly<Record<string, string>>;
  /** What is tied up in open positions, per quote coin. */
  readonly invested: Readonly<Record<string, string>>;
  /** Counters for diagnosis; their names are no contract. */
  readonly internal: Readonly<Record<string, number>>;
  readonly urgent_queue_depth: number;
  /** Intents whose outcome is not known yet. */
  readonly unknown_intents: number;
  /** Highest decision age of a permitted pair. */
  readonly max_decision_age_ms: number;
  readonly feed: FeedStatus;
  /** The account against the books; absent when no engine runs. */
  readonly reconciliation?: ReconciliationView | undefined;
  /** Absent when no engine runs. */
  readonly access?: AccessView | undefined;
  /** Absent when no engine runs. */
  readonly alerts?: AlertsStatus | undefined;
  readonly backup?: BackupStatus | undefined;
  /** How fast the counters grow, per second; only in the event stream, null until it is known. */
  readonly stat_rates?: Readonly<Record<StatName, number>> | null | undefined;
}

/** The nine public counters; their table, with a sentence for each, is the board's. */
export type StatName = CounterName;

export interface WorkerStatus {
  readonly alive: boolean;
  readonly restarts: number;
  /** Null before the first heartbeat. */
  readonly heartbeat_age_ms: number | null;
}

export interface WorkersStatus {
  readonly reactor: WorkerStatus;
  readonly cycler: WorkerStatus;
  readonly [worker: string]: WorkerStatus;
}

export interface LatencyStatus {
  readonly tick_to_decision: LatencySummary;
  readonly tick_to_order: LatencySummary;
  readonly [stage: string]: LatencySummary;
}

export interface FeedStatus {
  readonly connected: boolean;
  readonly reconnects: number;
  readonly malformed_frames: number;
  /** Why the feed is not connected; null while it is. */
  readonly reason: string | null;
}
