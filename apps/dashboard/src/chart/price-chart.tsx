import { useEffect, useRef, useState } from 'preact/hooks';
import type { Candle, PairDetail, RunningCycle, Trade } from '../api/types.js';
import { Empty, Section } from '../parts/bits.js';
import { useFetch } from '../use-fetch.js';
import type { Drawing } from './drawing.js';
import { dashes, type LineName, LOOKS } from './line-looks.js';

const INTERVALS = ['1m', '5m', '15m', '1h', '4h', '1d'] as const;
type Interval = (typeof INTERVALS)[number];
const REFRESH_MS = 5_000;
const CANDLES = 300;

/** The finest candles that show the running cycle from its beginning. */
function firstInterval(sinceMs: number | null): Interval {
  const minutes = sinceMs === null ? 0 : (Date.now() - sinceMs) / 60_000;
  const fits: readonly (readonly [Interval, number])[] = [
    ['1m', 1],
    ['5m', 5],
    ['15m', 15],
    ['1h', 60],
    ['4h', 240],
  ];
  return fits.find(([, length]) => minutes < CANDLES * length)?.[0] ?? '1d';
}

/** The part that draws is loaded with the first chart, so that the overview on a phone does not wait for it. */
const loadDrawing = () => import('./drawing.js');

function useDrawing() {
  const place = useRef<HTMLDivElement>(null);
  const [drawing, setDrawing] = useState<Drawing | null>(null);
  useEffect(() => {
    let made: Drawing | null = null;
    let gone = false;
    void loadDrawing().then(({ createDrawing }) => {
      if (gone || place.current === null) return;
      made = createDrawing(place.current);
      setDrawing(made);
    });
    return () => {
      gone = true;
      made?.remove();
    };
  }, []);
  return { place, drawing };
}

/** A piece of the line as the chart draws it, wide enough for its pattern to be seen. */
const LineKey = ({ name }: { readonly name: LineName }) => {
  const look = LOOKS[name];
  return (
    <span class="line-key" data-line={name}>
      <svg class={`line ${name}`} viewBox="0 0 30 8" aria-hidden="true">
        <line
          x1="0"
          y1="4"
          x2="30"
          y2="4"
          stroke-width={look.width}
          stroke-dasharray={dashes(look).join(' ')}
        />
      </svg>
      {look.title}
    </span>
  );
};

const Legend = ({ hasStop }: { readonly hasStop: boolean }) => (
  <p class="legend">
    {(Object.keys(LOOKS) as LineName[])
      .filter((name) => name !== 'stop' || hasStop)
      .map((name) => (
        <LineKey key={name} name={name} />
      ))}
    <span class="key buys">bought</span>
    <span class="key sells">sold</span>
    <small>
      Chart by{' '}
      <a href="https://www.tradingview.com/" target="_blank" rel="noreferrer noopener">
        TradingView
      </a>
    </small>
  </p>
);

/** Price history with everything that the engine will do, and has done, drawn on it. */
export function PriceChart({
  name,
  pair,
  rows,
  trades,
  sinceMs,
}: {
  readonly name: string;
  readonly pair: PairDetail['pair'];
  readonly rows: RunningCycle['rows'];
  readonly trades: readonly Trade[];
  /** Begin of the running cycle; null without one. */
  readonly sinceMs: number | null;
}) {
  const [interval, setInterval] = useState<Interval>(() => firstInterval(sinceMs));
  const [whole, setWhole] = useState(false);
  const path = `/v1/pairs/${encodeURIComponent(name)}/candles?interval=${interval}&limit=${CANDLES}`;
  const { data, error } = useFetch<{ readonly candles: readonly Candle[] }>(path, REFRESH_MS);
  const { place, drawing } = useDrawing();
  const candles = data?.candles ?? null;
  const stop = pair.protection?.stop_price ?? null;
  const { sell_limit: sale, break_even: even, next_buy_price: next } = pair;
  // Compared as text: the objects are new with every state.
  const levelsKey = JSON.stringify([sale, even, next, stop, rows.map(({ rate, state }) => [rate, state])]);

  useEffect(() => {
    if (candles !== null) drawing?.setCandles(candles, interval);
  }, [drawing, candles, interval]);
  useEffect(() => {
    drawing?.setLevels({ sale, even, next, stop, rows, whole });
  }, [drawing, levelsKey, whole]);
  useEffect(() => {
    drawing?.setTrades(trades, interval);
  }, [drawing, trades, interval, candles]);
  useEffect(() => drawing?.fit(), [drawing, interval, candles === null]);

  return (
    <Section
      title="Price"
      aside={
        <div class="chips tight" role="group" aria-label="Interval">
          {INTERVALS.map((one) => (
            <button
              key={one}
              type="button"
              class="chip"
              aria-pressed={one === interval}
              onClick={() => setInterval(one)}
            >
              {one}
            </button>
          ))}
          <button type="button" class="chip" aria-pressed={whole} onClick={() => setWhole(!whole)}>
            whole ladder
          </button>
        </div>
      }
    >
      <div
        class="chart"
        ref={place}
        role="img"
        aria-label={`price of ${pair.symbol} with the levels of its ladder`}
      />
      {candles === null && <Empty error={error}>Asking the exchange for the price history …</Empty>}
      <Legend hasStop={stop !== null} />
    </Section>
  );
}
