import type { RowResult, Unit } from '../result.js';
import { type Ratio, ratioOf, type Summary, summarize } from '../statistics.js';

export interface Line {
  readonly name: string;
  readonly summary: Summary;
  /** By the name of the variant that this one is divided by. */
  readonly ratios: Readonly<Record<string, Ratio>>;
  readonly note?: string;
  /** Nothing of ours, shown for comparison. What others are divided by is never ours, either. */
  readonly isReference?: boolean;
}

/** A measured row as it is published and committed. */
export interface Figures {
  readonly id: string;
  readonly title: string;
  readonly unit: Unit;
  readonly lines: readonly Line[];
  readonly notes: readonly string[];
}

export function figuresOf({ id, title, unit, bases, variants, notes }: RowResult): Figures {
  const named = new Map(variants.map((variant) => [variant.name, variant]));
  const lines = variants.map(({ name, rounds, note, isUnsteady = false, isReference = false }): Line => {
    const others = isUnsteady ? [] : bases.filter((base) => base !== name && named.has(base));
    return {
      name,
      summary: summarize(rounds.flat()),
      ratios: Object.fromEntries(
        others.map((base) => [base, ratioOf(rounds, named.get(base)?.rounds ?? [])]),
      ),
      ...(note === undefined ? {} : { note }),
      ...(isReference && { isReference }),
    };
  });
  return { id, title, unit, lines, notes };
}

/** How and when a row was measured. */
export interface Taken {
  /** What measures it again. */
  readonly command: string;
  /** ISO 8601. */
  readonly at: string;
  /** Load average of the minute before: how much else the machine had to do. */
  readonly load: number;
  /** The processes ran at real-time priority: what else ran had to wait. */
  readonly realTime: boolean;
  readonly quick: boolean;
}

export interface MeasuredFigures extends Figures {
  readonly taken: Taken;
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  readonly node: string;
}

/** What is committed as the baseline, and written by `--json`. */
export interface Report {
  readonly schema: 1;
  readonly machine: Machine;
  readonly rows: readonly MeasuredFigures[];
}
