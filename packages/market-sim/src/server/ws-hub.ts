import { decimal, text } from '@mtrade/money';
import type { Exchange } from '../core/exchange.js';
import type { BalanceChange, ExchangeListener, Order, PublicTrade, Trade } from '../core/types.js';
import { idOf } from './gate-rows.js';
import { type Channel, topicOf } from './ws-channels.js';
import { type Frame, makeFrame } from './ws-frame.js';
import { balanceFrame, bookTickerFrame, orderFrame, tradeFrame, userTradeFrame } from './ws-frames.js';
import { PULSE_MS, PeriodicFeed, isPeriodic } from './ws-periodic.js';
import type { WsSession } from './ws-session.js';
import { Topics } from './ws-topics.js';

export interface WsHubOptions {
  /** Pace of `spot.tickers`. */
  readonly tickerEveryMs: number;
  /** Send a new listener the present state at once, instead of at the next change. */
  readonly stateOnSubscribe: boolean;
}

interface PairNames {
  readonly id: string;
  readonly bookTicker: string;
}

/** Turns what happens on the exchange into frames, each built once, for the sessions that listen. */
export class WsHub implements ExchangeListener {
  readonly topics = new Topics();
  /** Best prices that changed while nobody had subscribed to them. */
  pricesUnheard = 0;
  readonly #options: WsHubOptions;
  readonly #exchange: Exchange;
  readonly #nowMs: () => number;
  readonly #names = new Map<string, PairNames>();
  readonly #feeds = new Map<string, PeriodicFeed>();
  #pulses = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: WsHubOptions, exchange: Exchange, nowMs: () => number) {
    this.#options = options;
    this.#exchange = exchange;
    this.#nowMs = nowMs;
    for (const { symbol, id } of exchange.pairs)
      this.#names.set(symbol, { id, bookTicker: topicOf.bookTicker(id) });
  }

  subscribe(session: WsSession, channel: Channel): void {
    this.topics.add(channel.topic, session);
    const first = this.#first(channel);
    if (first !== null && this.#options.stateOnSubscribe) session.send(first);
    // The full book is part of the protocol of spot.obu, not a courtesy.
    else if (first !== null && channel.kind === 'obu') session.send(first);
  }

  unsubscribe(session: WsSession, topic: string): void {
    this.topics.remove(topic, session);
    this.#forgetUnheard(topic);
  }

  leave(session: WsSession): void {
    const topics = [...this.topics.ofSession(session)];
    this.topics.removeSession(session);
    for (const topic of topics) this.#forgetUnheard(topic);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#feeds.clear();
  }

  onQuote(symbol: string): void {
    this.#pushBookTicker(symbol);
  }

  onBook(symbol: string): void {
    this.#pushBookTicker(symbol);
  }

  onTrade(trade: PublicTrade): void {
    const id = idOf(trade.symbol);
    const listeners = this.topics.listeners(topicOf.trades(id));
    if (listeners.size === 0) return;
    this.#push(
      listeners,
      makeFrame('spot.trades', tradeFrame(trade, this.#nowMs()), { symbol: id, side: trade.side }),
    );
  }

  onOrder(event: 'put' | 'update' | 'finish', order: Order): void {
    const id = idOf(order.symbol);
    const frame = makeFrame('spot.orders', orderFrame(event, order, this.#nowMs()), {
      symbol: id,
      side: order.side,
    });
    this.#pushPrivate((pair) => topicOf.orders(order.userId, pair), id, frame);
  }

  onUserTrade(trade: Trade): void {
    const id = idOf(trade.symbol);
    const frame = makeFrame('spot.usertrades', userTradeFrame(trade, this.#nowMs()), {
      symbol: id,
      side: trade.side,
    });
    this.#pushPrivate((pair) => topicOf.userTrades(trade.userId, pair), id, frame);
  }

  onBalance(change: BalanceChange): void {
    const listeners = this.topics.listeners(topicOf.balances(change.userId));
    if (listeners.size === 0) return;
    const total = text(decimal(change.available).plus(decimal(change.locked)));
    this.#push(listeners, makeFrame('spot.balances', balanceFrame(change, total, this.#nowMs())));
  }

  #pushBookTicker(symbol: string): void {
    const names = this.#names.get(symbol);
    if (names === undefined) return;
    const listeners = this.topics.listeners(names.bookTicker);
    if (listeners.size === 0) {
      this.pricesUnheard += 1;
      return;
    }
    const frame = this.#bookTicker(symbol, names);
    if (frame !== null) this.#push(listeners, frame);
  }

  #bookTicker(symbol: string, { id, bookTicker }: PairNames): Frame | null {
    const top = this.#exchange.top(symbol);
    if (top === null) return null;
    const about = { symbol: id, replaceKey: bookTicker };
    return makeFrame('spot.book_ticker', bookTickerFrame(top, this.#nowMs()), about);
  }

  #first(channel: Channel): Frame | null {
    if (isPeriodic(channel)) return this.#feed(channel.topic, channel).first(this.#nowMs());
    if (channel.kind !== 'book-ticker') return null;
    return this.#bookTicker(channel.pair.symbol, { id: channel.pair.id, bookTicker: channel.topic });
  }

  #feed(topic: string, channel: ConstructorParameters<typeof PeriodicFeed>[0]): PeriodicFeed {
    const known = this.#feeds.get(topic);
    if (known !== undefined) return known;
    const feed = new PeriodicFeed(channel, this.#exchange, this.#options.tickerEveryMs);
    this.#feeds.set(topic, feed);
    this.#timer ??= setInterval(() => this.#pulse(), PULSE_MS).unref();
    return feed;
  }

  #pulse(): void {
    this.#pulses += 1;
    for (const [topic, feed] of this.#feeds) {
      const frame = feed.pulse(this.#pulses, this.#nowMs());
      if (frame !== null) this.#push(this.topics.listeners(topic), frame);
    }
  }

  #forgetUnheard(topic: string): void {
    if (this.topics.listeners(topic).size > 0) return;
    this.#feeds.delete(topic);
    if (this.#feeds.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #pushPrivate(topic: (pair: string) => string, id: string, frame: Frame): void {
    const ofPair = this.topics.listeners(topic(id));
    this.#push(ofPair, frame);
    for (const session of this.topics.listeners(topic(topicOf.all)))
      if (!ofPair.has(session)) session.send(frame);
  }

  #push(listeners: ReadonlySet<WsSession>, frame: Frame): void {
    for (const session of listeners) session.send(frame);
  }
}
