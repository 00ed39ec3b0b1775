import type { Clock } from '@mtrade/base';
import { type Board, emptyEngineGauge, type EngineGauge } from '@mtrade/board';
import type { FeedState } from '@mtrade/engine';
import type { AlertsStatus } from '../alerts/index.js';
import type { BackupStatus } from '../backups/auto-backup.js';
import { type PairReading, readPairs } from './pair-reading.js';
import type { Vitals } from './vitals.js';

export const WORKERS = ['reactor', 'cycler', 'lane'] as const;
export type WorkerName = (typeof WORKERS)[number];

export interface WorkerVitals {
  readonly alive: boolean;
  readonly restarts: number;
  readonly generation: number;
}

/**
 * What a scrape reads: shared memory, and what the supervisor's thread knows by itself. No question goes to a trading
 * thread, so a scrape costs them nothing, and works as well while one of them hangs.
 */
export interface MetricSources {
  readonly board: Board;
  readonly clock: Clock;
  readonly workers: Readonly<Record<WorkerName, WorkerVitals>>;
  readonly identity: {
    readonly version: string;
    readonly mode: string;
    readonly exchange: string;
    readonly startedMs: number;
  };
  /** Null before the feed has told. */
  readonly feed: FeedState | null;
  readonly isReady: boolean;
  readonly isLockHeld: boolean;
  readonly alerts: AlertsStatus | null;
  readonly backup: BackupStatus | null;
  readonly history: HistoryVitals;
  readonly vitals: Vitals;
}

export interface HistoryVitals {
  /** Threads that answer questions about the past: none while nobody asks. */
  readonly threads: number;
  readonly waiting: number;
}

/** The sources as they are at one scrape; what several metrics need is read once. */
export interface Scrape extends MetricSources {
  readonly nowMono: number;
  /** Null before the cycler has told. */
  readonly engine: Readonly<EngineGauge> | null;
  readonly pairs: readonly PairReading[];
}

export function scrapeOf(sources: MetricSources): Scrape {
  const { board, clock } = sources;
  const gauge = emptyEngineGauge();
  const engine = board.gauges.readEngine(gauge) ? gauge : null;
  const pairs = readPairs(board, clock, engine?.bornMono ?? null);
  return { ...sources, nowMono: clock.monoMs(), engine, pairs };
}
