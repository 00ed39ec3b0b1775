import type { HistoryAnswers } from '@mtrade/runtime';
import { amountText, fit, fitDecimal, wrap } from './columns.js';

export type Column<Row> = readonly [title: string, width: number, cell: (row: Row) => string, align?: 'left'];

/** A terminal without any settings. */
const WIDTH = 80;

/** `11-21 10:02:03`, UTC: the year stands in the options. */
const moment = (ms: number): string => new Date(ms).toISOString().slice(5, 19).replace('T', ' ');

/**
 * A table with a head, in the given widths and one space between; numbers stand at the right. `under` adds lines below a
 * row that says too little by itself.
 */
export function table<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  under: (row: Row) => readonly string[] = () => [],
): string {
  const line = (cells: readonly string[]): string => cells.join(' ').trimEnd();
  const head = line(columns.map(([title, width, , align]) => fit(title, width, align ?? 'right')));
  const body = rows.flatMap((row) => [
    line(
      columns.map(([, width, cell, align]) =>
        align === 'left' ? fit(cell(row), width) : fit(fitDecimal(cell(row), width), width, 'right'),
      ),
    ),
    ...under(row),
  ]);
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
  ['ended (UTC)', 11, ({ closed_ms }) => moment(closed_ms).slice(0, 11), 'left'],
  ['pair', 10, ({ symbol }) => symbol, 'left'],
  ['cycle', 5, ({ cycle }) => String(cycle)],
  ['row', 3, ({ step }) => String(step)],
  ['how', 11, ({ ended_text }) => ended_text.replace(/^sold | bought$/, ''), 'left'],
  ['bought', 8, ({ bought }) => bought],
  ['sold', 8, ({ sold }) => sold],
  ['fees', 7, ({ quote_fees }) => quote_fees],
  ['profit', 9, ({ profit }) => profit],
];

/** Of a cycle, and of all those of a day or a pair. */
export const FORMULA = 'profit = sold - bought - fees + unsold, exactly; --json has all digits';

const INDENT = '    ';

const ROLLBACKS: Readonly<Record<NonNullable<Cycle['rollback']>, string>> = {
  refused: 'the exchange took no protective stop, so it was sold at the market',
  'trigger-passed': 'the price had passed its stop, so it was sold at the market',
};

/** What a row says too little about: the coins that make it add up, and why the engine sold by itself. */
function remarks({ symbol, rollback, ...cycle }: Cycle): readonly string[] {
  const [coin = '', quote = ''] = symbol.split('/');
  const unsold = (sign: '' | '-', { base, cost }: Cycle['let_go'], what: string): string[] =>
    base === '0' && cost === '0'
      ? []
      : [`unsold ${sign}${amountText(cost)} ${quote}: ${amountText(base)} ${coin} ${what}`];
  return [
    ...unsold('', cycle.left_over, "too few to be sold, left to the pair's next cycle"),
    ...unsold('-', cycle.taken_over, 'taken over from earlier cycles'),
    ...unsold('', cycle.let_go, 'left the books with a reset'),
    ...unsold('-', cycle.taken_in, 'sold without being in the books, at what they fetched'),
    ...(rollback === null ? [] : [ROLLBACKS[rollback]]),
  ].flatMap((text) => wrap(text, WIDTH - INDENT.length, 0).map((line) => `${INDENT}${line}`));
}

export const renderCycles = ({ cycles, next }: HistoryAnswers['cycles']): string =>
  cycles.length === 0 ? 'no cycle has ended\n' : `${table(CYCLES, cycles, remarks)}${FORMULA}\n${more(next)}`;
