import { assert } from '@mtrade/base';
import { type Decimal, ZERO, decimal, text } from '@mtrade/money';
import { Forgotten } from './forgotten.js';
import { expiredIds } from './retention.js';
import type { ForgottenOrders, ListQuery, Order, OrderRetention, Trade } from './types.js';
import { unitsOf } from './units.js';

/** An order that can still change. `view` is what the world was last told. */
export interface LiveOrder {
  view: Order;
  left: Decimal;
  filledAmount: Decimal;
  filledTotal: Decimal;
  fee: Decimal;
  gtFee: Decimal;
  /** 0 for market orders, which never rest. */
  readonly priceTicks: number;
  readonly price: Decimal;
}

export function liveOrder(view: Order, priceDecimals: number): LiveOrder {
  return {
    view,
    left: decimal(view.left),
    filledAmount: decimal(view.filledAmount),
    filledTotal: decimal(view.filledTotal),
    fee: decimal(view.fee),
    gtFee: decimal(view.gtFee),
    priceTicks: unitsOf(view.price, priceDecimals),
    price: decimal(view.price),
  };
}

/** `avgDealPrice` is told with 12 decimals, cut off; nothing is ever computed from it. */
const AVERAGE_DECIMALS = 12;

export function viewOf(order: LiveOrder, change: Partial<Order>): Order {
  const average = order.filledAmount.eq(ZERO) ? ZERO : order.filledTotal.div(order.filledAmount);
  return {
    ...order.view,
    left: text(order.left),
    filledAmount: text(order.filledAmount),
    filledTotal: text(order.filledTotal),
    avgDealPrice: text(average.round(AVERAGE_DECIMALS, 0)),
    fee: text(order.fee),
    gtFee: text(order.gtFee),
    ...change,
  };
}

/**
 * The orders and trades that are kept, and the rules about which of them a user is shown: a custom text names an order
 * only while it is pending, an order that ended without a fill is hidden after a while, lists may lag.
 */
export class OrderLog {
  readonly #orders = new Map<string, Order>();
  /** Finished orders by account, in order of their end. */
  readonly #finished = new Map<string, Order[]>();
  readonly #open = new Map<string, LiveOrder>();
  readonly #forgotten = new Forgotten();
  #trades: Trade[] = [];
  readonly #tradesByUser = new Map<string, Trade[]>();
  readonly #tradesByOrder = new Map<string, Trade[]>();

  /** In order of creation. */
  get all(): readonly Order[] {
    return [...this.#orders.values()].toSorted((a, b) => Number(a.id) - Number(b.id));
  }

  /** Finished orders of each account in order of their end, then the open ones: `put` in this order rebuilds the log. */
  get inEndOrder(): readonly Order[] {
    return [...[...this.#finished.values()].flat(), ...[...this.#open.values()].map((order) => order.view)];
  }

  get trades(): readonly Trade[] {
    return this.#trades;
  }

  /** Notes the newest state of an order. */
  put(order: Order): void {
    const known = this.#orders.get(order.id);
    assert(known === undefined || known.status === 'open', `order ${order.id} has ended and cannot change`);
    this.#orders.set(order.id, order);
    if (order.status !== 'open') {
      this.#open.delete(order.id);
      push(this.#finished, order.userId, order);
    }
  }

  addOpen(order: LiveOrder): void {
    this.#open.set(order.view.id, order);
  }

  open(id: string): LiveOrder | undefined {
    return this.#open.get(id);
  }

  byId(id: string): Order | undefined {
    return this.#orders.get(id);
  }

  /** The newest pending order of that name: the exchange does not refuse a second one, it overrides the first. */
  pendingByText(userId: string, symbol: string, customText: string): LiveOrder | undefined {
    let found: LiveOrder | undefined;
    for (const order of this.#open.values()) {
      const { view } = order;
      if (view.text === customText && view.userId === userId && view.symbol === symbol) found = order;
    }
    return found;
  }

  addTrade(trade: Trade): void {
    this.#trades.push(trade);
    push(this.#tradesByUser, trade.userId, trade);
    push(this.#tradesByOrder, trade.orderId, trade);
  }

  /** Null while nothing has been forgotten. */
  get forgotten(): ForgottenOrders | null {
    return this.#forgotten.view;
  }

  restoreForgotten(view: ForgottenOrders): void {
    this.#forgotten.restore(view);
  }

  /** Ended orders that need not be kept any longer, in batches. */
  expired(retention: OrderRetention, nowMs: number): readonly string[] {
    return expiredIds(this.#finished.values(), retention, nowMs);
  }

  /** Drops finished orders and their trades; only sums of them stay. */
  forget(ids: readonly string[]): void {
    const gone = new Set(ids);
    for (const id of ids) {
      const order = this.#orders.get(id);
      assert(order !== undefined && order.status !== 'open', `order ${id} is not there to be forgotten`);
      this.#forgotten.add(order, this.#tradesByOrder.get(id) ?? []);
      this.#orders.delete(id);
      this.#tradesByOrder.delete(id);
    }
    for (const [userId, orders] of this.#finished)
      this.#finished.set(
        userId,
        orders.filter((order) => !gone.has(order.id)),
      );
    this.#trades = this.#trades.filter((trade) => !gone.has(trade.orderId));
    for (const [userId, trades] of this.#tradesByUser)
      this.#tradesByUser.set(
        userId,
        trades.filter((trade) => !gone.has(trade.orderId)),
      );
  }

  /** Newest first. */
  openOrders(query: ListQuery, visibleMs: number): readonly Order[] {
    const orders = [...this.#open.values()].map((order) => order.view);
    return page(query, orders, (order) => matches(query, order) && order.createMs <= visibleMs);
  }

  /** Newest end first. `visibleMs` = now - lag, `emptySinceMs` = now - retention of orders without a fill. */
  finishedOrders(query: ListQuery, visibleMs: number, emptySinceMs: number): readonly Order[] {
    return page(query, this.#finished.get(query.userId) ?? [], (order) => {
      const endMs = order.finishMs ?? 0;
      return (
        matches(query, order) &&
        endMs <= visibleMs &&
        inRange(query, endMs) &&
        (order.filledAmount !== '0' || endMs > emptySinceMs)
      );
    });
  }

  /** Newest first. */
  myTrades(query: ListQuery, visibleMs: number): readonly Trade[] {
    const { orderId, userId } = query;
    const trades = orderId === undefined ? this.#tradesByUser.get(userId) : this.#tradesByOrder.get(orderId);
    return page(
      query,
      trades ?? [],
      (trade) => matches(query, trade) && trade.ms <= visibleMs && inRange(query, trade.ms),
    );
  }
}

function push<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}

const matches = (query: ListQuery, item: Order | Trade): boolean =>
  item.userId === query.userId &&
  (query.symbol === undefined || item.symbol === query.symbol) &&
  (query.side === undefined || item.side === query.side);

const inRange = (query: ListQuery, ms: number): boolean =>
  ms >= (query.fromMs ?? -Infinity) && ms <= (query.toMs ?? Infinity);

/** One page of the matching items, last ones first. */
function page<T>(query: ListQuery, items: readonly T[], isShown: (item: T) => boolean): readonly T[] {
  const limit = query.limit ?? 100;
  let skip = ((query.page ?? 1) - 1) * limit;
  const shown: T[] = [];
  for (let index = items.length - 1; index >= 0 && shown.length < limit; index -= 1) {
    const item = items[index] as T;
    if (!isShown(item)) continue;
    if (skip > 0) skip -= 1;
    else shown.push(item);
  }
  return shown;
}
