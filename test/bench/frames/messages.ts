import type { BestTick } from './ticks.js';

export interface FloodBoot {
  readonly symbols: readonly string[];
  readonly ticks: readonly BestTick[];
}

/** To the sender: so many frames, as fast as they are taken. */
export interface FloodOrder {
  readonly frames: number;
}

export interface IntakeBoot {
  readonly symbols: readonly string[];
  readonly wsUrl: string;
}

/** What the receiving process has counted so far. */
export interface IntakeCounts {
  readonly ticks: number;
  readonly updates: number;
  readonly stale: number;
  readonly malformed: number;
  readonly residentBytes: number;
  /** CPU time of the process so far, us. */
  readonly cpuUs: number;
  /** Monotonic, ms. */
  readonly atMs: number;
}

/**
 * What the receiving process is asked. `live`: bytes of heap and buffers that a full collection leaves. A profile runs from `allocations` or `time` to `stop`, which is
 * answered by it.
 */
export type IntakeQuestion = 'counts' | 'live' | 'allocations' | 'time' | 'stop';
