import type { Exchange } from '../core/exchange.js';
import type { Ticker } from '../core/types.js';
import { GateError, invalidParam } from './gate-error.js';
import { bookRow, candleRow, currencyRow, pairRow, publicTradeRow, tickerRow } from './gate-rows.js';
import { type Route, optionalPair, pairOf, secondsAsMs, wholeNumber } from './rest-types.js';

const MINUTE_MS = 60_000;
export const INTERVALS_MS: Readonly<Record<string, number>> = {
  '1m': MINUTE_MS,
  '5m': 5 * MINUTE_MS,
  '15m': 15 * MINUTE_MS,
  '30m': 30 * MINUTE_MS,
  '1h': 60 * MINUTE_MS,
  '4h': 240 * MINUTE_MS,
  '8h': 480 * MINUTE_MS,
  '1d': 1_440 * MINUTE_MS,
  '7d': 10_080 * MINUTE_MS,
  '30d': 43_200 * MINUTE_MS,
};
const MAX_CANDLES = 1_000;
/** So far back, in candles of the interval, the exchange answers at all. */
const REACH_CANDLES = 10_000;

const currencies = (exchange: Exchange): string[] => [
  ...new Set(exchange.pairs.flatMap((pair) => [pair.base, pair.quote])),
];

const tickers = (exchange: Exchange, symbols: readonly string[], nowMs: number): Ticker[] =>
  symbols.map((symbol) => exchange.ticker(symbol, nowMs)).filter((ticker) => ticker !== null);

function candles(exchange: Exchange, query: URLSearchParams, nowMs: number): unknown {
  const pair = pairOf(exchange, query.get('currency_pair'));
  const interval = query.get('interval') ?? '30m';
  const intervalMs = Object.hasOwn(INTERVALS_MS, interval) ? INTERVALS_MS[interval] : undefined;
  if (intervalMs === undefined)
    throw invalidParam(`Invalid request parameter \`interval\` value: ${interval.slice(0, 20)}`);
  const from = secondsAsMs(query, 'from');
  const to = secondsAsMs(query, 'to') ?? nowMs;
  if (from !== undefined && query.has('limit')) throw invalidParam('limit conflicts with from and to');
  const limit = wholeNumber(query, 'limit', 100, 1, MAX_CANDLES);
  const first = from ?? Math.floor(to / intervalMs) * intervalMs - (limit - 1) * intervalMs;
  if ((to - first) / intervalMs > MAX_CANDLES)
    throw invalidParam('Candlestick range too broad. Maximum 1000 data points are allowed per request');
  if ((nowMs - first) / intervalMs > REACH_CANDLES)
    throw invalidParam('Candlestick too long ago. Maximum 10000 points recently are allowed');
  return exchange.candles(pair.symbol, intervalMs, first, to, nowMs).map(candleRow);
}

/** Market data that anybody may ask for. */
export const marketRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/spot/time',
    access: 'public',
    handle: ({ nowMs }) => ({ server_time: Math.floor(nowMs) }),
  },
  {
    method: 'GET',
    path: '/spot/currencies',
    access: 'public',
    handle: (_, { exchange }) => currencies(exchange).map(currencyRow),
  },
  {
    method: 'GET',
    path: '/spot/currencies/:currency',
    access: 'public',
    handle: ({ params }, { exchange }) => {
      const currency = params['currency'] ?? '';
      if (!currencies(exchange).includes(currency))
        throw new GateError(400, 'INVALID_CURRENCY', `Invalid currency ${currency}`);
      return currencyRow(currency);
    },
  },
  {
    method: 'GET',
    path: '/spot/currency_pairs',
    access: 'public',
    handle: (_, { exchange }) => exchange.pairs.map(pairRow),
  },
  {
    method: 'GET',
    path: '/spot/currency_pairs/:pair',
    access: 'public',
    handle: ({ params }, { exchange }) => pairRow(pairOf(exchange, params['pair'])),
  },
  {
    method: 'GET',
    path: '/spot/tickers',
    access: 'public',
    handle: ({ query, nowMs }, { exchange }) => {
      const pair = optionalPair(exchange, query.get('currency_pair'));
      const symbols = pair === undefined ? exchange.pairs.map(({ symbol }) => symbol) : [pair.symbol];
      const timezone = query.get('timezone') ?? undefined;
      return tickers(exchange, symbols, nowMs).map((ticker) => tickerRow(ticker, timezone));
    },
  },
  {
    method: 'GET',
    path: '/spot/order_book',
    access: 'public',
    handle: ({ query, nowMs }, { exchange }) => {
      const pair = pairOf(exchange, query.get('currency_pair'));
      const limit = wholeNumber(query, 'limit', 10, 1, 1_000);
      const book = exchange.book(pair.symbol, limit);
      const empty = { symbol: pair.symbol, updateId: 0, ms: nowMs, bids: [], asks: [] };
      return bookRow(book ?? empty, query.get('with_id') === 'true', nowMs);
    },
  },
  {
    method: 'GET',
    path: '/spot/trades',
    access: 'public',
    handle: ({ query }, { exchange }) => {
      const pair = pairOf(exchange, query.get('currency_pair'));
      return exchange
        .publicTrades(pair.symbol, wholeNumber(query, 'limit', 100, 1, 1_000))
        .map(publicTradeRow);
    },
  },
  {
    method: 'GET',
    path: '/spot/candlesticks',
    access: 'public',
    handle: ({ query, nowMs }, { exchange }) => candles(exchange, query, nowMs),
  },
];

const nothing = (path: string): Route => ({ method: 'GET', path, access: 'public', handle: () => [] });

/** Products that this exchange does not have; clients ask for their lists while they load the markets. */
export const otherProductRoutes: readonly Route[] = [
  '/margin/currency_pairs',
  '/margin/uni/currency_pairs',
  '/futures/:settle/contracts',
  '/futures/:settle/tickers',
  '/delivery/:settle/contracts',
  '/delivery/:settle/tickers',
  '/options/underlyings',
  '/options/contracts',
  '/options/tickers',
].map(nothing);
