import type {
  BalanceChange,
  BookTop,
  BookView,
  Candle,
  Level,
  Order,
  PublicTrade,
  Ticker,
  Trade,
} from '../core/types.js';
import { idOf, orderRow, tickerRow } from './gate-rows.js';

/**
 * Frames that the server sends by itself, as text. The hot ones are concatenated: their values are decimal text from
 * the core and need no escaping. `time` is in seconds, `time_ms` in milliseconds, both of the sending.
 */
const head = (channel: string, nowMs: number): string => {
  const ms = Math.floor(nowMs);
  return `{"time":${Math.floor(ms / 1_000)},"time_ms":${ms},"channel":"${channel}","event":"update","result":`;
};

const frame = (channel: string, nowMs: number, result: unknown): string =>
  `${head(channel, nowMs)}${JSON.stringify(result)}}`;

/** `u` is the update id of the book; an empty side is an empty price of size 0. */
export const bookTickerFrame = (top: BookTop, nowMs: number): string =>
  `${head('spot.book_ticker', nowMs)}{"t":${Math.floor(top.ms)},"u":${top.updateId},"s":"${idOf(top.symbol)}","b":"${
    top.bid ?? ''
  }","B":"${top.bid === null ? '0' : top.bidSize}","a":"${top.ask ?? ''}","A":"${
    top.ask === null ? '0' : top.askSize
  }"}}`;

export const tickerFrame = (ticker: Ticker, nowMs: number): string =>
  frame('spot.tickers', nowMs, tickerRow(ticker));

export const tradeFrame = (trade: PublicTrade, nowMs: number): string =>
  frame('spot.trades', nowMs, {
    id: Number(trade.id),
    create_time: Math.floor(trade.ms / 1_000),
    create_time_ms: `${Math.floor(trade.ms)}.0`,
    side: trade.side,
    currency_pair: idOf(trade.symbol),
    amount: trade.amount,
    price: trade.price,
    range: `${trade.id}-${trade.id}`,
  });

export const bookFrame = (book: BookView, level: string, nowMs: number): string =>
  frame('spot.order_book', nowMs, {
    t: Math.floor(book.ms),
    lastUpdateId: book.updateId,
    s: idOf(book.symbol),
    l: level,
    bids: book.bids,
    asks: book.asks,
  });

/** What changed between two books: absolute sizes, `0` for a level that is gone. */
export interface BookDelta {
  readonly symbol: string;
  readonly ms: number;
  readonly firstId: number;
  readonly lastId: number;
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
}

export const bookUpdateFrame = (delta: BookDelta, nowMs: number): string =>
  frame('spot.order_book_update', nowMs, {
    t: Math.floor(delta.ms),
    e: 'depthUpdate',
    E: Math.floor(delta.ms / 1_000),
    s: idOf(delta.symbol),
    U: delta.firstId,
    u: delta.lastId,
    b: delta.bids,
    a: delta.asks,
  });

/** The whole book of the newer channel; `name` is `ob.BTC_USDT.50`. */
export const obuFullFrame = (name: string, book: BookView, nowMs: number): string =>
  frame('spot.obu', nowMs, {
    t: Math.floor(book.ms),
    full: true,
    s: name,
    u: book.updateId,
    b: book.bids,
    a: book.asks,
  });

export const obuDeltaFrame = (name: string, delta: BookDelta, nowMs: number): string =>
  frame('spot.obu', nowMs, {
    t: Math.floor(delta.ms),
    s: name,
    U: delta.firstId,
    u: delta.lastId,
    b: delta.bids,
    a: delta.asks,
  });

export const candleFrame = (interval: string, symbol: string, candle: Candle, nowMs: number): string =>
  frame('spot.candlesticks', nowMs, {
    t: String(Math.floor(candle.openMs / 1_000)),
    v: candle.quoteVolume,
    c: candle.close,
    h: candle.high,
    l: candle.low,
    o: candle.open,
    n: `${interval}_${idOf(symbol)}`,
    a: candle.baseVolume,
    w: candle.closed,
  });

export const orderFrame = (event: 'put' | 'update' | 'finish', order: Order, nowMs: number): string =>
  frame('spot.orders', nowMs, [
    {
      ...orderRow(order),
      avg_deal_price: order.avgDealPrice,
      create_time_ms: String(Math.floor(order.createMs)),
      update_time_ms: String(Math.floor(order.updateMs)),
      user: Number(order.userId),
      event,
    },
  ]);

export const userTradeFrame = (trade: Trade, nowMs: number): string =>
  frame('spot.usertrades', nowMs, [
    {
      id: Number(trade.id),
      id_market: Number(trade.id),
      user_id: Number(trade.userId),
      order_id: trade.orderId,
      currency_pair: idOf(trade.symbol),
      create_time: Math.floor(trade.ms / 1_000),
      create_time_ms: `${Math.floor(trade.ms)}.0`,
      side: trade.side,
      amount: trade.amount,
      role: trade.role,
      price: trade.price,
      fee: trade.fee,
      fee_currency: trade.feeCurrency,
      point_fee: '0',
      gt_fee: trade.gtFee,
      amend_text: '-',
      text: trade.text,
    },
  ]);

export const balanceFrame = (change: BalanceChange, total: string, nowMs: number): string =>
  frame('spot.balances', nowMs, [
    {
      timestamp: String(Math.floor(change.ms / 1_000)),
      timestamp_ms: String(Math.floor(change.ms)),
      user: change.userId,
      currency: change.currency,
      change: change.change,
      total,
      available: change.available,
      freeze: change.locked,
      freeze_change: change.lockedChange,
      change_type: change.reason,
    },
  ]);

/** An answer to a request of the client. `error` null = success. */
export const replyFrame = (
  reply: {
    readonly id: unknown;
    readonly channel: string;
    readonly event: string;
    readonly payload: unknown;
    readonly connId: string;
    readonly traceId: string;
    readonly error: { readonly code: number; readonly message: string } | null;
  },
  nowMs: number,
): string =>
  JSON.stringify({
    time: Math.floor(nowMs / 1_000),
    time_ms: Math.floor(nowMs),
    ...(reply.id === undefined ? {} : { id: reply.id }),
    conn_id: reply.connId,
    trace_id: reply.traceId,
    channel: reply.channel,
    event: reply.event,
    ...(reply.payload === undefined ? {} : { payload: reply.payload }),
    ...(reply.error === null ? {} : { error: reply.error }),
    result: { status: reply.error === null ? 'success' : 'fail' },
    requestId: reply.traceId,
  });

export const pongFrame = (id: unknown, nowMs: number): string =>
  JSON.stringify({
    time: Math.floor(nowMs / 1_000),
    time_ms: Math.floor(nowMs),
    ...(id === undefined ? {} : { id }),
    channel: 'spot.pong',
    event: '',
    result: null,
  });
