import { ZERO } from '@mtrade/money';
import type { EndedCycle } from './cycles.js';
import type { ForgottenDust } from './off-cycle.js';
import { type ProfitLine, ProfitSums } from './profit-sums.js';
import { quoteOf } from './sums.js';

/** Where and when something ended: what a line is made for. */
export interface EndedAt {
  readonly symbol: string;
  readonly ms: number;
}

/** What a line is made of. A cycle's profit belongs to the moment of its end; a running one is in no line. */
export interface Ended {
  readonly cycles: Iterable<EndedCycle>;
  readonly forgotten: readonly ForgottenDust[];
}

/**
 * `lines`: one per key and quote coin, in the order in which they first come. `totals`: all of a quote coin as one, with
 * an empty key.
 */
export function profitOf(
  { cycles, forgotten }: Ended,
  keyOf: (ended: EndedAt) => string,
): { readonly lines: readonly ProfitLine[]; readonly totals: readonly ProfitLine[] } {
  const lines = new Map<
    string,
    { readonly key: string; readonly quote: string; readonly sums: ProfitSums }
  >();
  const lineOf = (ended: EndedAt): ProfitSums => {
    const key = keyOf(ended);
    const quote = quoteOf(ended.symbol);
    const found = lines.get(`${key} ${quote}`) ?? { key, quote, sums: new ProfitSums() };
    lines.set(`${key} ${quote}`, found);
    return found.sums;
  };
  for (const cycle of cycles) {
    const isEmpty = cycle.outcome === 'abandoned' && cycle.bought.eq(ZERO);
    if (!isEmpty) lineOf({ symbol: cycle.symbol, ms: cycle.closedMs }).addCycle(cycle);
  }
  for (const dust of forgotten) lineOf(dust).addForgotten(dust);

  const totals = new Map<string, ProfitSums>();
  for (const { quote, sums } of lines.values()) {
    const total = totals.get(quote) ?? new ProfitSums();
    totals.set(quote, total);
    total.add(sums);
  }
  return {
    lines: [...lines.values()].map(({ key, quote, sums }) => sums.result(key, quote)),
    totals: [...totals].map(([quote, sums]) => sums.result('', quote)),
  };
}

/** The day in a time zone, as `2026-11-21`. Throws RangeError for a zone that nobody knows. */
export function dayIn(timeZone: string): (ended: EndedAt) => string {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  return ({ ms }) => format.format(ms);
}
