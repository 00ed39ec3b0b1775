import type { Database } from 'better-sqlite3';
import type { Page, PageFilter } from './cursor.js';
import { type CycleLine, cycleLine, cyclePage, cyclesBetween } from './cycles.js';
import { type ExportFilter, type ExportLine, exportTrades } from './export.js';
import { journalPage, type JournalPageFilter } from './journal.js';
import type { JournalLine } from '../queries.js';
import { type TradeFilter, type TradeLine, tradePage } from './trades.js';

export type { Page, PageFilter } from './cursor.js';
export type { CycleLine } from './cycles.js';
export type { ExportFilter, ExportLine } from './export.js';
export type { JournalPageFilter } from './journal.js';
export { dayIn, type ProfitLine, profitLines } from './profit.js';
export type { TradeFilter, TradeLine } from './trades.js';

/** What was, in pages, for the web page, the API and the reports. It reads and writes nothing. */
export interface History {
  readonly trades: (filter: TradeFilter) => Page<TradeLine>;
  readonly cycles: (filter: PageFilter) => Page<CycleLine>;
  /** Null when there is no such cycle or it still runs. */
  readonly cycle: (id: number) => CycleLine | null;
  /** Every cycle that ended in the span, oldest first; for sums. */
  readonly cyclesBetween: (span: Pick<PageFilter, 'symbol' | 'fromMs' | 'untilMs'>) => readonly CycleLine[];
  readonly journal: (filter: JournalPageFilter) => Page<JournalLine>;
  /** Every trade of the span, oldest first, row by row. One at a time for each reader. */
  readonly exported: (filter: ExportFilter) => Iterable<ExportLine>;
}

export const createHistory = (db: Database): History => ({
  trades: (filter) => tradePage(db, filter),
  cycles: (filter) => cyclePage(db, filter),
  cycle: (id) => cycleLine(db, id),
  cyclesBetween: (span) => cyclesBetween(db, span),
  journal: (filter) => journalPage(db, filter),
  exported: (filter) => exportTrades(db, filter),
});
