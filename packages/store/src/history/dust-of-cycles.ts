import { type Decimal, decimal, ZERO } from '@mtrade/money';
import type { Database } from 'better-sqlite3';

/** Base coins and what they have cost in the quote coin. */
export interface Moved {
  readonly base: Decimal;
  readonly cost: Decimal;
}

/** Coins that a cycle has not bought, or not sold. */
export type DustOfCycle = Readonly<Record<'takenOver' | 'leftOver' | 'takenIn', Moved>>;
export type DustOf = (cycleId: number) => DustOfCycle;

interface DustRow {
  readonly cycleId: number;
  readonly base: string;
  readonly cost: string;
  readonly isTakenIn: 0 | 1;
}

const NOTHING: Moved = { base: ZERO, cost: ZERO };
const NO_DUST: DustOfCycle = { takenOver: NOTHING, leftOver: NOTHING, takenIn: NOTHING };

const isNegative = ({ base, cost }: DustRow): boolean => base.startsWith('-') || cost.startsWith('-');

/** Seen from the pair, what a cycle took over has a minus. */
function withRow(dust: DustOfCycle, row: DustRow): DustOfCycle {
  const kind = !isNegative(row) ? 'leftOver' : row.isTakenIn === 1 ? 'takenIn' : 'takenOver';
  const { base, cost } = dust[kind];
  const [rowBase, rowCost] = [decimal(row.base), decimal(row.cost)];
  const sum = isNegative(row)
    ? { base: base.minus(rowBase), cost: cost.minus(rowCost) }
    : { base: base.plus(rowBase), cost: cost.plus(rowCost) };
  return { ...dust, [kind]: sum };
}

/** Coins that a cycle took in came from nowhere one row earlier. */
const SELECT = `
  SELECT dust.cycle_id AS cycleId, dust.base, dust.cost,
         came.id IS NOT NULL AND came.cycle_id IS NULL AND came.symbol = dust.symbol
           AND '-' || came.base = dust.base AS isTakenIn
  FROM dust LEFT JOIN dust AS came ON came.id = dust.id - 1`;

/** Of few cycles, in any order. The ledger has no index by cycle, so it is read once for all of them. */
export function dustOfFew(db: Database, ids: readonly number[]): DustOf {
  const byCycle = new Map<number, DustOfCycle>();
  const rows = db.prepare<[string], DustRow>(
    `${SELECT} WHERE dust.cycle_id IN (SELECT value FROM json_each(?))`,
  );
  for (const row of rows.iterate(JSON.stringify(ids)))
    byCycle.set(row.cycleId, withRow(byCycle.get(row.cycleId) ?? NO_DUST, row));
  return (id) => byCycle.get(id) ?? NO_DUST;
}

/**
 * Of any number of cycles, which are asked for one after the other in the order of their end, as `where` chooses them:
 * both come row by row, and memory does not grow with them.
 */
export function dustInOrder(
  db: Database,
  { sql, values }: { readonly sql: string; readonly values: readonly unknown[] },
): { readonly dustOf: DustOf; readonly close: () => void } {
  const rows = db
    .prepare<unknown[], DustRow>(
      `SELECT found.* FROM (${SELECT}) AS found JOIN cycle ON cycle.id = found.cycleId ${sql}
       ORDER BY cycle.closed_ms, cycle.id`,
    )
    .iterate(...values);
  let next = rows.next();
  return {
    dustOf: (id) => {
      let dust = NO_DUST;
      for (; !next.done && next.value.cycleId === id; next = rows.next()) dust = withRow(dust, next.value);
      return dust;
    },
    close: () => rows.return?.(),
  };
}
