import type { HistoryAnswers } from '@mtrade/runtime';
import { signal } from '@preact/signals';
import { amount, money, plain, signed, toneOf } from '../format.js';
import { earnedTurn, status } from '../live.js';
import { Empty, Section, Tile } from '../parts/bits.js';
import { Fit } from '../parts/fit.js';
import { type Sums, useTogether } from '../parts/together.js';
import { pairHref } from '../route.js';
import { type Fetched, useFetch } from '../use-fetch.js';
import { dayName, dayStart, ZONE } from '../zone.js';

type Profit = HistoryAnswers['profit'];
type Row = Profit['rows'][number];

const SPANS = { 7: '7 days', 30: '30 days', 365: 'a year' } as const;
const span = signal<keyof typeof SPANS>(30);

const profitPath = (by: 'day' | 'pair', fromMs: number): string =>
  `/v1/profit?by=${by}&from=${fromMs}&tz=${encodeURIComponent(ZONE)}`;

/** More coins than these are only counted; the pointer shows them all. */
const SHOWN_COINS = 2;

function Fees({ fees }: Pick<Row, 'fees'>) {
  const all = Object.entries(fees).map(([coin, value]) => `${money(value)} ${plain(coin)}`);
  return (
    <span title={all.join(', ')}>{all.length > SHOWN_COINS ? `in ${all.length} coins` : all.join(', ')}</span>
  );
}

/** What became of coins that were bought and not sold. */
function unsoldTitle({ unsold, quote, kept, let_go: letGo, let_go_coins: coins }: Row): string {
  const gone = Object.entries(coins).map(([coin, value]) => `${amount(value)} ${coin}`);
  return plain(
    [
      `${unsold} ${quote}`,
      `${kept} too few to be sold, kept for the next cycle`,
      ...(gone.length === 0 ? [] : [`${letGo} left the books with a reset: ${gone.join(', ')}`]),
    ].join('\n'),
  );
}

const Count = ({ row: { cycles, resets } }: { readonly row: Row }) => (
  <>
    {cycles}
    {resets > 0 && <small class="warn"> {resets === cycles ? 'reset' : `${resets} reset`}</small>}
  </>
);

/** A bar beside the figure, as long as its share of the largest one: a drawing, not a number. */
const Bar = ({ row, largest }: { readonly row: Row; readonly largest: number }) => {
  const value = Number(row.profit);
  return (
    <svg class="bar-line" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
      <rect
        class={value < 0 ? 'bar-bad' : 'bar-good'}
        width={largest === 0 ? 0 : Math.max(0.5, (Math.abs(value) / largest) * 100)}
        height="10"
        rx="1.5"
      />
    </svg>
  );
};

function Rows({ rows, by }: { readonly rows: readonly Row[]; readonly by: 'day' | 'pair' }) {
  const largest = Math.max(0, ...rows.map((row) => Math.abs(Number(row.profit))));
  return (
    <Fit>
      <table class="profit" data-testid={`profit-${by}`}>
        <thead>
          <tr>
            <th scope="col">{by === 'day' ? 'Day' : 'Pair'}</th>
            <th scope="col" class="num">
              Earned
            </th>
            <th scope="col" class="give-1" aria-label="Earned, drawn" />
            <th scope="col" class="num">
              Cycles
            </th>
            <th scope="col" class="num give-5">
              Bought
            </th>
            <th scope="col" class="num give-5">
              Sold
            </th>
            <th scope="col" class="num give-4" title="Cost of coins that were bought and not sold">
              Unsold
            </th>
            <th scope="col" class="num give-2">
              Fees
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const key = row.day ?? row.pair ?? '';
            return (
              <tr key={`${key} ${row.quote}`}>
                <th scope="row" class="nowrap">
                  {row.pair === undefined ? key : <a href={pairHref(row.pair)}>{row.pair}</a>}
                </th>
                <td class={`num ${toneOf(row.profit)}`} title={row.profit}>
                  {signed(row.profit)} <small>{plain(row.quote)}</small>
                </td>
                <td class="give-1 bar-cell">
                  <Bar row={row} largest={largest} />
                </td>
                <td class="num">
                  <Count row={row} />
                </td>
                <td class="num give-5" title={row.bought}>
                  {money(row.bought)}
                </td>
                <td class="num give-5" title={row.sold}>
                  {money(row.sold)}
                </td>
                <td class={`num give-4 ${row.resets > 0 ? 'warn' : ''}`} title={unsoldTitle(row)}>
                  {row.unsold.startsWith('-') ? '\u2212' : ''}
                  {money(row.unsold.replace('-', ''))}
                </td>
                <td class="num give-2">
                  <Fees fees={row.fees} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Fit>
  );
}

const useProfit = (by: 'day' | 'pair', fromMs: number): Fetched<Profit> =>
  useFetch<Profit>(status.value === null ? null : profitPath(by, fromMs), 60_000, earnedTurn.value);

function Block({
  title,
  by,
  profit: { data, error },
}: {
  readonly title: string;
  readonly by: 'day' | 'pair';
  readonly profit: Fetched<Profit>;
}) {
  // Days from the latest, pairs from the one that earned most.
  const rows = [...(data?.rows ?? [])].sort((a, b) =>
    by === 'day' ? (b.day ?? '').localeCompare(a.day ?? '') : Number(b.profit) - Number(a.profit),
  );
  return (
    <Section title={title}>
      {rows.length === 0 ? (
        <Empty error={error}>{data === null ? 'Counting …' : 'No cycle has ended in this time.'}</Empty>
      ) : (
        <Rows rows={rows} by={by} />
      )}
    </Section>
  );
}

function Totals({
  label,
  totals,
}: {
  readonly label: string;
  readonly totals: Readonly<Record<string, string>> | null;
}) {
  const entries = Object.entries(totals ?? {});
  return (
    <Tile label={label} note="after fees">
      {totals === null
        ? '…'
        : entries.length === 0
          ? '0.00'
          : entries.map(([coin, value]) => (
              <div key={coin} class={toneOf(value)} title={value}>
                {signed(value)} <small>{plain(coin)}</small>
              </div>
            ))}
    </Tile>
  );
}

/** One day's line per quote coin. */
const totalsOf = ({ rows }: Profit, day: string): Sums =>
  Object.fromEntries(rows.filter((row) => row.day === day).map(({ quote, profit }) => [quote, profit]));

/** What cycles that have ended brought, after fees, on the day of their end. */
export function ProfitPage() {
  const fromMs = dayStart(span.value - 1);
  const byDay = useProfit('day', fromMs);
  const byPair = useProfit('pair', fromMs);
  const inAll = useTogether(status.value?.profit ?? null, byDay);
  return (
    <div class="stack">
      <h1 class="hidden">Profit</h1>
      <div class="controls tight">
        <div class="chips" role="group" aria-label="How far back">
          {([7, 30, 365] as const).map((days) => (
            <button
              key={days}
              type="button"
              class="chip"
              aria-pressed={span.value === days}
              onClick={() => (span.value = days)}
            >
              {SPANS[days]}
            </button>
          ))}
        </div>
        <small>
          Days in {ZONE}. Only cycles that have ended count; open positions are not in these figures. Earned =
          sold − bought − fees in the quote coin + unsold; what is unsold was kept for the next cycle, or left
          the books with a reset.
        </small>
      </div>
      <dl class="tiles">
        <Totals label="Today" totals={byDay.data && totalsOf(byDay.data, dayName())} />
        <Totals label={`In ${SPANS[span.value]}`} totals={byDay.data?.totals ?? null} />
        <Totals label="In all" totals={inAll} />
      </dl>
      <Block title="By day" by="day" profit={byDay} />
      <Block title="By pair" by="pair" profit={byPair} />
    </div>
  );
}
