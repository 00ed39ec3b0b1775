import {
  CandlestickSeries,
  createChart,
  createSeriesMarkers,
  type IPriceLine,
  LineStyle,
  type SeriesMarker,
  type Time,
  type UTCTimestamp,
} from 'lightweight-charts';
import type { Candle, RunningCycle, Trade } from '../api/types.js';
import { price } from '../format.js';
import { type LineName, LOOKS } from './line-looks.js';

/** What is drawn across the chart, as the engine gives it. */
export interface Levels {
  readonly sale: string | null;
  readonly even: string | null;
  readonly next: string | null;
  readonly stop: string | null;
  readonly rows: RunningCycle['rows'];
  /** The whole ladder in sight, or only what comes next. */
  readonly whole: boolean;
}

export interface Drawing {
  readonly setCandles: (candles: readonly Candle[], interval: string) => void;
  readonly setLevels: (levels: Levels) => void;
  readonly setTrades: (trades: readonly Trade[], interval: string) => void;
  readonly fit: () => void;
  readonly remove: () => void;
}

const INTERVAL_MS: Readonly<Record<string, number>> = {
  '1m': 60_000,
  '5m': 300_000,
  '15m': 900_000,
  '1h': 3_600_000,
  '4h': 14_400_000,
  '1d': 86_400_000,
};

const FEWEST_BARS = 36;

/** The library draws UTC; the reader lives somewhere. */
const localTime = (ms: number): UTCTimestamp =>
  (Math.floor(ms / 1_000) - new Date(ms).getTimezoneOffset() * 60) as UTCTimestamp;

const colour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** As many places as the price's size needs, for the scale at the side. */
const minMoveOf = (value: number): number =>
  value >= 1_000 ? 0.01 : value >= 1 ? 0.0001 : 10 ** (Math.floor(Math.log10(Math.max(value, 1e-12))) - 4);

/** A chart in `place`. It sets styles only through the object model, which the page's policy permits. */
export function createDrawing(place: HTMLElement): Drawing {
  const chart = createChart(place, {
    autoSize: true,
    // The logo would add a style element, which the policy forbids; the link stands below the chart instead.
    layout: {
      attributionLogo: false,
      background: { color: 'transparent' },
      fontFamily: 'system-ui, sans-serif',
    },
    rightPriceScale: { borderVisible: false },
    timeScale: { borderVisible: false, timeVisible: true, secondsVisible: false, rightOffset: 4 },
    handleScroll: { vertTouchDrag: false },
  });
  let levels: Levels = { sale: null, even: null, next: null, stop: null, rows: [], whole: false };
  let lines: IPriceLine[] = [];
  let tradePrices: readonly number[] = [];

  const inSight = (): number[] => {
    const { sale, even, next, stop, rows, whole } = levels;
    const near = [sale, even, next, stop];
    const drawn = [...near, ...(whole ? rows.map(({ rate }) => rate) : [])].filter((text) => text !== null);
    return [...drawn.map(Number), ...tradePrices];
  };
  const series = chart.addSeries(CandlestickSeries, {
    borderVisible: false,
    // The price of now is marked at the side; a line across would look like a level of the engine.
    priceLineVisible: false,
    priceFormat: { type: 'custom', formatter: (value: number) => price(String(value)), minMove: 0.01 },
    autoscaleInfoProvider: (
      original: () => { priceRange: { minValue: number; maxValue: number } | null } | null,
    ) => {
      const found = original();
      const range = found?.priceRange;
      if (!found || !range) return found;
      const values = [range.minValue, range.maxValue, ...inSight()];
      return { ...found, priceRange: { minValue: Math.min(...values), maxValue: Math.max(...values) } };
    },
  });
  const markers = createSeriesMarkers<Time>(series, []);

  const applyColours = (): void => {
    const [up, down, text, grid] = ['--chart-up', '--chart-down', '--dim', '--line'].map(colour) as [
      string,
      string,
      string,
      string,
    ];
    chart.applyOptions({
      layout: { textColor: text },
      grid: { vertLines: { color: grid }, horzLines: { color: grid } },
    });
    series.applyOptions({ upColor: up, downColor: down, wickUpColor: up, wickDownColor: down });
  };
  const drawLevels = (): void => {
    for (const line of lines) series.removePriceLine(line);
    lines = [];
    /** A row of the ladder has its number, or nothing, instead of a label at the side. */
    const add = (text: string | null, name: LineName, row: string | null = null): void => {
      if (text === null) return;
      const look = LOOKS[name];
      lines.push(
        series.createPriceLine({
          price: Number(text),
          title: row ?? look.title,
          color: colour(look.colour),
          lineStyle: LineStyle[look.pattern],
          lineWidth: look.width,
          axisLabelVisible: row === null,
        }),
      );
    };
    const { sale, even, next, stop, rows, whole } = levels;
    for (const row of rows) {
      const isBought = row.state === 'bought' || row.state === 'current';
      if (row.state !== 'next') add(row.rate, isBought ? 'bought' : 'ahead', whole ? String(row.step) : '');
    }
    add(stop, 'stop');
    add(next, 'next');
    add(even, 'even');
    add(sale, 'sale');
  };
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  const onScheme = (): void => {
    applyColours();
    drawLevels();
  };
  scheme.addEventListener('change', onScheme);
  applyColours();

  return {
    setCandles: (candles) => {
      const last = candles.at(-1);
      if (last)
        series.applyOptions({
          priceFormat: {
            type: 'custom',
            formatter: (value: number) => price(String(value)),
            minMove: minMoveOf(Number(last.close)),
          },
        });
      series.setData(
        candles.map(({ ms, open, high, low, close }) => ({
          time: localTime(ms),
          open: Number(open),
          high: Number(high),
          low: Number(low),
          close: Number(close),
        })),
      );
    },
    setLevels: (wanted) => {
      levels = wanted;
      drawLevels();
    },
    setTrades: (trades, interval) => {
      tradePrices = trades.map((trade) => Number(trade.price));
      const step = INTERVAL_MS[interval] ?? 60_000;
      const shown = trades
        .map((trade): SeriesMarker<Time> => {
          const isBuy = trade.side === 'buy';
          return {
            time: localTime(Math.floor(trade.ms / step) * step),
            position: isBuy ? 'atPriceBottom' : 'atPriceTop',
            price: Number(trade.price),
            shape: isBuy ? 'arrowUp' : 'arrowDown',
            color: colour(isBuy ? '--accent' : '--warn'),
            text: isBuy ? `buy ${trade.step}` : 'sell',
          };
        })
        .sort((a, b) => Number(a.time) - Number(b.time));
      markers.setMarkers(shown);
    },
    fit: () => {
      const bars = series.data().length;
      // A handful of candles would be drawn as wide as houses.
      if (bars >= FEWEST_BARS) chart.timeScale().fitContent();
      else chart.timeScale().setVisibleLogicalRange({ from: bars - FEWEST_BARS, to: bars + 4 });
    },
    remove: () => {
      scheme.removeEventListener('change', onScheme);
      chart.remove();
    },
  };
}
