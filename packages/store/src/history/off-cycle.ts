import type { Database } from 'better-sqlite3';
import { when, whereOf } from './cursor.js';
import type { CycleSpan } from './cycles.js';
import { dustOfFew } from './dust-of-cycles.js';
import { type Coins, cycleAmounts, type CycleNumbers, type CycleSums, sumsText } from './sums.js';

/** A cycle that is not over: it has earned nothing yet. */
export interface RunningCycle extends CycleSums {
  readonly id: number;
  readonly symbol: string;
  readonly number: number;
  /** What its coins have cost so far: paid less received. Below zero once its sales have brought more. */
  readonly invested: string;
  readonly proceeds: string;
  readonly baseVolume: string;
}

/** Coins too few to be sold that a reset took out of the books beside the cycle's own, or without one. */
export interface ForgottenDust extends Coins {
  readonly symbol: string;
  readonly ms: number;
}

/** Cycles that run at this moment. */
export function runningCycles(db: Database, symbol?: string): readonly RunningCycle[] {
  const { sql, values } = whereOf([['closed_ms IS NULL', []], when(symbol, 'symbol = ?')]);
  const rows = db
    .prepare<unknown[], Omit<CycleNumbers, 'profit'> & { readonly number: number }>(
      `SELECT id, symbol, number, base_volume AS baseVolume, invested, proceeds FROM cycle ${sql} ORDER BY id`,
    )
    .all(...values);
  const few = rows.map(({ id }) => id);
  const amountsOf = cycleAmounts(db, dustOfFew(db, few));
  return rows.map((row) => ({ ...row, ...sumsText(row.symbol, amountsOf({ ...row, profit: null })) }));
}

export function forgottenDust(
  db: Database,
  { symbol, fromMs, untilMs }: CycleSpan,
): readonly ForgottenDust[] {
  const { sql, values } = whereOf([
    ["cycle_id IS NULL AND (base GLOB '-*' OR cost GLOB '-*')", []],
    when(symbol, 'symbol = ?'),
    when(fromMs, 'epoch_ms >= ?'),
    when(untilMs, 'epoch_ms < ?'),
  ]);
  return db
    .prepare<unknown[], ForgottenDust>(
      `SELECT symbol, epoch_ms AS ms, ltrim(base, '-') AS base, ltrim(cost, '-') AS cost FROM dust ${sql} ORDER BY id`,
    )
    .all(...values);
}
