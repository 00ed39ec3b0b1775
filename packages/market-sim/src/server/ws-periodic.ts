import type { Exchange } from '../core/exchange.js';
import type { BookView, Level } from '../core/types.js';
import type { Channel } from './ws-channels.js';
import { type Frame, makeFrame } from './ws-frame.js';
import {
  type BookDelta,
  bookFrame,
  bookUpdateFrame,
  candleFrame,
  obuDeltaFrame,
  obuFullFrame,
  tickerFrame,
} from './ws-frames.js';

/** Channels whose frames come at a pace of their own instead of with each change. */
export type PeriodicChannel = Extract<
  Channel,
  { readonly kind: 'ticker' | 'book' | 'book-update' | 'obu' | 'candles' }
>;

export const isPeriodic = (channel: Channel): channel is PeriodicChannel =>
  channel.kind === 'ticker' ||
  channel.kind === 'book' ||
  channel.kind === 'book-update' ||
  channel.kind === 'obu' ||
  channel.kind === 'candles';

export const PULSE_MS = 100;
const CANDLE_EVERY_MS = 1_000;
/** Deeper than any book here: an update channel follows the whole of it. */
const WHOLE_BOOK = 1_000;

function changedLevels(before: readonly Level[], after: readonly Level[]): Level[] {
  const old = new Map(before);
  const changed: Level[] = [];
  for (const [price, size] of after) {
    if (old.get(price) !== size) changed.push([price, size]);
    old.delete(price);
  }
  for (const price of old.keys()) changed.push([price, '0']);
  return changed;
}

const deltaOf = (before: BookView, after: BookView): BookDelta => ({
  symbol: after.symbol,
  ms: after.ms,
  firstId: before.updateId + 1,
  lastId: after.updateId,
  bids: changedLevels(before.bids, after.bids),
  asks: changedLevels(before.asks, after.asks),
});

/** One channel with its memory of what was sent last; shared by all its listeners. */
export class PeriodicFeed {
  readonly #channel: PeriodicChannel;
  readonly #exchange: Exchange;
  readonly #everyPulses: number;
  readonly #depth: number;
  #sentUpdateId = -1;
  #book: BookView | null = null;

  constructor(channel: PeriodicChannel, exchange: Exchange, tickerEveryMs: number) {
    this.#channel = channel;
    this.#exchange = exchange;
    const everyMs = {
      ticker: tickerEveryMs,
      book: channel.kind === 'book' ? channel.everyMs : 0,
      'book-update': PULSE_MS,
      obu: PULSE_MS,
      candles: CANDLE_EVERY_MS,
    }[channel.kind];
    this.#everyPulses = Math.max(1, Math.round(everyMs / PULSE_MS));
    this.#depth = channel.kind === 'obu' ? channel.levels : WHOLE_BOOK;
    this.#book = exchange.book(channel.pair.symbol, this.#depth);
    this.#sentUpdateId = this.#book?.updateId ?? -1;
  }

  /** What a new listener gets at once: the present state, where the channel has one. */
  first(nowMs: number): Frame | null {
    if (this.#channel.kind === 'book-update') return null;
    if (this.#channel.kind !== 'obu') return this.#state(nowMs);
    const { pair, name, levels } = this.#channel;
    const book = this.#exchange.book(pair.symbol, levels) ?? {
      symbol: pair.symbol,
      updateId: 0,
      ms: nowMs,
      bids: [],
      asks: [],
    };
    return makeFrame('spot.obu', obuFullFrame(name, book, nowMs), { symbol: pair.id });
  }

  /** The frame of this pulse for everybody, or null when it is not due or nothing changed. */
  pulse(count: number, nowMs: number): Frame | null {
    if (count % this.#everyPulses !== 0) return null;
    const top = this.#exchange.top(this.#channel.pair.symbol);
    if (top === null || top.updateId === this.#sentUpdateId) return null;
    this.#sentUpdateId = top.updateId;
    return this.#channel.kind === 'book-update' || this.#channel.kind === 'obu'
      ? this.#delta(nowMs)
      : this.#state(nowMs);
  }

  #state(nowMs: number): Frame | null {
    const channel = this.#channel;
    const { id, symbol } = channel.pair;
    const about = { symbol: id, replaceKey: channel.topic };
    if (channel.kind === 'ticker') {
      const ticker = this.#exchange.ticker(symbol, nowMs);
      return ticker === null ? null : makeFrame('spot.tickers', tickerFrame(ticker, nowMs), about);
    }
    if (channel.kind === 'book') {
      const book = this.#exchange.book(symbol, channel.levels);
      return book === null
        ? null
        : makeFrame('spot.order_book', bookFrame(book, String(channel.levels), nowMs), about);
    }
    if (channel.kind === 'candles') {
      const { interval, intervalMs } = channel;
      const openMs = Math.floor(nowMs / intervalMs) * intervalMs;
      const candle = this.#exchange.candles(symbol, intervalMs, openMs, nowMs, nowMs).at(-1);
      return candle === undefined
        ? null
        : makeFrame('spot.candlesticks', candleFrame(interval, symbol, candle, nowMs), about);
    }
    return null;
  }

  #delta(nowMs: number): Frame | null {
    const channel = this.#channel;
    const { id, symbol } = channel.pair;
    const after = this.#exchange.book(symbol, this.#depth);
    if (after === null) return null;
    const empty = { ...after, updateId: after.updateId - 1, bids: [], asks: [] };
    const delta = deltaOf(this.#book ?? empty, after);
    this.#book = after;
    const text =
      channel.kind === 'obu' ? obuDeltaFrame(channel.name, delta, nowMs) : bookUpdateFrame(delta, nowMs);
    return makeFrame(channel.kind === 'obu' ? 'spot.obu' : 'spot.order_book_update', text, { symbol: id });
  }
}
