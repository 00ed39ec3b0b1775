import type { Database } from 'better-sqlite3';
import { type PageFilter, when, whereOf } from './cursor.js';
import { type TradeLine, withCost } from './trades.js';

/** A booked trade as an export has it. */
export interface ExportLine extends TradeLine {
  readonly exchange: string;
  /** What its cycle earned after fees, on the last trade of a cycle that has ended; null on every other one. */
  readonly realizedProfit: string | null;
}

export type ExportFilter = Pick<PageFilter, 'symbol' | 'fromMs' | 'untilMs'>;

const SORTED = 'fill.epoch_ms, fill.intent_id, fill.trade_id';

const SELECT = `
  SELECT fill.exchange, fill.trade_id AS tradeId, fill.epoch_ms AS epochMs, fill.symbol, fill.side,
         fill.base_amount AS amount, fill.price, fill.fee, fill.fee_coin AS feeCoin, fill.role,
         intent.purpose, intent.step, intent.exchange_order_id AS orderId,
         intent.client_order_id AS clientOrderId, fill.cycle_id AS cycleId, cycle.number AS cycleNumber,
         fill.intent_id AS intentId,
         CASE WHEN cycle.closed_ms IS NOT NULL AND NOT EXISTS (
           SELECT 1 FROM fill AS later WHERE later.cycle_id = fill.cycle_id
             AND (later.epoch_ms, later.intent_id, later.trade_id) > (${SORTED})
         ) THEN cycle.profit END AS realizedProfit
  FROM fill JOIN intent ON intent.id = fill.intent_id JOIN cycle ON cycle.id = fill.cycle_id`;

/**
 * Every trade of the span, the oldest first, row by row: memory does not grow with the books.
 *
 * All rows are of one moment. They are sorted into a temporary table first, which SQLite keeps in an unlinked file,
 * because a reader who takes hours over the rows would otherwise hold a look at the books open for as long, and the
 * engine's log could not be folded back into its database meanwhile.
 */
export function* exportTrades(db: Database, filter: ExportFilter): Generator<ExportLine, void, undefined> {
  const { sql, values } = whereOf([
    when(filter.symbol, 'fill.symbol = ?'),
    when(filter.fromMs, 'fill.epoch_ms >= ?'),
    when(filter.untilMs, 'fill.epoch_ms < ?'),
  ]);
  // The connection itself is read-only; this switch would forbid temporary tables, too.
  db.pragma('query_only = OFF');
  try {
    db.prepare(`CREATE TEMP TABLE export AS ${SELECT} ${sql} ORDER BY ${SORTED}`).run(...values);
    const rows = db.prepare<[], Omit<ExportLine, 'cost'>>('SELECT * FROM temp.export ORDER BY rowid');
    for (const row of rows.iterate()) yield withCost(row);
  } finally {
    db.exec('DROP TABLE IF EXISTS temp.export');
    db.pragma('query_only = ON');
  }
}
