import type { StageTimes } from '../engine/engine-process.js';
import type { RowResult } from '../result.js';

/** The engine's own histograms, as a row: they have no rounds, so a stage is its median, with the tail in the note. */
export function stagesRow(id: string, title: string, stages: StageTimes): RowResult {
  return {
    id,
    title,
    unit: 'us',
    bases: [],
    variants: Object.entries(stages)
      .filter(([, { count }]) => count > 0)
      .map(([name, { p50, p99, max, count }]) => ({
        name,
        rounds: [[p50]],
        note: `p99 ${Math.round(p99)}, max ${Math.round(max)}, ${count} values since the start of the engine`,
      })),
    notes: ['From `latency_us` of `mtrade status --json`, start buys included.'],
  };
}
