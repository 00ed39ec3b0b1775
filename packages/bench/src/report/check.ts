import { isBetterHigher, type Unit } from '../result.js';
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
/** Memory does not depend on the hour. */
const LEAST_TOLERANCE_OF_MEMORY = 0.1;
/**
 * The middle of many rounds is steadier than a round: by the root of their number. So many times that, of both runs
 * together, is noise; a row that looks worse is measured once more before it is called so.
 */
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
        const allowed = worstAllowed(before.unit, oldRatio, ratio);
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

/** The worst ratio that `now` may be; `now` counts with its noise alone. */
export function worstAllowed(unit: Unit, before: Ratio, now: Ratio): number {
  const least = unit === 'MB' ? LEAST_TOLERANCE_OF_MEMORY : LEAST_TOLERANCE;
  const tolerance = 1 + Math.max(least, NOISE_FACTOR * (uncertaintyOf(before) + uncertaintyOf(now)));
  return isBetterHigher(unit) ? before.ratio / tolerance : before.ratio * tolerance;
}

/** A report of an older kind does not tell its rounds. */
const LEAST_ROUNDS = 4;

const uncertaintyOf = ({ noise, rounds = LEAST_ROUNDS }: Partial<Ratio> & Pick<Ratio, 'noise'>): number =>
  noise / Math.sqrt(rounds);
