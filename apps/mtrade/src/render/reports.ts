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
  ['ended (UTC)', 14, ({ closed_ms }) => moment(closed_ms), 'left'],
  ['pair', 10, ({ symbol }) => symbol, 'left'],
  ['cycle', 5, ({ cycle }) => String(cycle)],
  ['row', 3, ({ step }) => String(step)],
  ['how', 14, ({ ended_text }) => ended_text, 'left'],
  ['bought', 9, ({ bought }) => bought],
  ['sold', 9, ({ sold }) => sold],
  ['profit', 9, ({ profit }) => profit],
];

const INDENT = '    ';

const ROLLBACKS: Readonly<Record<NonNullable<Cycle['rollback']>, string>> = {
  refused: 'the exchange took no protective stop, so it was sold at the market',
  'trigger-passed': 'the price had passed its stop, so it was sold at the market',
};

/** What a row says too little about: coins that are gone, and why the engine sold by itself. */
function remarks({ symbol, rollback, let_go: { base, cost } }: Cycle): readonly string[] {
  const [coin = '', quote = ''] = symbol.split('/');
  return [
    ...(base === '0'
      ? []
      : [`${amountText(base)} ${coin} left the books, cost ${amountText(cost)} ${quote}`]),
    ...(rollback === null ? [] : [ROLLBACKS[rollback]]),
  ].flatMap((text) => wrap(text, WIDTH - INDENT.length, 0).map((line) => `${INDENT}${line}`));
}

export const renderCycles = ({ cycles, next }: HistoryAnswers['cycles']): string =>
  cycles.length === 0 ? 'no cycle has ended\n' : table(CYCLES, cycles, remarks) + more(next);
