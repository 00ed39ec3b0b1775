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

/** One of our own lines, divided by one that was measured beside it. */
export interface GuardedRatio {
  readonly variant: string;
  readonly base: string;
  readonly ratio: Ratio;
}

/** The ratios of a row that `--check` looks at: those of our own lines. That a baseline got slower is no regression. */
export function guardedRatios({ lines }: Figures): GuardedRatio[] {
  const bases = new Set(lines.flatMap(({ ratios }) => Object.keys(ratios)));
  return lines
    .filter(({ name, isReference = false }) => !isReference && !bases.has(name))
    .flatMap(({ name, ratios }) =>
      Object.entries(ratios).map(([base, ratio]) => ({ variant: name, base, ratio })),
    );
}

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
    for (const { variant, base, ratio } of now === undefined ? [] : guardedRatios(now)) {
      const old = before.lines.find(({ name }) => name === variant)?.ratios[base];
      if (old === undefined) continue;
      compared += 1;
      const allowed = worstAllowed(before.unit, old, ratio);
      const isWorse = isBetterHigher(before.unit) ? ratio.ratio < allowed : ratio.ratio > allowed;
      if (isWorse)
        regressions.push({ row: before.id, variant, base, before: old.ratio, now: ratio.ratio, allowed });
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
