import { type Ending, endingOf, type EndingSale, type Outcome, type RollbackReason } from '@mtrade/cycle';
import { type Decimal, decimal } from '@mtrade/money';
import type { Database } from 'better-sqlite3';
import { schemaVersion } from '../migrate.js';
import { WITH_STOPS } from '../schema/migrations.js';
import { type Page, type PageFilter, pageLimit, parseCursor, toPage, when, whereOf } from './cursor.js';
import { dustInOrder, dustOfFew } from './dust-of-cycles.js';
import { type CycleAmounts, cycleAmounts, type CycleNumbers, type CycleSums, sumsText } from './sums.js';

/** A finished cycle for sums. */
export interface EndedCycle extends CycleAmounts {
  readonly id: number;
  readonly symbol: string;
  readonly outcome: Outcome;
  /** After fees. */
  readonly profit: Decimal;
  readonly closedMs: number;
}

/** One finished cycle with how it ended. Amounts are exact decimal text in the quote coin unless said otherwise. */
export interface CycleLine extends CycleSums {
  readonly id: number;
  readonly symbol: string;
  /** The pair's own count, from 1. */
  readonly number: number;
  readonly outcome: Outcome;
  /** The last row of the ladder that was bought. */
  readonly step: number;
  readonly startPrice: string | null;
  /** Base that stayed on the account. */
  readonly baseVolume: string;
  /** Paid for its buys with quote fees, and the cost of coins that it took over. */
  readonly invested: string;
  /** Received for its sales, less quote fees. */
  readonly proceeds: string;
  /** After fees. */
  readonly profit: string;
  readonly startedMs: number;
  readonly closedMs: number;
  readonly ending: Ending;
  /** Why the engine sold it itself; null for every other ending. */
  readonly rollback: RollbackReason | null;
}

type Row = Omit<CycleLine, keyof CycleSums | 'ending' | 'rollback'>;
export type CycleSpan = Pick<PageFilter, 'symbol' | 'fromMs' | 'untilMs'>;

const COLUMNS = `id, symbol, number, state AS outcome, step, start_price AS startPrice, base_volume AS baseVolume,
  invested, proceeds, profit, started_ms AS startedMs, closed_ms AS closedMs`;

const endedIn = ({ symbol, fromMs, untilMs }: CycleSpan) =>
  [
    ['closed_ms IS NOT NULL', []],
    when(symbol, 'cycle.symbol = ?'),
    when(fromMs, 'closed_ms >= ?'),
    when(untilMs, 'closed_ms < ?'),
  ] as const;

export function cyclePage(db: Database, filter: PageFilter): Page<CycleLine> {
  const limit = pageLimit(filter.limit);
  const { sql, values } = whereOf([
    ...endedIn(filter),
    filter.before === undefined ? null : ['(closed_ms, id) < (?, ?)', parseCursor(filter.before, 2, false)],
  ]);
  const rows = db
    .prepare<unknown[], Row>(`SELECT ${COLUMNS} FROM cycle ${sql} ORDER BY closed_ms DESC, id DESC LIMIT ?`)
    .all(...values, limit + 1);
  const page = toPage(rows, limit, (row) => `${row.closedMs}.${row.id}`);
  return { rows: lines(db, page.rows), next: page.next };
}

type SumRow = CycleNumbers & Pick<Row, 'outcome' | 'profit' | 'closedMs'>;

/** Every cycle that ended in the span, oldest first, row by row. */
export function* cyclesBetween(db: Database, span: CycleSpan): Generator<EndedCycle, void, undefined> {
  const chosen = whereOf(endedIn(span));
  const { dustOf, close } = dustInOrder(db, chosen);
  try {
    const amountsOf = cycleAmounts(db, dustOf);
    const rows = db.prepare<unknown[], SumRow>(
      `SELECT id, symbol, state AS outcome, base_volume AS baseVolume, invested, proceeds, profit,
              closed_ms AS closedMs
       FROM cycle ${chosen.sql} ORDER BY closed_ms, id`,
    );
    for (const row of rows.iterate(...chosen.values)) {
      const { id, symbol, outcome, closedMs } = row;
      yield { id, symbol, outcome, closedMs, profit: decimal(row.profit), ...amountsOf(row) };
    }
  } finally {
    close();
  }
}

export function cycleLine(db: Database, id: number): CycleLine | null {
  const row = db
    .prepare<[number], Row>(`SELECT ${COLUMNS} FROM cycle WHERE id = ? AND closed_ms IS NOT NULL`)
    .get(id);
  return row === undefined ? null : (lines(db, [row])[0] ?? null);
}

function lines(db: Database, rows: readonly Row[]): CycleLine[] {
  const few = rows.map(({ id }) => id);
  const amountsOf = cycleAmounts(db, dustOfFew(db, few));
  const saleOf = endingSales(db);
  return rows.map((row) => {
    const sale = saleOf(row);
    const ending = endingOf(row.outcome, sale);
    return {
      ...row,
      ...sumsText(row.symbol, amountsOf(row)),
      ending,
      rollback: ending === 'rollback' ? (sale?.rollback ?? null) : null,
    };
  });
}

type Sale = EndingSale & { readonly rollback: RollbackReason | null };
interface SaleRow extends Omit<Sale, 'isStop'> {
  readonly isStop: 0 | 1;
}

/** The sale that ended a cycle: of those with trades the last one, and none that came to its end after the cycle. */
function endingSales(db: Database): (row: Row) => Sale | null {
  const hasStops = schemaVersion(db) >= WITH_STOPS;
  const statement = db.prepare<[{ id: number; closedMs: number }], SaleRow>(
    `SELECT intent.purpose, ${hasStops ? 'intent.trigger_price IS NOT NULL' : '0'} AS isStop,
            ${hasStops ? '(SELECT rollback FROM position WHERE cycle_id = @id)' : 'NULL'} AS rollback
     FROM intent
     WHERE intent.id IN (SELECT intent_id FROM fill WHERE cycle_id = @id AND side = 'sell')
     ORDER BY intent.closed_ms <= @closedMs DESC, intent.closed_ms DESC, intent.id DESC LIMIT 1`,
  );
  return ({ id, closedMs }) => {
    const sale = statement.get({ id, closedMs });
    return sale === undefined ? null : { ...sale, isStop: sale.isStop === 1 };
  };
}
