import { createHmac } from 'node:crypto';
import { pairOf } from './pair.js';

/** One thing we want to hear: a channel for one pair, or a private channel for the account. */
export interface Topic {
  readonly channel: string;
  /** Null for a private channel. */
  readonly symbol: string | null;
  readonly isPrivate: boolean;
}

export interface SubscriptionOptions {
  readonly symbols: readonly string[];
  /** Pairs whose book is needed deeper than its best price. */
  readonly depthSymbols: readonly string[];
  readonly apiKey: string;
  readonly apiSecret: string;
}

/** Pairs in one message; enough for any configuration, small enough for any server. */
const BATCH = 50;
const PRIVATE_CHANNELS = ['spot.orders', 'spot.usertrades', 'spot.balances'];

/** Everything that has to be subscribed, in messages of one channel each. Made from configuration alone. */
export function wantedTopics({ symbols, depthSymbols, apiKey }: SubscriptionOptions): Topic[][] {
  const batches: Topic[][] = [];
  for (const channel of ['spot.book_ticker', 'spot.tickers'])
    for (let start = 0; start < symbols.length; start += BATCH)
      batches.push(
        symbols.slice(start, start + BATCH).map((symbol) => ({ channel, symbol, isPrivate: false })),
      );
  // Gate takes one pair a message on this channel: its payload also carries depth and pace.
  for (const symbol of depthSymbols) batches.push([{ channel: 'spot.order_book', symbol, isPrivate: false }]);
  if (apiKey !== '')
    for (const channel of PRIVATE_CHANNELS) batches.push([{ channel, symbol: null, isPrivate: true }]);
  return batches;
}

/** The subscribe message of one batch. `nowS` is the exchange's clock in seconds: a private one expires with it. */
export function subscribeMessage(
  batch: readonly Topic[],
  id: number,
  nowS: number,
  { apiKey, apiSecret }: SubscriptionOptions,
): string {
  const [topic] = batch;
  if (topic === undefined) throw new TypeError('an empty subscription');
  const { channel, isPrivate } = topic;
  const pairs = batch.flatMap(({ symbol }) => (symbol === null ? [] : [pairOf(symbol)]));
  const payload = isPrivate ? ['!all'] : channel === 'spot.order_book' ? [...pairs, '20', '100ms'] : pairs;
  const message = { time: nowS, id, channel, event: 'subscribe', payload };
  if (!isPrivate) return JSON.stringify(message);
  const signed = `channel=${channel}&event=subscribe&time=${nowS}`;
  const SIGN = createHmac('sha512', apiSecret).update(signed).digest('hex');
  return JSON.stringify({ ...message, auth: { method: 'api_key', KEY: apiKey, SIGN } });
}
