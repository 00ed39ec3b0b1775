export type Unit = 'us' | 'ns' | 'ms' | 'MB' | 'bytes' | '% of a core' | '1/s';

/** Throughputs are better when higher; everything else is a cost. */
export const isBetterHigher = (unit: Unit): boolean => unit === '1/s';

/** One side of a comparison, with its values round by round. */
export interface VariantResult {
  readonly name: string;
  readonly rounds: readonly (readonly number[])[];
  /** What a reader must know of this line alone. */
  readonly note?: string;
  /** Depends on what else the machine does at the moment: shown, and not divided by anything. */
  readonly isUnsteady?: boolean;
  /** Nothing of ours: shown beside it, and no change of it is a regression. */
  readonly isReference?: boolean;
}

/** Everything that was measured side by side, in one unit. */
export interface RowResult {
  /** As `npm run bench -- ID` takes it. */
  readonly id: string;
  readonly title: string;
  readonly unit: Unit;
  /** The variants that the others are divided by. */
  readonly bases: readonly string[];
  readonly variants: readonly VariantResult[];
  readonly notes: readonly string[];
}

/** What a row is run with. */
export interface RowContext {
  /** A short run: fewer rounds, larger noise. */
  readonly quick: boolean;
  /** Below it rows make their directories; on the disk that is measured. */
  readonly workDir: string;
  readonly commandLine: string;
  /** What the user has called, to which the names of rows are added. */
  readonly command: string;
  readonly progress: (text: string) => void;
}

/** A row by its name, and how it is run. */
export interface Row {
  readonly id: string;
  readonly run: (context: RowContext) => Promise<readonly RowResult[]>;
}
