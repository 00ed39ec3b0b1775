import type { Database } from 'better-sqlite3';
import type { JournalLine } from '../queries.js';
import { epoch } from '../rows/columns.js';
import { type Page, type PageFilter, pageLimit, parseCursor, toPage, when, whereOf } from './cursor.js';

export interface JournalPageFilter extends PageFilter {
  /** An event, or its first words: `order` finds `order.intent` and `order.filled`. */
  readonly event?: string;
}

interface Row {
  readonly id: number;
  readonly epochMs: number;
  readonly symbol: string | null;
  readonly event: string;
  readonly details: string;
}

export function journalPage(db: Database, filter: JournalPageFilter): Page<JournalLine> {
  const limit = pageLimit(filter.limit);
  const { event } = filter;
  const { sql, values } = whereOf([
    when(filter.symbol, 'symbol = ?'),
    when(filter.fromMs, 'epoch_ms >= ?'),
    when(filter.untilMs, 'epoch_ms < ?'),
    event === undefined
      ? null
      : ['(event = ? OR substr(event, 1, length(?)) = ?)', [event, `${event}.`, `${event}.`]],
    filter.before === undefined ? null : ['id < ?', parseCursor(filter.before, 1, false)],
  ]);
  const rows = db
    .prepare<unknown[], Row>(
      `SELECT id, epoch_ms AS epochMs, symbol, event, details FROM journal ${sql} ORDER BY id DESC LIMIT ?`,
    )
    .all(...values, limit + 1);
  const page = toPage(rows, limit, (row) => String(row.id));
  return {
    rows: page.rows.map((row) => ({
      ...row,
      epochMs: epoch(row.epochMs),
      details: JSON.parse(row.details) as Record<string, unknown>,
    })),
    next: page.next,
  };
}
