import { decimal, type Decimal, text, ZERO } from '@mtrade/money';
import type { CycleLine } from './cycles.js';

/** What the cycles of one day or one pair have earned; one line per quote coin. Amounts are exact decimal text. */
export interface ProfitLine {
  /** A day such as `2026-11-21`, or a pair. */
  readonly key: string;
  readonly quote: string;
  readonly cycles: number;
  /** After fees. */
  readonly profit: string;
  /** Per coin, also what was taken in a third one and is not part of `profit`. */
  readonly fees: Readonly<Record<string, string>>;
  readonly bought: string;
  readonly sold: string;
}

interface Sums {
  readonly key: string;
  readonly quote: string;
  cycles: number;
  profit: Decimal;
  bought: Decimal;
  sold: Decimal;
  readonly fees: Map<string, Decimal>;
}

/**
 * A cycle's profit belongs to the moment of its end. What a running one may still earn is in no line: a profit is told
 * when it is there.
 */
export function profitLines(
  cycles: readonly CycleLine[],
  keyOf: (cycle: CycleLine) => string,
): readonly ProfitLine[] {
  const lines = new Map<string, Sums>();
  for (const cycle of cycles) {
    // A start buy that was never filled left nothing behind.
    if (cycle.outcome === 'abandoned') continue;
    const key = keyOf(cycle);
    const quote = cycle.symbol.split('/')[1] ?? '';
    const sums = lines.get(`${key} ${quote}`) ?? {
      key,
      quote,
      cycles: 0,
      profit: ZERO,
      bought: ZERO,
      sold: ZERO,
      fees: new Map<string, Decimal>(),
    };
    lines.set(`${key} ${quote}`, sums);
    sums.cycles += 1;
    sums.profit = sums.profit.plus(decimal(cycle.profit));
    sums.bought = sums.bought.plus(decimal(cycle.invested));
    sums.sold = sums.sold.plus(decimal(cycle.proceeds));
    for (const [coin, fee] of Object.entries(cycle.fees))
      sums.fees.set(coin, (sums.fees.get(coin) ?? ZERO).plus(decimal(fee)));
  }
  return [...lines.values()].map(({ fees, profit, bought, sold, ...line }) => ({
    ...line,
    profit: text(profit),
    bought: text(bought),
    sold: text(sold),
    fees: Object.fromEntries([...fees].map(([coin, fee]) => [coin, text(fee)])),
  }));
}

/** The day in a time zone, as `2026-11-21`. Throws RangeError for a zone that nobody knows. */
export function dayIn(timeZone: string): (cycle: CycleLine) => string {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  return ({ closedMs }) => format.format(closedMs);
}
