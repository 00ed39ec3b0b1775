import type { Exchange } from '../core/exchange.js';
import type { PairSpec } from '../core/types.js';
import { INTERVALS_MS } from './rest-market.js';

/** A refused subscription: Gate's error code and words. */
export class ChannelError extends Error {
  override readonly name = 'ChannelError';
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** Codes of Gate's `error` object. */
export const WsErrorCode = { badMessage: 1, badArgument: 2, serverError: 3, authentication: 4 } as const;

/** Something one can subscribe to. `topic` names it; the other fields say what its frames are made of. */
export type Channel =
  | { readonly kind: 'book-ticker' | 'trades'; readonly topic: string; readonly pair: PairSpec }
  | { readonly kind: 'ticker' | 'book-update'; readonly topic: string; readonly pair: PairSpec }
  | {
      readonly kind: 'book';
      readonly topic: string;
      readonly pair: PairSpec;
      readonly levels: number;
      readonly everyMs: number;
    }
  | {
      readonly kind: 'obu';
      readonly topic: string;
      readonly pair: PairSpec;
      readonly name: string;
      readonly levels: number;
    }
  | {
      readonly kind: 'candles';
      readonly topic: string;
      readonly pair: PairSpec;
      readonly interval: string;
      readonly intervalMs: number;
    }
  | { readonly kind: 'orders' | 'user-trades'; readonly topic: string; readonly pair: PairSpec | null }
  | { readonly kind: 'balances'; readonly topic: string };

export const PRIVATE_CHANNELS: ReadonlySet<string> = new Set([
  'spot.orders',
  'spot.usertrades',
  'spot.balances',
]);

const BOOK_LEVELS = new Set(['1', '5', '10', '20', '50', '100']);
const OBU_LEVELS = new Set(['50', '400']);
const UPDATE_SPEEDS = new Set(['20ms', '100ms']);
const ALL = '!all';

const bad = (message: string): ChannelError => new ChannelError(WsErrorCode.badArgument, message);

/** Topics that the hub needs by name. */
export const topicOf = {
  bookTicker: (id: string): string => `spot.book_ticker|${id}`,
  trades: (id: string): string => `spot.trades|${id}`,
  orders: (userId: string, id: string): string => `spot.orders|${userId}|${id}`,
  userTrades: (userId: string, id: string): string => `spot.usertrades|${userId}|${id}`,
  balances: (userId: string): string => `spot.balances|${userId}`,
  all: ALL,
};

function texts(payload: unknown): string[] {
  if (payload === undefined || payload === null) return [];
  if (!Array.isArray(payload) || !payload.every((item) => typeof item === 'string'))
    throw bad('invalid argument: payload');
  return payload;
}

/** The channels that a request names. Throws `ChannelError`: one wrong argument refuses the whole request. */
export function parseChannels(
  exchange: Exchange,
  channel: string,
  payload: unknown,
  userId: string,
): Channel[] {
  const args = texts(payload);
  const pair = (id: string | undefined): PairSpec => {
    const found = id === undefined ? undefined : exchange.pair(id);
    if (found === undefined) throw bad(`unknown currency pair: ${id ?? ''}`);
    return found;
  };
  const pairs = (): PairSpec[] => {
    if (args.length === 0) throw bad('invalid argument: payload is empty');
    return args.map(pair);
  };
  switch (channel) {
    case 'spot.book_ticker':
      return pairs().map((p) => ({ kind: 'book-ticker', topic: topicOf.bookTicker(p.id), pair: p }));
    case 'spot.trades':
      return pairs().map((p) => ({ kind: 'trades', topic: topicOf.trades(p.id), pair: p }));
    case 'spot.tickers':
      return pairs().map((p) => ({ kind: 'ticker', topic: `${channel}|${p.id}`, pair: p }));
    case 'spot.order_book': {
      const [id, levels = '', speed = ''] = args;
      if (!BOOK_LEVELS.has(levels)) throw bad(`invalid argument: level ${levels}`);
      if (speed !== '100ms' && speed !== '1000ms') throw bad(`invalid argument: interval ${speed}`);
      const p = pair(id);
      const topic = `${channel}|${p.id}|${levels}|${speed}`;
      return [{ kind: 'book', topic, pair: p, levels: Number(levels), everyMs: Number.parseInt(speed, 10) }];
    }
    case 'spot.order_book_update': {
      const [id, speed = '100ms'] = args;
      if (!UPDATE_SPEEDS.has(speed)) throw bad(`invalid argument: interval ${speed}`);
      const p = pair(id);
      return [{ kind: 'book-update', topic: `${channel}|${p.id}`, pair: p }];
    }
    case 'spot.obu':
      if (args.length === 0) throw bad('invalid argument: payload is empty');
      return args.map((name) => {
        const [prefix, id, levels = ''] = name.split('.');
        if (prefix !== 'ob' || !OBU_LEVELS.has(levels)) throw bad(`invalid argument: ${name}`);
        return { kind: 'obu', topic: `${channel}|${name}`, pair: pair(id), name, levels: Number(levels) };
      });
    case 'spot.candlesticks': {
      const [interval = '', id] = args;
      const intervalMs = Object.hasOwn(INTERVALS_MS, interval) ? INTERVALS_MS[interval] : undefined;
      if (intervalMs === undefined) throw bad(`invalid argument: interval ${interval}`);
      const p = pair(id);
      return [{ kind: 'candles', topic: `${channel}|${interval}|${p.id}`, pair: p, interval, intervalMs }];
    }
    case 'spot.orders':
    case 'spot.usertrades': {
      if (args.length === 0) throw bad('invalid argument: payload is empty');
      const kind = channel === 'spot.orders' ? 'orders' : 'user-trades';
      const name = channel === 'spot.orders' ? topicOf.orders : topicOf.userTrades;
      return args.map((id) => {
        const p = id === ALL ? null : pair(id);
        return { kind, topic: name(userId, p?.id ?? ALL), pair: p };
      });
    }
    case 'spot.balances':
      return [{ kind: 'balances', topic: topicOf.balances(userId) }];
    default:
      throw bad(`unknown channel: ${channel.slice(0, 60)}`);
  }
}
