import type { HistoryAnswers } from '@mtrade/runtime';
import { decimal } from '@mtrade/money';
import { fit, fitDecimal } from './columns.js';

type Column<Row> = readonly [title: string, width: number, cell: (row: Row) => string, align?: 'left'];

/** `11-21 10:02:03`, UTC: the year stands in the options. */
const moment = (ms: number): string => new Date(ms).toISOString().slice(5, 19).replace('T', ' ');

/** A table with a head, in the given widths and one space between; numbers stand at the right. */
function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const line = (cells: readonly string[]): string => cells.join(' ').trimEnd();
  const head = line(columns.map(([title, width, , align]) => fit(title, width, align ?? 'right')));
  const body = rows.map((row) =>
    line(
      columns.map(([, width, cell, align]) =>
        align === 'left' ? fit(cell(row), width) : fit(fitDecimal(cell(row), width), width, 'right'),
      ),
    ),
  );
  return `${[head, ...body].join('\n')}\n`;
}

const more = (next: string | null): string => (next === null ? '' : '... older ones with --limit or --to\n');

type Trade = HistoryAnswers['trades']['trades'][number];
const TRADES: readonly Column<Trade>[] = [
  ['time (UTC)', 14, ({ ms }) => moment(ms), 'left'],
  ['pair', 11, ({ symbol }) => symbol, 'left'],
  ['side', 4, ({ side }) => side, 'left'],
  ['amount', 11, ({ amount }) => amount],
  ['price', 10, ({ price }) => price],
  ['cost', 10, ({ cost }) => cost],
  ['fee', 8, ({ fee }) => fee],
  ['', 5, ({ fee_coin }) => fee_coin, 'left'],
];

export const renderTrades = ({ trades, next }: HistoryAnswers['trades']): string =>
  trades.length === 0 ? 'no trades\n' : table(TRADES, trades) + more(next);

type Cycle = HistoryAnswers['cycles']['cycles'][number];
const CYCLES: readonly Column<Cycle>[] = [
  ['ended (UTC)', 14, ({ closed_ms }) => moment(closed_ms), 'left'],
  ['pair', 11, ({ symbol }) => symbol, 'left'],
  ['cycle', 5, ({ cycle }) => String(cycle)],
  ['row', 3, ({ step }) => String(step)],
  ['how', 9, ({ outcome }) => outcome, 'left'],
  ['invested', 10, ({ invested }) => invested],
  ['proceeds', 10, ({ proceeds }) => proceeds],
  ['profit', 10, ({ profit }) => profit],
];

export const renderCycles = ({ cycles, next }: HistoryAnswers['cycles']): string =>
  cycles.length === 0 ? 'no cycle has ended\n' : table(CYCLES, cycles) + more(next);

type Profit = HistoryAnswers['profit']['rows'][number];
const PROFIT: readonly Column<Profit>[] = [
  ['', 11, ({ day, pair }) => day ?? pair ?? '', 'left'],
  ['quote', 6, ({ quote }) => quote, 'left'],
  ['cycles', 6, ({ cycles }) => String(cycles)],
  ['bought', 16, ({ bought }) => bought],
  ['sold', 16, ({ sold }) => sold],
  ['profit', 16, ({ profit }) => profit],
];

const LEFT_OVER =
  'profit is not just sold - bought: coins too few to be sold stay with the pair,\n' +
  'and what they cost is counted when a later cycle sells them\n';

/** Fees are in the figures already; those in a third coin are told below, because no figure can hold them. */
export function renderProfit({ rows, totals }: HistoryAnswers['profit']): string {
  if (rows.length === 0) return 'no cycle has ended\n';
  const isPlain = rows.every(({ bought, sold, profit }) =>
    decimal(sold).minus(decimal(bought)).eq(decimal(profit)),
  );
  const sums = Object.entries(totals).map(([quote, sum]) => `total ${sum} ${quote} after fees`);
  return `${table(PROFIT, rows)}\n${sums.join('\n')}\n${isPlain ? '' : LEFT_OVER}`;
}
