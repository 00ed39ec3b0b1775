import type {
  BalanceView,
  BookTop,
  BookView,
  Candle,
  ExchangeListener,
  ExchangeOptions,
  ExchangeRecord,
  ExchangeSnapshot,
  ListQuery,
  Order,
  OrderSide,
  PairSpec,
  PlaceOrder,
  PublicTrade,
  Quote,
  Ticker,
  Trade,
  TradeStatus,
  Transfer,
} from './types.js';
import type { Result } from './result.js';

export const DEFAULT_USER_ID = '1000';

const todo = (): never => {
  throw new Error('not written yet');
};

/** An exchange in code: pure, deterministic, no clock and no random of its own. */
export class Exchange {
  constructor(_options: ExchangeOptions) {}

  // ------------------------------------------------------------------------------------------ market
  get pairs(): readonly PairSpec[] {
    return todo();
  }
  /** By `ETH/USDT` or `ETH_USDT`; undefined when not listed. `tradeStatus` is the current one. */
  pair(_symbolOrId: string): PairSpec | undefined {
    return todo();
  }
  setQuote(_symbol: string, _quote: Quote, _nowMs: number): void {
    todo();
  }
  /** Null before the first quote. */
  top(_symbol: string): BookTop | null {
    return todo();
  }
  book(_symbol: string, _limit?: number): BookView | null {
    return todo();
  }
  ticker(_symbol: string, _nowMs: number): Ticker | null {
    return todo();
  }
  /** Oldest first; any multiple of a minute. */
  candles(
    _symbol: string,
    _intervalMs: number,
    _fromMs: number,
    _toMs: number,
    _nowMs: number,
  ): readonly Candle[] {
    return todo();
  }
  /** Newest first. */
  publicTrades(_symbol: string, _limit: number): readonly PublicTrade[] {
    return todo();
  }

  // ------------------------------------------------------------------------------------------ trading
  place(_userId: string, _request: PlaceOrder, _nowMs: number): Result<Order> {
    return todo();
  }
  cancel(_userId: string, _symbol: string, _idOrText: string, _nowMs: number): Result<Order> {
    return todo();
  }
  /** Cancels every open order that matches; answers them as they ended. */
  cancelAll(
    _userId: string,
    _filter: { readonly symbol?: string | undefined; readonly side?: OrderSide | undefined },
    _nowMs: number,
  ): readonly Order[] {
    return todo();
  }
  /** By id; by `text` only while the order is pending. */
  order(_userId: string, _symbol: string, _idOrText: string, _nowMs: number): Result<Order> {
    return todo();
  }
  /** Newest first. */
  openOrders(_query: ListQuery, _nowMs: number): readonly Order[] {
    return todo();
  }
  /** Newest first. */
  finishedOrders(_query: ListQuery, _nowMs: number): readonly Order[] {
    return todo();
  }
  /** Newest first. */
  myTrades(_query: ListQuery, _nowMs: number): readonly Trade[] {
    return todo();
  }
  /** By currency; coins never touched are missing. */
  balances(_userId: string): Readonly<Record<string, BalanceView>> {
    return todo();
  }

  // ------------------------------------------------------------------------------------------ events
  /** Answers the function that ends the subscription. */
  subscribe(_listener: ExchangeListener): () => void {
    return todo();
  }

  // ------------------------------------------------------------------------------------------ operator
  get users(): readonly string[] {
    return todo();
  }
  deposit(
    _userId: string,
    _currency: string,
    _amount: string,
    _nowMs: number,
    _note?: string,
  ): Result<Transfer> {
    return todo();
  }
  withdraw(
    _userId: string,
    _currency: string,
    _amount: string,
    _nowMs: number,
    _note?: string,
  ): Result<Transfer> {
    return todo();
  }
  setTradeStatus(_symbol: string, _status: TradeStatus, _nowMs: number): void {
    todo();
  }
  /** Everything that ever happened on the accounts, also what the lists no longer show. Oldest first. */
  records(): {
    readonly orders: readonly Order[];
    readonly trades: readonly Trade[];
    readonly transfers: readonly Transfer[];
  } {
    return todo();
  }

  // ------------------------------------------------------------------------------------------ durability
  snapshot(): ExchangeSnapshot {
    return todo();
  }
  restore(_snapshot: ExchangeSnapshot): void {
    todo();
  }
  /** Applies one record after `restore`; refuses a hole in the sequence. */
  apply(_record: ExchangeRecord): void {
    todo();
  }
}
