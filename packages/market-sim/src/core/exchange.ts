import { MtradeError, assert } from '@mtrade/base';
import { ZERO, decimal, text } from '@mtrade/money';
import { Accounts } from './accounts.js';
import { Change } from './change.js';
import { Lookups } from './lookups.js';
import { Markets } from './markets.js';
import { OrderLog } from './orders.js';
import { type ExchangeState, absorb, absorbForgotten } from './rebuild.js';
import { type Result, done, refuse, refuseUnknownPair } from './result.js';
import { Trading } from './trading.js';
import { TriggerLog } from './trigger-log.js';
import { Triggers } from './triggers.js';
import type {
  BalanceView,
  BookTop,
  BookView,
  Candle,
  ExchangeListener,
  ExchangeOptions,
  ExchangeRecord,
  ExchangeSnapshot,
  ForgottenOrders,
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
  TriggerOrder,
} from './types.js';

export const DEFAULT_USER_ID = '1000';

const DEFAULT_BOOK_LIMIT = 20;
const FIRST_TRIGGER_ID = 60_000_001;

/**
 * An exchange in code. Pure and deterministic: no clock, no random, no I/O; time comes with every call and must not go
 * backwards. Refusals are values. Every change of an account is one record (`onRecord`) before anybody hears of it, so
 * `restore(snapshot)` and `apply(record)` for every later record rebuild the same exchange.
 */
export class Exchange {
  /** Price-triggered orders. */
  readonly triggers: Triggers;
  readonly #markets: Markets;
  readonly #accounts: Accounts;
  readonly #log = new OrderLog();
  readonly #transfers: Transfer[] = [];
  readonly #trading: Trading;
  readonly #lookups: Lookups;
  readonly #triggerLog: TriggerLog;
  readonly #options: ExchangeOptions;
  readonly #listeners = new Set<ExchangeListener>();
  #seq = 0;
  #broken = false;

  constructor(options: ExchangeOptions) {
    this.#options = options;
    this.#markets = new Markets(options.pairs);
    this.#lookups = new Lookups(this.#markets, this.#log, options);
    this.#accounts = new Accounts(options.users ?? [DEFAULT_USER_ID]);
    this.#trading = new Trading(this.#accounts, this.#log, {
      fokKill: options.fokKill ?? 'cancelled',
      pocCross: options.pocCross ?? 'error',
      gtPrice: typeof options.gtPrice === 'string' ? decimal(options.gtPrice) : null,
      nextOrderId: options.firstOrderId ?? 100_000_000_001,
      nextTradeId: options.firstTradeId ?? 7_000_000_001,
    });
    this.#triggerLog = new TriggerLog(options.firstTriggerId ?? FIRST_TRIGGER_ID);
    this.triggers = new Triggers(
      { listLagMs: options.listLagMs ?? 0, lookupLagMs: options.lookupLagMs ?? 0 },
      {
        markets: this.#markets,
        log: this.#triggerLog,
        trading: this.#trading,
        checkUser: (userId) => this.#checkUser(userId),
        commit: (change, nowMs) => this.#commit(change, nowMs),
      },
    );
  }

  // ------------------------------------------------------------------------------------------ market

  get pairs(): readonly PairSpec[] {
    return this.#markets.specs;
  }

  /** By `ETH/USDT` or `ETH_USDT`; undefined when not listed. `tradeStatus` is the current one. */
  pair(symbolOrId: string): PairSpec | undefined {
    return this.#markets.find(symbolOrId)?.spec;
  }

  /** The market moves: what was taken from the book is there again, resting orders may be filled, triggers may fire. */
  setQuote(symbol: string, quote: Quote, nowMs: number): void {
    const market = this.#markets.get(symbol);
    market.setQuote(quote, nowMs);
    const hasTriggers = this.#triggerLog.isWaitingFor(market.spec.symbol);
    if (market.hasResting || hasTriggers) {
      const change = new Change();
      const filled = market.hasResting && this.#trading.fillThrough(change, market, nowMs);
      const { last } = market.marketTop;
      // What rested was filled on the way to this price; the last price is the quote's.
      if (filled) market.candles.onPrice(last, nowMs);
      const fired = hasTriggers && this.triggers.fire(change, market, last, nowMs);
      if (filled || fired) this.#commit(change, nowMs);
    }
    for (const listener of this.#listeners) listener.onQuote?.(symbol, nowMs);
  }

  /** The last quote as it was set; null before the first one. */
  quote(symbol: string): Quote | null {
    return this.#markets.find(symbol)?.quote ?? null;
  }

  /** Null before the first quote. */
  top(symbol: string): BookTop | null {
    return this.#markets.find(symbol)?.top ?? null;
  }

  book(symbol: string, limit: number = DEFAULT_BOOK_LIMIT): BookView | null {
    const market = this.#markets.find(symbol);
    return market === undefined || !market.isQuoted ? null : market.view(limit);
  }

  ticker(symbol: string, nowMs: number): Ticker | null {
    const market = this.#markets.find(symbol);
    if (market === undefined) return null;
    const { bid, ask } = market.best;
    return market.candles.ticker(bid, ask, nowMs);
  }

  /** Oldest first; `intervalMs` is a multiple of a minute. Minutes without a quote are missing. */
  candles(
    symbol: string,
    intervalMs: number,
    fromMs: number,
    toMs: number,
    nowMs: number,
  ): readonly Candle[] {
    return this.#markets.find(symbol)?.candles.candles(intervalMs, fromMs, toMs, nowMs) ?? [];
  }

  /** Trades of this exchange's users, newest first. */
  publicTrades(symbol: string, limit: number): readonly PublicTrade[] {
    return this.#markets.find(symbol)?.publicTrades(limit) ?? [];
  }

  // ------------------------------------------------------------------------------------------ trading

  place(userId: string, request: PlaceOrder, nowMs: number): Result<Order> {
    const market = this.#markets.find(request.symbol);
    if (market === undefined) return refuseUnknownPair(request.symbol);
    this.#checkUser(userId);
    const change = new Change();
    const result = this.#trading.place(change, market, userId, request, nowMs);
    if (!result.ok) return result;
    if (change.hasTrades) this.triggers.fire(change, market, market.candles.lastTicks ?? 0, nowMs);
    this.#commit(change, nowMs);
    return result;
  }

  /** By id or custom text. Also what a person does on the exchange's own page. */
  cancel(userId: string, symbol: string, idOrText: string, nowMs: number): Result<Order> {
    const market = this.#markets.find(symbol);
    if (market === undefined) return refuseUnknownPair(symbol);
    const order = this.#lookups.pending(userId, market.spec.symbol, idOrText);
    if (order === undefined) {
      const known = this.order(userId, symbol, idOrText, nowMs);
      if (!known.ok) return known;
      return known.value.status === 'closed'
        ? refuse('ORDER_CLOSED', 'Order already closed')
        : refuse('ORDER_CANCELLED', 'Order already cancelled');
    }
    const change = new Change();
    const view = this.#trading.cancel(change, market, order, nowMs);
    this.#commit(change, nowMs);
    return done(view);
  }

  /** Cancels every open order that matches; answers them as they ended. */
  cancelAll(
    userId: string,
    filter: { readonly symbol?: string | undefined; readonly side?: OrderSide | undefined },
    nowMs: number,
  ): readonly Order[] {
    const query = { userId, ...this.#markets.withSymbol(filter), limit: Infinity };
    const ended = this.#log
      .openOrders(query, Infinity)
      .map((order) => this.cancel(userId, order.symbol, order.id, nowMs));
    return ended.flatMap((result) => (result.ok ? [result.value] : []));
  }

  /** By id; by custom text only while the order is pending. */
  order(userId: string, symbol: string, idOrText: string, nowMs: number): Result<Order> {
    return this.#lookups.order(userId, symbol, idOrText, nowMs);
  }

  /** Newest first. */
  openOrders(query: ListQuery, nowMs: number): readonly Order[] {
    return this.#lookups.openOrders(query, nowMs);
  }

  /** Newest end first. Orders that ended without a fill are shown for a minute only. */
  finishedOrders(query: ListQuery, nowMs: number): readonly Order[] {
    return this.#lookups.finishedOrders(query, nowMs);
  }

  /** Newest first. */
  myTrades(query: ListQuery, nowMs: number): readonly Trade[] {
    return this.#lookups.myTrades(query, nowMs);
  }

  /** By currency; coins never touched are missing. */
  balances(userId: string): Readonly<Record<string, BalanceView>> {
    return this.#accounts.view(userId);
  }

  // ------------------------------------------------------------------------------------------ events

  /** Answers the function that ends the subscription. */
  subscribe(listener: ExchangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  // ------------------------------------------------------------------------------------------ operator

  get users(): readonly string[] {
    return this.#accounts.userIds;
  }

  /** Coins arrive by hand. */
  deposit(userId: string, currency: string, amount: string, nowMs: number, note = ''): Result<Transfer> {
    return this.#transfer({ userId, currency, amount: text(decimal(amount)), note, ms: nowMs });
  }

  /** Coins leave by hand: the user sold or withdrew them outside of the engine. */
  withdraw(userId: string, currency: string, amount: string, nowMs: number, note = ''): Result<Transfer> {
    return this.#transfer({ userId, currency, amount: text(decimal(amount).neg()), note, ms: nowMs });
  }

  setTradeStatus(symbol: string, status: TradeStatus, nowMs: number): void {
    const market = this.#markets.get(symbol);
    market.setTradeStatus(status);
    const change = new Change();
    change.tradeStatus(market.spec.symbol, status);
    this.#commit(change, nowMs);
  }

  /**
   * Everything that happened on the accounts, also what the lists no longer show, oldest first. `forgotten` is what
   * `retention` has dropped; null without it.
   */
  records(): {
    readonly orders: readonly Order[];
    readonly trades: readonly Trade[];
    readonly triggers: readonly TriggerOrder[];
    readonly transfers: readonly Transfer[];
    readonly forgotten: ForgottenOrders | null;
  } {
    const { all: orders, trades, forgotten } = this.#log;
    return { orders, trades, triggers: this.#triggerLog.all, transfers: this.#transfers, forgotten };
  }

  // ------------------------------------------------------------------------------------------ durability

  /** Cheap however much is kept: it points to the orders and trades themselves, which never change. */
  snapshot(): ExchangeSnapshot {
    const { forgotten } = this.#log;
    const { inEndOrder: triggers, lastId: lastTriggerId } = this.#triggerLog;
    return {
      version: 1,
      seq: this.#seq,
      balances: this.#accounts.rows(),
      orders: this.#log.inEndOrder,
      trades: [...this.#log.trades],
      transfers: [...this.#transfers],
      tradeStatus: this.pairs.map((spec) => [spec.symbol, spec.tradeStatus] as const),
      ...(forgotten !== null && { forgotten }),
      ...(this.#triggerLog.wasUsed && { triggers, lastTriggerId }),
    };
  }

  /** Only into a new exchange. Orders and trades of pairs that are no longer listed stay in the records. */
  restore(snapshot: ExchangeSnapshot): void {
    assert(this.#seq === 0, 'an exchange is restored before it is used');
    const { forgotten, ...kept } = snapshot;
    if (forgotten !== undefined) absorbForgotten(this.#state, forgotten);
    absorb(this.#state, kept);
    if (kept.lastTriggerId !== undefined) this.#triggerLog.skipIds(kept.lastTriggerId);
    this.#seq = snapshot.seq;
  }

  /** Applies one record after `restore`; refuses a hole in the sequence. */
  apply(record: ExchangeRecord): void {
    if (record.seq !== this.#seq + 1)
      throw new MtradeError(
        'MTRADE_CONTRADICTION',
        `record ${record.seq} cannot follow record ${this.#seq}: one is missing`,
        { expected: this.#seq + 1, found: record.seq },
      );
    absorb(this.#state, record);
    this.#seq = record.seq;
  }

  // ------------------------------------------------------------------------------------------ inside

  get #state(): ExchangeState {
    return {
      markets: this.#markets,
      accounts: this.#accounts,
      log: this.#log,
      trading: this.#trading,
      triggers: this.#triggerLog,
      transfers: this.#transfers,
    };
  }

  #commit(change: Change, nowMs: number): void {
    assert(
      !this.#broken,
      'an earlier change could not be recorded: this exchange must be restored from its records',
    );
    this.#seq += 1;
    const { retention, onRecord } = this.#options;
    const forgotten = {
      orders: retention === undefined ? [] : this.#log.expired(retention, nowMs),
      triggers: retention === undefined ? [] : this.#triggerLog.expired(retention, nowMs),
    };
    const { record, tell } = change.seal(this.#accounts, forgotten, this.#seq, nowMs);
    this.#broken = true;
    onRecord?.(record);
    this.#broken = false;
    if (forgotten.orders.length > 0) this.#log.forget(forgotten.orders);
    if (forgotten.triggers.length > 0) this.#triggerLog.forget(forgotten.triggers);
    for (const listener of this.#listeners) tell(listener);
  }

  #transfer(transfer: Transfer): Result<Transfer> {
    this.#checkUser(transfer.userId);
    const amount = decimal(transfer.amount);
    const { currency, userId } = transfer;
    if (this.#accounts.available(userId, currency).plus(amount).lt(ZERO))
      return refuse('BALANCE_NOT_ENOUGH', `Not enough balance: ${text(amount.abs())} ${currency} needed`);
    const change = new Change();
    change.because(amount.lt(ZERO) ? 'withdraw' : 'deposit');
    this.#accounts.move(userId, currency, amount, ZERO);
    this.#transfers.push(transfer);
    change.transfer(transfer);
    this.#commit(change, transfer.ms);
    return done(transfer);
  }

  #checkUser(userId: string): void {
    assert(this.#accounts.has(userId), `no user ${userId} on this exchange`);
  }
}
