import type { Goal } from '../report/goals.js';
import { ENGINE_16, ENGINE_200 } from './subjects.js';

const atMost = (
  what: string,
  row: string,
  variant: string,
  limit: number,
  measure: Goal['measure'],
): Goal => ({
  what,
  row,
  variant,
  measure,
  limit,
  is: 'at most',
});

/** Goals of the engine alone, in the units of their rows. Two cores of a small server are assumed. */
export const ENGINE_GOALS: readonly Goal[] = [
  atMost('frame received until the decision', 'stages', 'tick_to_decision', 60, 'median'),
  atMost('one order per 2 s, the slowest hundredth', 'reaction-slow', ENGINE_16, 5_000, 'p99'),
  atMost('first order after a start', 'first-order', ENGINE_16, 10_000, 'median'),
  atMost('cold start to ready', 'ready', ENGINE_16, 600, 'median'),
  atMost('resident memory, 16 pairs', 'resident', `${ENGINE_16}, 160 frames/s`, 115, 'median'),
  atMost('resident memory, 200 pairs', 'resident', ENGINE_200, 140, 'median'),
  atMost('CPU, 16 pairs at 16 frames/s', 'idle-16', `${ENGINE_16}, 16 frames/s`, 1, 'median'),
  atMost('CPU, 16 pairs at 160 frames/s', 'idle-160', `${ENGINE_16}, 160 frames/s`, 3, 'median'),
  atMost('CPU, 200 pairs at 2,000 frames/s', 'idle-2000', ENGINE_200, 7, 'median'),
  atMost('status while the exchange hangs', 'control', 'GET /v1/status', 1.5, 'median'),
  atMost('status while the exchange hangs, the slowest hundredth', 'control', 'GET /v1/status', 15, 'p99'),
  atMost('reset while the exchange hangs', 'control', 'reset of a pair, committed', 1.5, 'median'),
  atMost(
    'reset while the exchange hangs, the slowest hundredth',
    'control',
    'reset of a pair, committed',
    15,
    'p99',
  ),
];
