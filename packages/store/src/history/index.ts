import type { Database } from 'better-sqlite3';
import type { Page, PageFilter } from './cursor.js';
import {
  type CycleLine,
  cycleLine,
  cyclePage,
  cyclesBetween,
  type CycleSpan,
  type EndedCycle,
} from './cycles.js';
import { type ExportFilter, type ExportLine, exportTrades } from './export.js';
import { journalPage, type JournalPageFilter } from './journal.js';
import type { JournalLine } from '../queries.js';
import { type ForgottenDust, forgottenDust, type RunningCycle, runningCycles } from './off-cycle.js';
import { type TradeFilter, type TradeLine, tradePage } from './trades.js';

export type { Page, PageFilter } from './cursor.js';
export type { CycleLine, CycleSpan, EndedCycle } from './cycles.js';
export type { ExportFilter, ExportLine } from './export.js';
export type { JournalPageFilter } from './journal.js';
export type { ForgottenDust, RunningCycle } from './off-cycle.js';
export { dayIn, profitOf } from './profit.js';
export type { ProfitLine } from './profit-sums.js';
export type { Coins, CycleSums } from './sums.js';
export type { TradeFilter, TradeLine } from './trades.js';

/** What was, in pages, for the web page, the API and the reports. It reads and writes nothing. */
export interface History {
  readonly trades: (filter: TradeFilter) => Page<TradeLine>;
  readonly cycles: (filter: PageFilter) => Page<CycleLine>;
  /** Null when there is no such cycle or it still runs. */
  readonly cycle: (id: number) => CycleLine | null;
  /** Every cycle that ended in the span, oldest first, row by row; for sums. One at a time for each reader. */
  readonly cyclesBetween: (span: CycleSpan) => Iterable<EndedCycle>;
  /** Coins without a cycle that resets of the span took out of the books, oldest first. */
  readonly forgotten: (span: CycleSpan) => readonly ForgottenDust[];
  /** What runs at this moment. */
  readonly running: (symbol?: string) => readonly RunningCycle[];
  readonly journal: (filter: JournalPageFilter) => Page<JournalLine>;
  /** Every trade of the span, oldest first, row by row. One at a time for each reader. */
  readonly exported: (filter: ExportFilter) => Iterable<ExportLine>;
}

export const createHistory = (db: Database): History => ({
  trades: (filter) => tradePage(db, filter),
  cycles: (filter) => cyclePage(db, filter),
  cycle: (id) => cycleLine(db, id),
  cyclesBetween: (span) => cyclesBetween(db, span),
  forgotten: (span) => forgottenDust(db, span),
  running: (symbol) => runningCycles(db, symbol),
  journal: (filter) => journalPage(db, filter),
  exported: (filter) => exportTrades(db, filter),
});
