import type { Outcome } from '@mtrade/cycle';
import { decimal, sumsByKey, text, ZERO } from '@mtrade/money';
import type { Database } from 'better-sqlite3';
import { type Page, type PageFilter, pageLimit, parseCursor, toPage, when, whereOf } from './cursor.js';

/** One finished cycle. Amounts are exact decimal text in the quote coin unless said otherwise. */
export interface CycleLine {
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
  readonly invested: string;
  readonly proceeds: string;
  /** After fees. */
  readonly profit: string;
  /** What the exchange took, per coin. */
  readonly fees: Readonly<Record<string, string>>;
  readonly startedMs: number;
  readonly closedMs: number;
}

const COLUMNS = `id, symbol, number, state AS outcome, step, start_price AS startPrice, base_volume AS baseVolume,
  invested, proceeds, profit, started_ms AS startedMs, closed_ms AS closedMs`;

export function cyclePage(db: Database, filter: PageFilter): Page<CycleLine> {
  const limit = pageLimit(filter.limit);
  const { sql, values } = whereOf([
    ['closed_ms IS NOT NULL', []],
    when(filter.symbol, 'symbol = ?'),
    when(filter.fromMs, 'closed_ms >= ?'),
    when(filter.untilMs, 'closed_ms < ?'),
    filter.before === undefined ? null : ['(closed_ms, id) < (?, ?)', parseCursor(filter.before, 2, false)],
  ]);
  const rows = db
    .prepare<unknown[], Omit<CycleLine, 'fees'>>(
      `SELECT ${COLUMNS} FROM cycle ${sql} ORDER BY closed_ms DESC, id DESC LIMIT ?`,
    )
    .all(...values, limit + 1);
  const page = toPage(rows, limit, (row) => `${row.closedMs}.${row.id}`);
  return { rows: withFees(db, page.rows), next: page.next };
}

/** Every cycle that ended in the span, oldest first. */
export function cyclesBetween(
  db: Database,
  { symbol, fromMs, untilMs }: Pick<PageFilter, 'symbol' | 'fromMs' | 'untilMs'>,
): readonly CycleLine[] {
  const { sql, values } = whereOf([
    ['closed_ms IS NOT NULL', []],
    when(symbol, 'symbol = ?'),
    when(fromMs, 'closed_ms >= ?'),
    when(untilMs, 'closed_ms < ?'),
  ]);
  return withFees(
    db,
    db
      .prepare<unknown[], Omit<CycleLine, 'fees'>>(
        `SELECT ${COLUMNS} FROM cycle ${sql} ORDER BY closed_ms, id`,
      )
      .all(...values),
  );
}

export function cycleLine(db: Database, id: number): CycleLine | null {
  const row = db
    .prepare<[number], Omit<CycleLine, 'fees'>>(
      `SELECT ${COLUMNS} FROM cycle WHERE id = ? AND closed_ms IS NOT NULL`,
    )
    .get(id);
  return row === undefined ? null : (withFees(db, [row])[0] ?? null);
}

function withFees(db: Database, rows: readonly Omit<CycleLine, 'fees'>[]): CycleLine[] {
  const fees = db.prepare<[number], { fee: string; coin: string }>(
    'SELECT fee, fee_coin AS coin FROM fill WHERE cycle_id = ?',
  );
  return rows.map((row) => ({ ...row, fees: sumByCoin(fees.all(row.id)) }));
}

function sumByCoin(rows: readonly { readonly fee: string; readonly coin: string }[]): Record<string, string> {
  const sums = sumsByKey(rows.map(({ fee, coin }) => [coin, decimal(fee)]));
  return Object.fromEntries(
    [...sums].filter(([, sum]) => !sum.eq(ZERO)).map(([coin, sum]) => [coin, text(sum)]),
  );
}
