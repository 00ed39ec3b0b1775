import type { JournalPageFilter, PageFilter, Reader, TradeFilter } from '@mtrade/store';
import type { PairTerms } from '../views/pair-terms.js';
import { pairBooks } from './pair-books.js';
import { cycleJson, journalJson, pageJson, tradeJson } from './json.js';
import { type ProfitQuestion, profitReport } from './profit-report.js';

/** What can be asked of history. Plain data: it crosses a thread border. */
export type HistoryQuestion =
  | { readonly about: 'trades'; readonly filter: TradeFilter }
  | { readonly about: 'cycles'; readonly filter: PageFilter }
  | { readonly about: 'cycle'; readonly id: number }
  | { readonly about: 'pair'; readonly symbol: string; readonly terms: PairTerms }
  | { readonly about: 'journal'; readonly filter: JournalPageFilter }
  | ({ readonly about: 'profit' } & ProfitQuestion);

/** The answers as the API gives them. */
export interface HistoryAnswers {
  readonly trades: ReturnType<typeof trades>;
  readonly cycles: ReturnType<typeof cycles>;
  /** Null when there is no such cycle, or it still runs. */
  readonly cycle: ReturnType<typeof cycle>;
  /** Null when the books have no such pair. */
  readonly pair: ReturnType<typeof pairBooks>;
  readonly journal: ReturnType<typeof journal>;
  readonly profit: ReturnType<typeof profitReport>;
}

export function answer(reader: Reader, question: HistoryQuestion): HistoryAnswers[keyof HistoryAnswers] {
  switch (question.about) {
    case 'trades':
      return trades(reader, question.filter);
    case 'cycles':
      return cycles(reader, question.filter);
    case 'cycle':
      return cycle(reader, question.id);
    case 'pair':
      return pairBooks(reader, question.symbol, question.terms);
    case 'journal':
      return journal(reader, question.filter);
    case 'profit':
      return profitReport(reader, question);
  }
}

const trades = ({ history }: Reader, filter: TradeFilter) =>
  pageJson('trades', history.trades(filter), tradeJson);

const cycles = ({ history }: Reader, filter: PageFilter) =>
  pageJson('cycles', history.cycles(filter), cycleJson);

const journal = ({ history }: Reader, filter: JournalPageFilter) =>
  pageJson('entries', history.journal(filter), journalJson);

function cycle({ history, atOnce }: Reader, id: number) {
  return atOnce(() => {
    const found = history.cycle(id);
    if (found === null) return null;
    const { rows } = history.trades({ cycleId: id, limit: 1_000 });
    return { schema: 1 as const, cycle: cycleJson(found), trades: rows.map(tradeJson) };
  });
}
