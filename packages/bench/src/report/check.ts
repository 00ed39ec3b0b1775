import { isBetterHigher } from '../result.js';
import type { Ratio } from '../statistics.js';
import type { Figures, Report } from './figures.js';

/** A ratio that has become worse than noise explains. */
export interface Regression {
  readonly row: string;
  readonly variant: string;
  readonly base: string;
  readonly before: number;
  readonly now: number;
  /** The worst ratio that would have passed. */
  readonly allowed: number;
}

/** Less than this is never a regression: ratios of one machine differ that much from one hour to the next. */
const LEAST_TOLERANCE = 0.5;
/** So many times the spread of the rounds, of both runs together. */
const NOISE_FACTOR = 2;

export interface CheckResult {
  readonly compared: number;
  readonly regressions: readonly Regression[];
}

/** Compares ratios to the variants of the same run, never absolute figures: those differ from machine to machine. */
export function checkAgainst(baseline: Report, rows: readonly Figures[]): CheckResult {
  let compared = 0;
  const regressions: Regression[] = [];
  for (const before of baseline.rows) {
    const now = rows.find(({ id }) => id === before.id);
    for (const line of now?.lines ?? []) {
      const old = before.lines.find(({ name }) => name === line.name);
      for (const [base, ratio] of Object.entries(line.ratios)) {
        const oldRatio = old?.ratios[base];
        if (oldRatio === undefined) continue;
        compared += 1;
        const allowed = worstAllowed(oldRatio, ratio, isBetterHigher(before.unit));
        const isWorse = isBetterHigher(before.unit) ? ratio.ratio < allowed : ratio.ratio > allowed;
        if (isWorse)
          regressions.push({
            row: before.id,
            variant: line.name,
            base,
            before: oldRatio.ratio,
            now: ratio.ratio,
            allowed,
          });
      }
    }
  }
  return { compared, regressions };
}

function worstAllowed(before: Ratio, now: Ratio, higherIsBetter: boolean): number {
  const tolerance = 1 + Math.max(LEAST_TOLERANCE, NOISE_FACTOR * (before.noise + now.noise));
  return higherIsBetter ? before.ratio / tolerance : before.ratio * tolerance;
}
