import type { Figures, Line } from './figures.js';

export interface Goal {
  readonly what: string;
  readonly row: string;
  readonly variant: string;
  readonly measure: 'median' | 'p99';
  /** Divided by this variant of the same run; absent: the value itself, in the row's unit. */
  readonly over?: string;
  readonly limit: number;
  /** A throughput must be at least, everything else at most. */
  readonly is: 'at most' | 'at least';
  /** Why it is missed, where that is known. Shown with the verdict only when it is missed. */
  readonly reason?: string;
}

export interface Verdict {
  readonly goal: Goal;
  /** Null when the row was not measured. */
  readonly value: number | null;
  readonly answer: 'reached' | 'missed' | 'not measured';
}

export function judge(goals: readonly Goal[], rows: readonly Figures[]): Verdict[] {
  return goals.map((goal) => {
    const line = rows.find(({ id }) => id === goal.row)?.lines.find(({ name }) => name === goal.variant);
    const value = line === undefined ? Number.NaN : valueOf(goal, line);
    if (!Number.isFinite(value)) return { goal, value: null, answer: 'not measured' };
    const isReached = goal.is === 'at most' ? value <= goal.limit : value >= goal.limit;
    return { goal, value, answer: isReached ? 'reached' : 'missed' };
  });
}

const valueOf = ({ measure, over }: Goal, { summary, ratios }: Line): number =>
  over === undefined ? summary[measure] : (ratios[over]?.ratio ?? Number.NaN);
