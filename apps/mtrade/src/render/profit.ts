import type { HistoryAnswers } from '@mtrade/runtime';
import { decimal, ZERO } from '@mtrade/money';
import { amountText, counted, wrap } from './columns.js';
import { type Column, FORMULA, table } from './reports.js';

type Answer = HistoryAnswers['profit'];
type Row = Answer['rows'][number];
type Sums = Answer['sums'][number];

const PROFIT: readonly Column<Row>[] = [
  ['', 10, ({ day, pair }) => day ?? pair ?? '', 'left'],
  ['quote', 5, ({ quote }) => quote, 'left'],
  ['cycles', 6, ({ cycles }) => String(cycles)],
  ['bought', 11, ({ bought }) => bought],
  ['sold', 11, ({ sold }) => sold],
  ['fees', 9, ({ quote_fees: fees }) => fees],
  ['unsold', 9, ({ unsold }) => unsold],
  ['profit', 10, ({ profit }) => profit],
];

/** A terminal without any settings. */
const WIDTH = 80;
/** More coins than these are only counted. */
const MAX_COINS = 4;

const isNone = (value: string): boolean => decimal(value).eq(ZERO);

function coinsText(coins: Readonly<Record<string, string>>): string {
  const names = Object.entries(coins);
  if (names.length > MAX_COINS) return `${names.length} coins`;
  return names.map(([coin, amount]) => `${amountText(amount)} ${coin}`).join(', ');
}

/** What a row of coins that were not sold is made of, a sentence for each kind that there is. */
function unsoldLines({
  quote,
  kept,
  let_go: letGo,
  let_go_coins: coins,
  taken_in: takenIn,
  resets,
}: Sums): string[] {
  const cost = (value: string): string => `${amountText(value)} ${quote}`;
  return [
    ...(isNone(kept)
      ? []
      : [
          kept.startsWith('-')
            ? `unsold ${cost(kept)}: coins too few to be sold that earlier cycles had left, sold by these`
            : `unsold ${cost(kept)}: coins too few to be sold; they wait for their pair's next cycle`,
        ]),
    ...(Object.keys(coins).length === 0
      ? []
      : [
          `unsold ${cost(letGo)}: ${coinsText(coins)} left the books with ${resets === 0 ? 'a reset' : counted(resets, 'reset')} and stayed on the account`,
        ]),
    ...(isNone(takenIn)
      ? []
      : [`unsold -${cost(takenIn)}: coins that were sold without being in the books, at what they fetched`]),
  ];
}

/** The table, the sums, and what explains them. Running cycles belong to a report that goes on up to now. */
export function renderProfit(
  { rows, sums, running }: Answer,
  { upToNow }: { readonly upToNow: boolean },
): string {
  const open = upToNow ? runningLines(running) : [];
  if (rows.length === 0) return `${['no cycle has ended', ...open].join('\n')}\n`;
  const totals = sums.map(({ quote, profit }) => `total ${amountText(profit)} ${quote} after fees`);
  const notes = [FORMULA, ...sums.flatMap(unsoldLines), ...sums.flatMap(otherFees), ...open];
  return `${table(PROFIT, rows)}\n${[...totals, ...notes.flatMap((note) => wrap(note, WIDTH, 2))].join('\n')}\n`;
}

/** Taken neither in the base nor in the quote coin, as with the exchange's own. */
function otherFees({ other_fees: fees }: Sums): string[] {
  const coins = coinsText(fees);
  return coins === '' ? [] : [`fees of ${coins} besides, in no figure above`];
}

function runningLines(running: Answer['running']): string[] {
  return running
    .filter(({ bought }) => !isNone(bought))
    .map(
      ({ quote, cycles, bought, sold }) =>
        `not counted yet: ${counted(cycles, 'running cycle')}, bought ${amountText(bought)} ${quote}, sold ${amountText(sold)} ${quote}`,
    );
}
