import { ENGINE_16, ENGINE_200, ENGINE_GOALS, type Goal } from '@mtrade/bench';
import { FLOOR, PLAIN } from './bots/bot-process.js';
import { ARMED } from './cycler-rows.js';
import { FIRST_TENTH, INTAKE_CPU, LAST_TENTH } from './frames-rows.js';
import { ALONE, PYTHON } from './memory-rows.js';

const over = (what: string, row: string, variant: string, base: string, limit: number): Goal => ({
  what,
  row,
  variant,
  measure: 'median',
  over: base,
  limit,
  is: 'at most',
});
const atLeast = (what: string, row: string, variant: string, limit: number): Goal => ({
  what,
  row,
  variant,
  measure: 'median',
  limit,
  is: 'at least',
});

/** Why a goal is missed, by its words; shown with the verdict. */
const REASONS: Readonly<Record<string, string>> = {};

const ALL: readonly Goal[] = [
  over('one order per 2 s against the floor, which commits nothing', 'reaction-slow', ENGINE_16, FLOOR, 1.4),
  over('one order per 2 s against the plain design', 'reaction-slow', ENGINE_16, PLAIN, 0.06),
  over('20 orders/s among 2,000 frames/s against the floor', 'reaction-20', ENGINE_200, FLOOR, 1.6),
  ...ENGINE_GOALS,
  atLeast('frames taken in by a second of CPU time', 'reactor', INTAKE_CPU, 300_000),
  over('memory over millions of frames', 'frames-memory', LAST_TENTH, FIRST_TENTH, 1.1),
  atLeast('evaluations of the cycler', 'cycler', ARMED, 5_000_000),
  ...['flag', 'counter', 'debounce', 'price', 'queue'].map((operation) =>
    over(`shared memory against the older design: ${operation}`, `memory-${operation}`, ALONE, PYTHON, 0.002),
  ),
];

/** What the engine is to reach, and where a row does not, why. */
export const GOALS: readonly Goal[] = ALL.map((goal) => {
  const reason = REASONS[goal.what];
  return reason === undefined ? goal : { ...goal, reason };
});
