import type { HistoryAnswers } from '@mtrade/runtime';
import { useState } from 'preact/hooks';
import type { CycleWithTrades, PairDetail, Trade } from '../api/types.js';
import { PriceChart } from '../chart/price-chart.js';
import {
  amount,
  away,
  baseOf,
  clock,
  duration,
  money,
  plain,
  price,
  quoteOf,
  signed,
  toneOf,
} from '../format.js';
import { journalTurn, status } from '../live.js';
import { Empty, Section, Tile } from '../parts/bits.js';
import { Fit } from '../parts/fit.js';
import { LadderTable } from '../parts/ladder-table.js';
import { Holds, StateBadge, Track } from '../parts/pair-bits.js';
import { useFetch } from '../use-fetch.js';
import { EntryLine } from './journal.js';
import { PairActions } from './pair-actions.js';

type Pair = PairDetail['pair'];

/** Why the pair does what it does, in one sentence with the distances of the engine. */
function Why({ pair }: { readonly pair: Pair }) {
  if (pair.attention !== null)
    return (
      <p class="why bad" data-testid="why">
        <b>It wants you:</b> {plain(pair.attention)}
      </p>
    );
  const trouble = [
    pair.blind === null ? null : `its price stream cannot be relied on (${plain(pair.blind)})`,
    pair.protection?.problem ? `its stop is missing: ${plain(pair.protection.problem)}` : null,
    pair.protection?.rollback ? `the engine sells it: ${plain(pair.protection.rollback)}` : null,
  ].filter((part) => part !== null);
  const distances = [
    pair.distance_to_sell_pct === null ? null : `sale ${away(pair.distance_to_sell_pct, 'above')}`,
    pair.distance_to_buy_pct === null ? null : `next buy ${away(pair.distance_to_buy_pct, 'below')}`,
  ].filter((part) => part !== null);
  const waits = pair.waiting_text === null ? 'looks at every price as it comes' : plain(pair.waiting_text);
  const sentence = [...trouble, distances.length === 0 ? waits : `${waits} (${distances.join(', ')})`].join(
    '; ',
  );
  return (
    <p class="why" data-testid="why">
      {trouble.length > 0 && <b class="warn">Look here: </b>}
      {`${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`}
    </p>
  );
}

/** What the sum beside it came from. */
function cyclesNote({ cycle, cycle_start_state: state }: Pair): string {
  if (state !== 0) return `after fees; cycle ${cycle} is running`;
  return cycle === 0 ? 'no cycle yet' : `after fees; cycle ${cycle} has ended`;
}

function Tiles({ pair }: { readonly pair: Pair }) {
  const [base, quote] = [baseOf(pair.symbol), quoteOf(pair.symbol)];
  const holds = pair.cycle_start_state === 2;
  return (
    <dl class="tiles">
      <Tile
        label="Price"
        title={pair.last_price ?? undefined}
        note={pair.price_age_ms === null ? 'none yet' : `${duration(pair.price_age_ms)} old`}
      >
        {price(pair.last_price)}
      </Tile>
      <Tile
        label="Sale at"
        title={pair.sell_price ?? undefined}
        note={pair.distance_to_sell_pct === null ? 'no position' : away(pair.distance_to_sell_pct, 'above')}
      >
        {price(pair.sell_limit)}
      </Tile>
      <Tile label="Break-even" title={pair.break_even ?? undefined} note="fees included">
        {price(pair.break_even)}
      </Tile>
      <Tile
        label="Next buy at"
        title={pair.next_buy_price ?? undefined}
        note={pair.distance_to_buy_pct === null ? 'none' : away(pair.distance_to_buy_pct, 'below')}
      >
        {price(pair.next_buy_price)}
      </Tile>
      {pair.protection !== null && (
        <Tile
          label="Stop at"
          title={pair.protection.stop_price ?? undefined}
          tone={pair.protection.state === 'active' ? '' : 'warn'}
          note={
            pair.protection.state === 'active'
              ? 'lies at the exchange'
              : pair.protection.unprotected_ms === null
                ? 'not placed yet'
                : `unprotected for ${duration(pair.protection.unprotected_ms)}`
          }
        >
          {price(pair.protection.stop_price)}
        </Tile>
      )}
      <Tile
        label="Invested"
        title={pair.invested}
        note={
          holds ? `${amount(pair.base_volume)} ${base}, now ${money(pair.value)} ${quote}` : 'no position'
        }
      >
        {money(pair.invested)} <small>{quote}</small>
      </Tile>
      <Tile
        label="Earned"
        title={pair.realized_profit}
        tone={toneOf(pair.realized_profit)}
        note={cyclesNote(pair)}
      >
        {signed(pair.realized_profit)} <small>{quote}</small>
      </Tile>
    </dl>
  );
}

function Fills({ trades, symbol }: { readonly trades: readonly Trade[]; readonly symbol: string }) {
  const quote = quoteOf(symbol);
  return (
    <Fit>
      <table class="fills">
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Side</th>
            <th scope="col" class="num">
              Price
            </th>
            <th scope="col" class="num give-4">
              Amount
            </th>
            <th scope="col" class="num">
              {quote}
            </th>
            <th scope="col" class="num give-1">
              Fee
            </th>
          </tr>
        </thead>
        <tbody>
          {trades.map((trade) => (
            <tr key={trade.trade_id}>
              <td>{clock(trade.ms)}</td>
              <td class={trade.side === 'buy' ? 'good' : 'warn'}>
                {trade.side} <small>row {trade.step}</small>
              </td>
              <td class="num">
                {price(trade.price)} <small class="instead-4">x {amount(trade.amount)}</small>
              </td>
              <td class="num give-4">{amount(trade.amount)}</td>
              <td class="num">{money(trade.cost)}</td>
              <td class="num give-1">
                {amount(trade.fee)} {plain(trade.fee_coin)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Fit>
  );
}

const limitOf = (order: PairDetail['books']['open_orders'][number]): string =>
  order.price === null ? 'at market' : `at ${price(order.price)}`;

function OpenOrders({ orders }: { readonly orders: PairDetail['books']['open_orders'] }) {
  if (orders.length === 0) return null;
  return (
    <Section title="Orders on their way">
      <Fit>
        <table class="orders">
          <tbody>
            {orders.map((order) => (
              <tr key={order.client_order_id}>
                <td class="give-1">{clock(order.created_ms)}</td>
                <th scope="row">
                  {order.side}{' '}
                  <small>
                    {plain(order.purpose)}, row {order.step}
                  </small>
                  <small class="instead-1">{clock(order.created_ms)}</small>
                </th>
                <td>
                  <span class={`badge ${order.state === 'UNKNOWN' ? 'bad' : 'busy'}`}>
                    {order.state.toLowerCase()}
                  </span>
                </td>
                <td class="num">
                  {order.amount === null ? `${money(order.quote_amount)} quote` : amount(order.amount)}{' '}
                  <small class="instead-2">{limitOf(order)}</small>
                </td>
                <td class="num give-2">{limitOf(order)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Fit>
    </Section>
  );
}

function PastCycle({ id, symbol }: { readonly id: number; readonly symbol: string }) {
  const { data, error } = useFetch<CycleWithTrades>(`/v1/cycles/${id}`);
  return data === null ? <Empty error={error}>…</Empty> : <Fills trades={data.trades} symbol={symbol} />;
}

/** Endings that nobody wishes for. */
const ENDED_TONES: Readonly<Record<string, string>> = { stop: 'warn', rollback: 'warn', reset: 'warn' };

type Past = HistoryAnswers['cycles']['cycles'][number];

const ROLLBACKS: Readonly<Record<NonNullable<Past['rollback']>, string>> = {
  refused: 'no protective stop could be placed, so the engine sold it at the market',
  'trigger-passed': 'the price had passed its stop, so the engine sold it at the market',
};

/** Coins that a reset took out of the books, and why the engine sold by itself: what a profit says nothing of. */
function Remarks({ cycle }: { readonly cycle: Past }) {
  const { symbol, let_go: gone, rollback } = cycle;
  return (
    <>
      {gone.base !== '0' && (
        <small class="remark warn" title={`${gone.base} ${baseOf(symbol)}, ${gone.cost} ${quoteOf(symbol)}`}>
          {amount(gone.base)} {baseOf(symbol)} left the books, cost {money(gone.cost)} {quoteOf(symbol)}
        </small>
      )}
      {rollback !== null && <small class="remark">{ROLLBACKS[rollback]}</small>}
    </>
  );
}

function PastCycles({ name, symbol }: { readonly name: string; readonly symbol: string }) {
  const [limit, setLimit] = useState(10);
  const [open, setOpen] = useState<number | null>(null);
  const { data, error } = useFetch<HistoryAnswers['cycles']>(
    `/v1/cycles?pair=${name}&limit=${limit}`,
    null,
    journalTurn.value,
  );
  return (
    <Section title="Past cycles">
      {data === null || data.cycles.length === 0 ? (
        <Empty error={error}>{data === null ? '…' : 'No cycle has ended yet.'}</Empty>
      ) : (
        <ol class="cycles" data-testid="past-cycles">
          {data.cycles.map((cycle) => (
            <li key={cycle.id}>
              <button
                type="button"
                class="cycle-line"
                aria-expanded={open === cycle.id}
                onClick={() => setOpen(open === cycle.id ? null : cycle.id)}
              >
                <span>
                  #{cycle.cycle} <small>{clock(cycle.closed_ms)}</small>
                </span>
                <small>
                  <span class={ENDED_TONES[cycle.ended_by] ?? ''}>{plain(cycle.ended_text)}</span> at row{' '}
                  {cycle.step}, took {duration(cycle.closed_ms - cycle.started_ms)}
                </small>
                <b class={toneOf(cycle.profit)} title={cycle.profit}>
                  {signed(cycle.profit)}
                </b>
                <Remarks cycle={cycle} />
              </button>
              {open === cycle.id && <PastCycle id={cycle.id} symbol={symbol} />}
            </li>
          ))}
        </ol>
      )}
      {data !== null && data.next !== null && limit < 1_000 && (
        <button type="button" onClick={() => setLimit(limit * 3)}>
          More
        </button>
      )}
    </Section>
  );
}

function RecentEvents({ name }: { readonly name: string }) {
  const { data, error } = useFetch<HistoryAnswers['journal']>(
    `/v1/journal?pair=${name}&limit=12`,
    null,
    journalTurn.value,
  );
  return (
    <Section title="Last events">
      {data === null || data.entries.length === 0 ? (
        <Empty error={error}>{data === null ? '…' : 'Nothing has happened yet.'}</Empty>
      ) : (
        <ol class="entries">
          {data.entries.map((entry) => (
            <EntryLine key={entry.id} entry={entry} hidePair />
          ))}
        </ol>
      )}
    </Section>
  );
}

/** Everything about one pair. Prices move with the event stream; what the books say follows each event. */
export function PairPage({ name }: { readonly name: string }) {
  const { data, error } = useFetch<PairDetail>(
    `/v1/pairs/${encodeURIComponent(name)}`,
    10_000,
    journalTurn.value,
  );
  if (data === null) return <Empty error={error}>Reading the books …</Empty>;
  const { books, next } = data;
  const pair = status.value?.pairs.find(({ symbol }) => symbol === data.pair.symbol) ?? data.pair;
  const { cycle } = books;
  const rows = cycle !== null && cycle.rows.length > 0 ? cycle.rows : null;
  return (
    <div class="stack">
      <div class="page-head">
        <div class="title">
          <h1>{pair.symbol}</h1>
          <span>
            <StateBadge state={pair.state} />
            <Holds trade={pair.trade} paused={pair.paused} />
          </span>
        </div>
        <PairActions pair={pair} name={name} />
      </div>
      <Why pair={pair} />
      {pair.cycle_start_state === 2 && <Track pair={pair} />}
      <Tiles pair={pair} />
      <PriceChart
        // The next pair gets a chart of its own.
        key={name}
        name={name}
        pair={pair}
        rows={cycle?.rows ?? []}
        trades={books.trades}
        sinceMs={cycle?.started_ms ?? null}
      />
      <div class="columns">
        <div class="stack">
          <Section
            title={rows === null ? 'Ladder of the next cycle' : `Ladder of cycle ${cycle?.cycle ?? ''}`}
            aside={<a href={`#/ladder/${name}`}>Try other parameters</a>}
          >
            {rows === null && next === null ? (
              <Empty>It is built from the first price.</Empty>
            ) : (
              <LadderTable rows={rows ?? next?.rows ?? []} />
            )}
          </Section>
        </div>
        <div class="stack">
          <OpenOrders orders={books.open_orders} />
          <Section title="Ledger of this cycle">
            {books.trades.length === 0 ? (
              <Empty>Nothing bought yet.</Empty>
            ) : (
              <Fills trades={books.trades} symbol={pair.symbol} />
            )}
          </Section>
          <PastCycles name={name} symbol={pair.symbol} />
          <RecentEvents name={name} />
        </div>
      </div>
    </div>
  );
}
