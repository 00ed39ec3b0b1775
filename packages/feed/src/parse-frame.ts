import { type OrderEvidence, parseScaledPrice, type ScaledPrice } from '@mtrade/engine';
import { symbolOf } from './pair.js';
import { parseOrderEvidence, parseTradeEvidence } from './private-rows.js';
import { type BookTickerFrame, scanBookTicker } from './scan-book-ticker.js';

/** What one frame of Gate's spot WebSocket says. Pairs are canonical (`BTC/USDT`), times Unix ms. */
export type ParsedFrame =
  | BookTickerFrame
  | {
      readonly type: 'ticker';
      readonly symbol: string;
      readonly last: ScaledPrice;
      /** Best prices as the ticker has them, slower than the book's own channel; null when it has none. */
      readonly bid: ScaledPrice | null;
      readonly ask: ScaledPrice | null;
      readonly exchangeMs: number;
    }
  | {
      readonly type: 'order-book';
      readonly symbol: string;
      /** From best to worst; empty when nobody sells. */
      readonly asks: readonly ScaledPrice[];
      /** When the book last changed; frames are ordered by it. */
      readonly exchangeMs: number;
      /** When the frame was sent: a snapshot says that the book stands so now. */
      readonly sentMs: number;
      readonly sequence: number;
    }
  /** Orders and own trades; `malformed` rows were left out. */
  | { readonly type: 'orders'; readonly orders: readonly OrderEvidence[]; readonly malformed: number }
  | { readonly type: 'balances' }
  /** Answer to a subscription; `error` in the exchange's words. */
  | {
      readonly type: 'subscribed';
      readonly id: number | null;
      readonly channel: string;
      readonly error: string | null;
    }
  | { readonly type: 'pong' }
  /** A well-formed frame that is of no interest. */
  | { readonly type: 'other' }
  | { readonly type: 'malformed'; readonly reason: string };

type Fields = Readonly<Record<string, unknown>>;

const malformed = (reason: string): ParsedFrame => ({ type: 'malformed', reason });
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads one text frame. Never throws; what is not exactly of the documented shape is `malformed` as a whole, because
 * half a frame is no price. A book ticker that came as bytes stands until the next frame: whoever keeps it copies it.
 */
export const parseFrame = (data: string | Buffer): ParsedFrame =>
  (typeof data === 'string' ? null : scanBookTicker(data)) ?? parseJsonFrame(data);

/** The same for every frame there is; the scanner of the most frequent ones must agree with it. */
export function parseJsonFrame(data: string | Buffer): ParsedFrame {
  let frame: unknown;
  try {
    frame = JSON.parse(typeof data === 'string' ? data : data.toString('utf8'));
  } catch {
    return malformed('not JSON');
  }
  if (!isFields(frame)) return malformed('not a JSON object');
  const { channel, event } = frame;
  if (typeof channel !== 'string') return malformed('no channel');
  if (channel === 'spot.pong') return { type: 'pong' };
  if (event === 'subscribe') return parseAnswer(frame, channel);
  if (event !== 'update')
    return event === '' || typeof event === 'string' ? { type: 'other' } : malformed('no event');
  const { result } = frame;
  switch (channel) {
    case 'spot.book_ticker':
      return isFields(result) ? parseBookTicker(result) : malformed(`${channel} without a result`);
    case 'spot.tickers':
      return isFields(result) ? parseTicker(result, frame) : malformed(`${channel} without a result`);
    case 'spot.order_book':
      return isFields(result) ? parseOrderBook(result, frame) : malformed(`${channel} without a result`);
    case 'spot.orders':
      return parseRows(result, parseOrderEvidence);
    case 'spot.usertrades':
      return parseRows(result, parseTradeEvidence);
    case 'spot.balances':
      return { type: 'balances' };
    default:
      return { type: 'other' };
  }
}

/** Gate writes times as numbers or as decimal text (`"1619093562050.3572"`); whole ms, or null. */
function timeOf(value: unknown): number | null {
  const time = typeof value === 'string' && /^\d{1,16}(\.\d{1,9})?$/.test(value) ? Number(value) : value;
  // Less than a millisecond would be none when it is rounded.
  return typeof time === 'number' && time >= 1 && time <= Number.MAX_SAFE_INTEGER ? Math.floor(time) : null;
}

/** Frames of 2021 carry only `time`, in seconds. */
function envelopeTime(frame: Fields): number | null {
  const ms = timeOf(frame['time_ms']);
  if (ms !== null) return ms;
  const seconds = timeOf(frame['time']);
  return seconds === null ? null : timeOf(seconds * 1_000);
}

const sequenceOf = (value: unknown): number => (Number.isSafeInteger(value) ? (value as number) : 0);

function parseBookTicker(result: Fields): ParsedFrame {
  const symbol = symbolOf(result['s']);
  const bid = parseScaledPrice(result['b']);
  const ask = parseScaledPrice(result['a']);
  const exchangeMs = timeOf(result['t']);
  if (symbol === null || bid === null || ask === null || exchangeMs === null)
    return malformed('book ticker with a bad field');
  return { type: 'book-ticker', symbol, bid, ask, exchangeMs, sequence: sequenceOf(result['u']) };
}

function parseTicker(result: Fields, frame: Fields): ParsedFrame {
  const symbol = symbolOf(result['currency_pair']);
  const last = parseScaledPrice(result['last']);
  const exchangeMs = envelopeTime(frame);
  if (symbol === null || last === null || exchangeMs === null) return malformed('ticker with a bad field');
  const bid = parseScaledPrice(result['highest_bid']);
  const ask = parseScaledPrice(result['lowest_ask']);
  return { type: 'ticker', symbol, last, bid, ask, exchangeMs };
}

function parseOrderBook(result: Fields, frame: Fields): ParsedFrame {
  const symbol = symbolOf(result['s']);
  const exchangeMs = timeOf(result['t']);
  const levels = result['asks'];
  if (symbol === null || exchangeMs === null || !Array.isArray(levels))
    return malformed('order book with a bad field');
  const asks: ScaledPrice[] = [];
  for (const level of levels as readonly unknown[]) {
    const price = Array.isArray(level) ? parseScaledPrice(level[0]) : null;
    if (price === null) return malformed('order book with a bad level');
    asks.push(price);
  }
  const sentMs = Math.max(exchangeMs, envelopeTime(frame) ?? 0);
  const sequence = sequenceOf(result['lastUpdateId']);
  return { type: 'order-book', symbol, asks, exchangeMs, sentMs, sequence };
}

function parseRows(result: unknown, parse: (row: Fields) => OrderEvidence | null): ParsedFrame {
  if (!Array.isArray(result)) return malformed('private channel without a list');
  const rows: readonly unknown[] = result;
  const orders = rows.map((row) => (isFields(row) ? parse(row) : null)).filter((order) => order !== null);
  return { type: 'orders', orders, malformed: rows.length - orders.length };
}

function parseAnswer(frame: Fields, channel: string): ParsedFrame {
  const { id, error, result } = frame;
  return {
    type: 'subscribed',
    id: Number.isSafeInteger(id) ? (id as number) : null,
    channel,
    error: errorWords(error) ?? (isFields(result) && result['status'] === 'fail' ? 'refused' : null),
  };
}

/** `{code, message}`; null when there is no error. */
function errorWords(error: unknown): string | null {
  if (error === undefined || error === null) return null;
  const message = isFields(error) ? error['message'] : error;
  return (typeof message === 'string' && message !== '' ? message : 'refused').slice(0, 200);
}
