/** What a list of measured values says. Values are of one unit; `spread` has none. */
export interface Summary {
  readonly count: number;
  readonly median: number;
  readonly p99: number;
  readonly min: number;
  readonly max: number;
  /** Half of the values lie within this part of the median: (p75 - p25) / median. */
  readonly spread: number;
}

/** The smallest value that a share `p` of all values does not exceed; NaN of none. `sorted` is ascending. */
export function percentile(sorted: ArrayLike<number>, p: number): number {
  if (sorted.length === 0) return Number.NaN;
  const rank = Math.max(1, Math.ceil(sorted.length * p));
  return sorted[Math.min(sorted.length, rank) - 1] as number;
}

export const ascending = (values: readonly number[]): Float64Array => Float64Array.from(values).sort();

export const median = (values: readonly number[]): number => percentile(ascending(values), 0.5);

export function summarize(values: readonly number[]): Summary {
  const sorted = ascending(values);
  const middle = percentile(sorted, 0.5);
  return {
    count: sorted.length,
    median: middle,
    p99: percentile(sorted, 0.99),
    min: percentile(sorted, 0),
    max: percentile(sorted, 1),
    spread: (percentile(sorted, 0.75) - percentile(sorted, 0.25)) / middle,
  };
}

export interface Ratio {
  /** Median over the rounds of (median of the one) / (median of the other in the same round). */
  readonly ratio: number;
  /** Half of the rounds lie within this part of it; 0 with fewer than four rounds. */
  readonly noise: number;
  /** How many rounds both sides have. */
  readonly rounds: number;
}

/**
 * Compares two variants round by round. The rounds of all variants alternate, so what disturbs the machine for a while
 * disturbs both sides of a quotient. Rounds that one of the two lacks are left out.
 */
export function ratioOf(rounds: readonly (readonly number[])[], base: readonly (readonly number[])[]): Ratio {
  const quotients: number[] = [];
  for (const [index, round] of rounds.entries()) {
    const other = base[index];
    if (round.length > 0 && other !== undefined && other.length > 0)
      quotients.push(median(round) / median(other));
  }
  const sorted = ascending(quotients);
  const ratio = percentile(sorted, 0.5);
  const noise = sorted.length < 4 ? 0 : (percentile(sorted, 0.75) - percentile(sorted, 0.25)) / ratio;
  return { ratio, noise, rounds: sorted.length };
}
