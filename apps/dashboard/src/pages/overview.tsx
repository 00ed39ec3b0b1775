import { computed, signal } from '@preact/signals';
import type { HistoryAnswers, PairStatus } from '@mtrade/runtime';
import { away, duration, money, plain, price, quoteOf, signed, toneOf } from '../format.js';
import { earnedTurn, status } from '../live.js';
import { Empty, Tile } from '../parts/bits.js';
import { memo } from '../parts/memo.js';
import { Holds, StateBadge, Track } from '../parts/pair-bits.js';
import { useTogether } from '../parts/together.js';
import { pairHref } from '../route.js';
import { useFetch } from '../use-fetch.js';
import { dayStart, ZONE } from '../zone.js';
import { endedWords } from './ended-words.js';
import { FILTERS, type FilterName, ORDERS, type OrderName, ordered } from './overview-order.js';

/** Prices that old are called so in their row. */
const OLD_PRICE_MS = 10_000;

const order = signal<OrderName>('worst');
const filter = signal<FilterName>('all');
const search = signal('');

const shown = computed(() => {
  const wanted = search.value.trim().toUpperCase().replaceAll(/[-_]/g, '/');
  const pairs = (status.value?.pairs ?? []).filter(
    (pair) => FILTERS[filter.value].holds(pair) && (wanted === '' || pair.symbol.includes(wanted)),
  );
  return ordered(pairs, order.value);
});

const closest = computed(() =>
  ordered(status.value?.pairs ?? [], 'sell').find((pair) => pair.distance_to_sell_pct !== null),
);

/** Values of several quote coins, one line each. */
const PerQuote = ({
  values,
  show,
}: {
  readonly values: Readonly<Record<string, string>>;
  readonly show: (text: string) => string;
}) => {
  const entries = Object.entries(values).filter(([, value]) => Number(value) !== 0);
  if (entries.length === 0) return <>{show('0')}</>;
  return (
    <>
      {entries.map(([coin, value]) => (
        <div key={coin} class={show === signed ? toneOf(value) : ''} title={`${value} ${coin}`}>
          {show(value)} <small>{plain(coin)}</small>
        </div>
      ))}
    </>
  );
};

function Summary() {
  const now = status.value;
  // Asked again when something was earned, and not with every event: most of them earn nothing.
  const today = useFetch<HistoryAnswers['profit']>(
    now === null ? null : `/v1/profit?by=day&from=${dayStart()}&tz=${encodeURIComponent(ZONE)}`,
    60_000,
    earnedTurn.value,
  );
  const inAll = useTogether(now?.profit ?? null, today);
  if (now === null) return null;
  const holding = now.pairs.filter(({ cycle_start_state }) => cycle_start_state === 2).length;
  const wanting = now.pairs.filter(({ state }) => state === 'needs_attention' || state === 'unknown').length;
  const next = closest.value;
  return (
    <dl class="tiles">
      <Tile
        label="Earned today"
        // What is not known yet is not none.
        note={today.data === null ? 'after fees' : `after fees, ${endedWords(today.data.rows)}`}
      >
        {today.data === null ? '…' : <PerQuote values={today.data.totals} show={signed} />}
      </Tile>
      <Tile label="Earned in all" note="after fees">
        {inAll === null ? '…' : <PerQuote values={inAll} show={signed} />}
      </Tile>
      <Tile label="In positions" note={`${holding} of ${now.pairs.length} pairs hold coins`}>
        <PerQuote values={now.invested} show={money} />
      </Tile>
      <Tile
        label="Closest to its sale"
        note={next ? away(next.distance_to_sell_pct, 'to go') : 'no open position'}
      >
        {next ? <a href={pairHref(next.symbol)}>{next.symbol}</a> : '–'}
      </Tile>
      <Tile
        label="Wants a human"
        tone={wanting > 0 ? 'bad' : ''}
        note={wanting > 0 ? 'see the list' : 'nothing'}
      >
        {wanting}
      </Tile>
    </dl>
  );
}

/** Where the protective stop lies; a position that should have one and has none is told in words. */
const Stop = ({ protection }: Pick<PairStatus, 'protection'>) => {
  if (protection === null) return <>–</>;
  const isPlaced = protection.state === 'active';
  return (
    <>
      {price(protection.stop_price)}
      {!isPlaced && <small class="warn">{protection.problem === null ? 'not placed yet' : 'missing'}</small>}
    </>
  );
};

const Why = ({ pair }: { readonly pair: PairStatus }) => {
  if (pair.attention !== null) return <span class="bad">{plain(pair.attention)}</span>;
  if (pair.blind !== null) return <span class="warn">{plain(pair.blind)}</span>;
  if (pair.price_age_ms !== null && pair.price_age_ms > OLD_PRICE_MS)
    return <span class="warn">price is {duration(pair.price_age_ms)} old</span>;
  return <>{pair.waiting_text === null ? '' : plain(pair.waiting_text)}</>;
};

/** The column of stops stands only where some pair has one. */
const hasStops = computed(() => (status.value?.pairs ?? []).some(({ protection }) => protection !== null));

function RowView({ pair, stops }: { readonly pair: PairStatus; readonly stops: boolean }) {
  const quote = quoteOf(pair.symbol);
  const holds = pair.cycle_start_state === 2;
  return (
    <tr class={pair.attention === null ? '' : 'wanting'}>
      <th scope="row" class="c-pair">
        <a href={pairHref(pair.symbol)}>{pair.symbol}</a>
      </th>
      <td class="c-state">
        <StateBadge state={pair.state} />
        <Holds trade={pair.trade} paused={pair.paused} />
      </td>
      <td class="num c-step" data-label="row">
        {holds ? (
          <>
            {pair.step}
            <small> / {pair.last_step ?? '–'}</small>
          </>
        ) : (
          '–'
        )}
      </td>
      <td class="num c-price" data-label="price" title={pair.last_price ?? ''}>
        {price(pair.last_price)}
      </td>
      <td class="num c-buy" data-label="next buy" title={pair.next_buy_price ?? ''}>
        {price(pair.next_buy_price)}
        <small>{pair.distance_to_buy_pct === null ? '' : away(pair.distance_to_buy_pct, 'below')}</small>
      </td>
      <td class="c-track">{holds && <Track pair={pair} />}</td>
      <td class="num c-sell" data-label="sale" title={pair.sell_price ?? ''}>
        {price(pair.sell_limit ?? pair.sell_price)}
        <small>{pair.distance_to_sell_pct === null ? '' : away(pair.distance_to_sell_pct, 'above')}</small>
      </td>
      {stops && (
        <td
          class={`num c-stop ${pair.protection === null ? 'none' : ''}`}
          data-label="stop"
          title={pair.protection?.stop_price ?? ''}
        >
          <Stop protection={pair.protection} />
        </td>
      )}
      <td class="num c-invested" data-label="invested" title={`${pair.invested} ${quote}`}>
        {holds ? money(pair.invested) : '–'}
      </td>
      <td
        class={`num c-profit ${toneOf(pair.realized_profit)}`}
        data-label="earned"
        title={`${pair.realized_profit} ${quote}`}
      >
        {signed(pair.realized_profit)}
      </td>
      <td class="c-why">
        <Why pair={pair} />
      </td>
    </tr>
  );
}

/** Ages grow all the time; they only count once they are shown. */
const lookOf = ({ decision_age_ms: _decision, price_age_ms, protection, ...rest }: PairStatus): string =>
  JSON.stringify([
    rest,
    protection && { ...protection, unprotected_ms: null },
    price_age_ms !== null && price_age_ms > OLD_PRICE_MS ? Math.floor(price_age_ms / 1_000) : 0,
  ]);

const Row = memo(
  RowView,
  (before, now) => before.stops === now.stops && lookOf(before.pair) === lookOf(now.pair),
);

const STOP = 'Stop';

const COLUMNS: readonly (readonly [string, OrderName | null, string])[] = [
  ['Pair', 'name', ''],
  ['State', 'worst', ''],
  ['Row', 'step', 'num'],
  ['Price', null, 'num'],
  ['Next buy', 'buy', 'num'],
  ['', null, 'c-track'],
  ['Sale', 'sell', 'num'],
  [STOP, null, 'num'],
  ['Invested', 'invested', 'num'],
  ['Earned', 'profit', 'num'],
  ['Why it waits', null, ''],
];

const HeadCell = ({
  title,
  by,
  kind,
}: {
  readonly title: string;
  readonly by: OrderName | null;
  readonly kind: string;
}) => (
  <th scope="col" class={kind} aria-sort={by !== null && order.value === by ? 'ascending' : undefined}>
    {by === null ? (
      title
    ) : (
      <button type="button" class="sort" onClick={() => (order.value = by)} title={ORDERS[by].title}>
        {title}
      </button>
    )}
  </th>
);

function Controls() {
  const pairs = status.value?.pairs ?? [];
  return (
    <div class="controls">
      <div class="chips" role="group" aria-label="Which pairs">
        {(Object.keys(FILTERS) as FilterName[]).map((name) => (
          <button
            key={name}
            type="button"
            class="chip"
            aria-pressed={filter.value === name}
            onClick={() => (filter.value = name)}
          >
            {FILTERS[name].title} <small>{pairs.filter(FILTERS[name].holds).length}</small>
          </button>
        ))}
      </div>
      <label class="inline">
        <span class="hidden">Order</span>
        <select
          value={order.value}
          onChange={(event) => (order.value = event.currentTarget.value as OrderName)}
        >
          {(Object.keys(ORDERS) as OrderName[]).map((name) => (
            <option key={name} value={name}>
              {ORDERS[name].title}
            </option>
          ))}
        </select>
      </label>
      <label class="inline">
        <span class="hidden">Find a pair</span>
        <input
          type="search"
          placeholder="Find a pair"
          value={search.value}
          onInput={(event) => (search.value = event.currentTarget.value)}
        />
      </label>
    </div>
  );
}

/** All pairs at a glance. */
export function OverviewPage() {
  if (status.value === null) return <Empty>Waiting for the first state of the engine …</Empty>;
  return (
    <>
      <h1 class="hidden">Pairs</h1>
      <Summary />
      <Controls />
      <div class="card table-card">
        <table class="pairs">
          <thead>
            <tr>
              {COLUMNS.filter(([title]) => title !== STOP || hasStops.value).map(([title, by, kind]) => (
                <HeadCell key={title} title={title} by={by} kind={kind} />
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.value.map((pair) => (
              <Row key={pair.symbol} pair={pair} stops={hasStops.value} />
            ))}
          </tbody>
        </table>
        {shown.value.length === 0 && <Empty>No pair is like that.</Empty>}
      </div>
    </>
  );
}
