import { deepEqual } from 'node:assert/strict';
import { ledgerBase } from '@mtrade/cycle';
import { type Decimal, decimal, text, ZERO } from '@mtrade/money';
import { answerFromBooks, type HistoryAnswers } from '@mtrade/runtime';
import { openReader, type Reader } from '@mtrade/store';

type Profit = HistoryAnswers['profit'];
type Sums = Profit['sums'][number];

/** Amounts under names, as text, so that a difference is shown by its name and its digits. */
class Tally {
  readonly #sums = new Map<string, Decimal>();

  add(name: string, ...amounts: readonly string[]): void {
    for (const amount of amounts) this.#sums.set(name, this.of(name).plus(decimal(amount)));
  }

  of(name: string): Decimal {
    return this.#sums.get(name) ?? ZERO;
  }

  text(name: string): string {
    return text(this.of(name));
  }
}

/** What the trades alone say, per quote coin and per base coin. */
function fromTrades(reader: Reader): Tally {
  const tally = new Tally();
  for (const { symbol, side, amount, cost, fee, feeCoin, realizedProfit } of reader.history.exported({})) {
    const [base = '', quote = ''] = symbol.split('/');
    tally.add(`${side} ${quote}`, cost);
    tally.add(`${side} ${base}`, amount);
    if (feeCoin === quote) tally.add(`fees ${quote}`, fee);
    if (feeCoin === base) tally.add(`fees ${base}`, fee);
    if (realizedProfit !== null) tally.add(`profit ${quote}`, realizedProfit);
  }
  return tally;
}

const unsold = ({ kept, let_go: letGo, taken_in: takenIn }: Sums): Decimal =>
  decimal(kept).plus(decimal(letGo)).minus(decimal(takenIn));

/** The one formula under the table. */
function formulaHolds(row: Sums): void {
  const { sold, bought, quote_fees: fees } = row;
  deepEqual(['unsold', row.unsold], ['unsold', text(unsold(row))]);
  const worked = decimal(sold).minus(decimal(bought)).minus(decimal(fees)).plus(decimal(row.unsold));
  deepEqual(['profit', row.profit], ['profit', text(worked)]);
}

const totalOf = (rows: readonly Sums[], quote: string, amountOf: (row: Sums) => string): Decimal =>
  rows.filter((row) => row.quote === quote).reduce((sum, row) => sum.plus(decimal(amountOf(row))), ZERO);

/** The coins of the pairs with this quote: what was bought is sold, was let go, or is still in the books. */
function coinsAddUp(
  reader: Reader,
  report: Profit,
  trades: Tally,
  takenIn: ReadonlyMap<string, Decimal>,
): void {
  const letGo = new Tally();
  for (const { let_go_coins: coins } of report.sums)
    for (const [coin, amount] of Object.entries(coins)) letGo.add(coin, amount);
  const held = new Tally();
  for (const pair of reader.pairs()) held.add(pair.symbol.split('/')[0] ?? '', text(ledgerBase(pair)));
  for (const coin of new Set(reader.pairs().map(({ symbol }) => symbol.split('/')[0] ?? ''))) {
    const net = trades
      .of(`buy ${coin}`)
      .minus(trades.of(`sell ${coin}`))
      .minus(trades.of(`fees ${coin}`));
    const rest = held
      .of(coin)
      .plus(letGo.of(coin))
      .minus(takenIn.get(coin) ?? ZERO);
    deepEqual([coin, text(net)], [coin, text(rest)]);
  }
}

/**
 * Holds every report against the trades of the same books, to the last digit: `profit` by day and by pair, `cycles`,
 * `export`, and what the pairs say of themselves. Throws where a figure is not what its parts make.
 */
export function reportsAddUp(path: string): Profit | null {
  const reader = openReader({ path });
  if (reader === null) return null;
  try {
    const ask = (by: 'day' | 'pair'): Profit =>
      answerFromBooks(reader, { about: 'profit', by, filter: {} }) as Profit;
    const [byDay, byPair] = [ask('day'), ask('pair')];
    const trades = fromTrades(reader);
    for (const report of [byDay, byPair]) quoteAddsUp(reader, report, trades);
    deepEqual(byDay.sums, byPair.sums);

    const takenIn = new Map<string, Decimal>();
    const cycles = [...pages(reader)];
    for (const cycle of cycles) {
      const coin = cycle.symbol.split('/')[0] ?? '';
      takenIn.set(coin, (takenIn.get(coin) ?? ZERO).plus(decimal(cycle.taken_in.base)));
    }
    for (const cycle of reader.history.running()) {
      const coin = cycle.symbol.split('/')[0] ?? '';
      takenIn.set(coin, (takenIn.get(coin) ?? ZERO).plus(decimal(cycle.takenIn.base)));
    }
    for (const { quote, bought, sold, quote_fees: fees } of byDay.sums) {
      const of = cycles.filter(({ symbol }) => symbol.endsWith(`/${quote}`));
      const sum = (amountOf: (cycle: (typeof of)[number]) => string): string =>
        text(of.reduce((total, cycle) => total.plus(decimal(amountOf(cycle))), ZERO));
      deepEqual({ bought, sold, fees }, { bought: sum((c) => c.bought), sold: sum((c) => c.sold), fees: sum((c) => c.quote_fees) }); // prettier-ignore
    }
    coinsAddUp(reader, byDay, trades, takenIn);
    return byDay;
  } finally {
    reader.close();
  }
}

function* pages(reader: Reader): Generator<HistoryAnswers['cycles']['cycles'][number]> {
  let before: string | null = null;
  do {
    const filter: { limit: number; before?: string } = { limit: 7, ...(before !== null && { before }) };
    const page = answerFromBooks(reader, { about: 'cycles', filter }) as HistoryAnswers['cycles'];
    yield* page.cycles;
    before = page.next;
  } while (before !== null);
}

function quoteAddsUp(reader: Reader, { rows, sums, totals, running }: Profit, trades: Tally): void {
  for (const row of [...rows, ...sums]) formulaHolds(row);
  const quotes = new Set(reader.pairs().map(({ symbol }) => symbol.split('/')[1] ?? ''));
  for (const quote of quotes) {
    const total = (amountOf: (row: Sums) => string): Decimal => totalOf(rows, quote, amountOf);
    const open = running.find((one) => one.quote === quote);
    const also = (ended: Decimal, amount: string | undefined): string =>
      text(ended.plus(decimal(amount ?? '0')));
    const pairs = reader.pairs().filter(({ symbol }) => symbol.endsWith(`/${quote}`));
    const dust = pairs.reduce((sum, pair) => sum.plus(pair.dust.cost), ZERO);
    const realized = pairs.reduce((sum, pair) => sum.plus(pair.realizedProfit), ZERO);
    const holding = pairs.reduce(
      (sum, { cycle }) => (cycle === null ? sum : sum.plus(cycle.invested).minus(cycle.proceeds)),
      dust,
    );
    const profit = total((row) => row.profit);
    deepEqual(
      {
        bought: also(
          total((row) => row.bought),
          open?.bought,
        ),
        sold: also(
          total((row) => row.sold),
          open?.sold,
        ),
        fees: also(
          total((row) => row.quote_fees),
          open?.quote_fees,
        ),
        profit: text(profit),
        exported: text(profit),
        total: totals[quote] ?? '0',
        dust: text(total((row) => row.kept).minus(decimal(open?.taken_over ?? '0'))),
      },
      {
        bought: trades.text(`buy ${quote}`),
        sold: trades.text(`sell ${quote}`),
        fees: trades.text(`fees ${quote}`),
        profit: text(realized),
        exported: trades.text(`profit ${quote}`),
        total: text(profit),
        dust: text(dust),
      },
    );
    // All money that ever moved is in the profit, in coins that are held, or in coins that left or entered the books.
    const moved = trades
      .of(`sell ${quote}`)
      .minus(trades.of(`buy ${quote}`))
      .minus(trades.of(`fees ${quote}`));
    const gone = total((row) => row.let_go).minus(total((row) => row.taken_in)).minus(decimal(open?.taken_in ?? '0')); // prettier-ignore
    deepEqual(['moved', text(moved)], ['moved', text(profit.minus(holding).minus(gone))]);
  }
}
