import type { Markets } from './markets.js';
import type { LiveOrder, OrderLog } from './orders.js';
import { type Result, done, refuse, refuseUnknownPair } from './result.js';
import type { ExchangeOptions, ListQuery, Order, Trade } from './types.js';

const EMPTY_ORDER_RETENTION_MS = 60_000;

/** What users are shown of their orders and trades, and from when until when: the exchange's own peculiarities. */
export class Lookups {
  readonly #markets: Markets;
  readonly #log: OrderLog;
  readonly #listLagMs: number;
  readonly #lookupLagMs: number;
  readonly #emptyOrderRetentionMs: number;

  constructor(markets: Markets, log: OrderLog, options: ExchangeOptions) {
    this.#markets = markets;
    this.#log = log;
    this.#listLagMs = options.listLagMs ?? 0;
    this.#lookupLagMs = options.lookupLagMs ?? 0;
    this.#emptyOrderRetentionMs = options.emptyOrderRetentionMs ?? EMPTY_ORDER_RETENTION_MS;
  }

  /** By id or custom text. */
  pending(userId: string, symbol: string, idOrText: string): LiveOrder | undefined {
    if (idOrText.startsWith('t-')) return this.#log.pendingByText(userId, symbol, idOrText);
    const order = this.#log.open(idOrText);
    return order?.view.userId === userId && order.view.symbol === symbol ? order : undefined;
  }

  /** By id; by custom text only while the order is pending. */
  order(userId: string, symbolOrId: string, idOrText: string, nowMs: number): Result<Order> {
    const symbol = this.#markets.find(symbolOrId)?.spec.symbol;
    if (symbol === undefined) return refuseUnknownPair(symbolOrId);
    const pending = this.pending(userId, symbol, idOrText)?.view;
    const isText = idOrText.startsWith('t-');
    const found = pending ?? (isText ? undefined : this.#log.byId(idOrText));
    const isKnown =
      found !== undefined &&
      found.userId === userId &&
      found.symbol === symbol &&
      found.createMs + this.#lookupLagMs <= nowMs &&
      !this.#isHidden(found, nowMs);
    if (isKnown) return done(found);
    return isText
      ? refuse('CLIENT_ID_NOT_FOUND', `Order not found: no pending order with text ${idOrText}`)
      : refuse('ORDER_NOT_FOUND', `Order not found: ${idOrText}`);
  }

  /** Newest first. */
  openOrders(query: ListQuery, nowMs: number): readonly Order[] {
    return this.#log.openOrders(this.#markets.withSymbol(query), nowMs - this.#listLagMs);
  }

  /** Newest end first. Orders that ended without a fill are shown for a minute only. */
  finishedOrders(query: ListQuery, nowMs: number): readonly Order[] {
    const emptySinceMs = nowMs - this.#emptyOrderRetentionMs;
    return this.#log.finishedOrders(this.#markets.withSymbol(query), nowMs - this.#listLagMs, emptySinceMs);
  }

  /** Newest first. */
  myTrades(query: ListQuery, nowMs: number): readonly Trade[] {
    return this.#log.myTrades(this.#markets.withSymbol(query), nowMs - this.#listLagMs);
  }

  #isHidden(order: Order, nowMs: number): boolean {
    if (order.finishMs === null || order.filledAmount !== '0') return false;
    return order.finishMs + this.#emptyOrderRetentionMs <= nowMs;
  }
}
