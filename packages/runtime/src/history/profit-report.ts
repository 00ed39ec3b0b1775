import { decimal, sum, text } from '@mtrade/money';
import {
  dayIn,
  type CycleSpan,
  type ProfitLine,
  profitOf,
  type Reader,
  type RunningCycle,
} from '@mtrade/store';

export interface ProfitQuestion {
  readonly by: 'day' | 'pair';
  /** Where a day begins; UTC when missing. */
  readonly timeZone?: string;
  readonly filter: CycleSpan;
}

const amountsJson = (line: ProfitLine) => ({
  quote: line.quote,
  cycles: line.cycles,
  resets: line.resets,
  bought: line.bought,
  sold: line.sold,
  quote_fees: line.quoteFees,
  unsold: line.unsold,
  kept: line.kept,
  let_go: line.letGo,
  let_go_coins: line.letGoCoins,
  taken_in: line.takenIn,
  /** After fees. */
  profit: line.profit,
  fees: line.fees,
  other_fees: line.otherFees,
});

/** What the cycles of a day or a pair have earned. */
export interface ProfitJson extends ReturnType<typeof amountsJson> {
  readonly day?: string;
  readonly pair?: string;
}

const rowJson = (by: 'day' | 'pair', line: ProfitLine): ProfitJson => ({
  ...(by === 'day' ? { day: line.key } : { pair: line.key }),
  ...amountsJson(line),
});

/** What ended in the span, per day or pair and in all, and what still runs. All of it is of one moment. */
export function profitReport({ history, atOnce }: Reader, { by, filter, timeZone = 'UTC' }: ProfitQuestion) {
  return atOnce(() => {
    const { lines, totals } = profitOf(
      { cycles: history.cyclesBetween(filter), forgotten: history.forgotten(filter) },
      by === 'pair' ? ({ symbol }) => symbol : dayIn(timeZone),
    );
    const rows = by === 'day' ? lines.toSorted((a, b) => (a.key < b.key ? -1 : 1)) : lines;
    return {
      schema: 1 as const,
      by,
      time_zone: timeZone,
      rows: rows.map((line) => rowJson(by, line)),
      totals: Object.fromEntries(totals.map(({ quote, profit }) => [quote, profit])),
      sums: totals.map(amountsJson),
      running: runningJson(history.running(filter.symbol)),
    };
  });
}

/** Per quote coin what running cycles have traded so far: with it the trades are complete. */
function runningJson(cycles: readonly RunningCycle[]) {
  const quoteOf = ({ symbol }: RunningCycle): string => symbol.split('/')[1] ?? '';
  return [...new Set(cycles.map(quoteOf))].map((quote) => {
    const ofQuote = cycles.filter((cycle) => quoteOf(cycle) === quote);
    const total = (amountOf: (cycle: RunningCycle) => string): string =>
      text(sum(ofQuote.map((cycle) => decimal(amountOf(cycle)))));
    return {
      quote,
      cycles: ofQuote.length,
      bought: total(({ bought }) => bought),
      sold: total(({ sold }) => sold),
      quote_fees: total(({ quoteFees }) => quoteFees),
      taken_over: total(({ takenOver }) => takenOver.cost),
      taken_in: total(({ takenIn }) => takenIn.cost),
      invested: total(({ invested }) => invested),
      proceeds: total(({ proceeds }) => proceeds),
    };
  });
}
