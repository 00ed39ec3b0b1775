import type { OrderRequest, StopRequest } from '@mtrade/engine';
import {
  type BalanceView,
  DEFAULT_USER_ID,
  Exchange,
  type Order,
  type PlaceOrder,
  type Trade,
  type TriggerOrder,
} from '@mtrade/market-sim';
import type { Random } from './random.js';
import type { Scenario } from './scenario.js';

const OWN = 't-m1-';
const KEPT_BALANCES_MS = 60_000;

export type Placed =
  { readonly ok: true; readonly order: Order } | { readonly ok: false; readonly label: string };

/** The exchange's own truth about orders under our names, whatever anybody was told or shown. */
export interface Truth {
  readonly orders: Map<string, Order[]>;
  readonly trades: Map<string, Trade[]>;
}

export interface ExchangeWitness {
  /** An event of the private stream about one of our orders; `shownAs` is the name that the exchange knows it by. */
  readonly onOrder: (order: Order, shownAs: string) => void;
  readonly onTrade: (trade: Trade) => void;
}

export interface SimExchangeDeps {
  readonly random: Random;
  readonly exchangeMs: () => number;
}

/**
 * The market-sim's exchange with the manners of Gate that matter to the protocol: it refuses what comes after its
 * expiry, shows a new order in its lists only after a while, finds a custom id only while the order is pending, forgets
 * orders without a fill after a minute, and gives lists in pages.
 */
export class SimExchange {
  readonly core: Exchange;
  readonly truth: Truth = { orders: new Map(), trades: new Map() };
  readonly #deps: SimExchangeDeps;
  readonly #hiddenMs: number;
  readonly #stopLifeS: number;
  readonly #orderShownMs = new Map<string, number>();
  readonly #tradesShownMs = new Map<string, number>();
  readonly #balances: { ms: number; view: Readonly<Record<string, BalanceView>> }[] = [];
  /** Client id of the intent behind each stop, and behind each order that one has fired. Only the truth knows them. */
  readonly #stopNames = new Map<string, string>();
  readonly #firedNames = new Map<string, string>();
  #nextHiddenMs: number | null = null;

  constructor(scenario: Scenario, witness: ExchangeWitness, deps: SimExchangeDeps) {
    this.#deps = deps;
    this.#hiddenMs = scenario.hiddenMs;
    this.#stopLifeS = scenario.stopLifeMs / 1_000;
    this.core = new Exchange({
      pairs: scenario.pairs.map((pair) => pair.spec),
      fokKill: scenario.fokKill,
      gtPrice: scenario.gtPrice,
    });
    this.core.subscribe({
      onOrder: (_, order) => {
        const name = this.#nameOf(order.id, order.text);
        if (name === null) return;
        const named = { ...order, text: name };
        this.#note(named);
        witness.onOrder(named, order.text);
      },
      onUserTrade: (trade) => {
        const name = this.#nameOf(trade.orderId, trade.text);
        if (name === null) return;
        const named = { ...trade, text: name };
        const known = this.truth.trades.get(name);
        if (known) known.push(named);
        else this.truth.trades.set(name, [named]);
        witness.onTrade(named);
      },
      onBalance: () => this.#noteBalances(),
    });
    for (const [coin, amount] of Object.entries(scenario.balances))
      this.core.deposit(DEFAULT_USER_ID, coin, amount, deps.exchangeMs());
  }

  /** Takes an order at the gateway. `expiryMs` null: the request names none. */
  place(request: OrderRequest, expiryMs: number | null): Placed {
    const nowMs = this.#deps.exchangeMs();
    if (expiryMs !== null && nowMs >= expiryMs) return { ok: false, label: 'REQUEST_EXPIRED' };
    const order: PlaceOrder = {
      symbol: request.symbol,
      side: request.side,
      type: request.type,
      amount: request.amount,
      price: request.price ?? undefined,
      timeInForce: request.timeInForce,
      text: request.clientOrderId,
    };
    const result = this.core.place(DEFAULT_USER_ID, order, nowMs);
    return result.ok ? { ok: true, order: result.value } : { ok: false, label: result.error.label };
  }

  /** The next order takes so long to appear. */
  hideNext(ms: number): void {
    this.#nextHiddenMs = ms;
  }

  /** A stop at the gateway. It carries no name; `name` is for the truth alone. */
  placeStop(request: StopRequest, name: string): { ok: true; stopId: string } | { ok: false; label: string } {
    const { symbol, triggerPrice, limitPrice, amount } = request;
    const nowMs = this.#deps.exchangeMs();
    const put = {
      side: 'sell',
      type: 'limit',
      price: limitPrice,
      amount,
      timeInForce: 'ioc',
      account: 'normal',
      text: 'api',
    } as const;
    const result = this.core.triggers.place(
      DEFAULT_USER_ID,
      { symbol, rule: '<=', triggerPrice, expirationS: this.#stopLifeS, put },
      nowMs,
    );
    if (!result.ok) return { ok: false, label: result.error.label };
    const { id } = result.value;
    this.#stopNames.set(id, name);
    this.#orderShownMs.set(`stop ${id}`, nowMs + Math.floor(this.#hiddenMs * this.#deps.random.unit()));
    return { ok: true, stopId: id };
  }

  cancelStop(stopId: string): boolean {
    return this.core.triggers.cancel(DEFAULT_USER_ID, stopId, this.#deps.exchangeMs()).ok;
  }

  cancelStopByHand(symbol: string): void {
    const stop = this.stopsOf(symbol).find(({ status }) => status === 'open');
    if (stop) this.cancelStop(stop.id);
  }

  /** Null while it is not shown yet. */
  stop(stopId: string): TriggerOrder | null {
    const result = this.core.triggers.one(DEFAULT_USER_ID, stopId, this.#deps.exchangeMs());
    return result.ok && this.#isShown(this.#orderShownMs, `stop ${stopId}`) ? result.value : null;
  }

  /** Without a pair those of all; with `fromMs` those that have ended since. */
  stops(symbol: string | undefined, status: 'open' | 'finished', fromMs = 0): TriggerOrder[] {
    return this.core.triggers
      .list({ userId: DEFAULT_USER_ID, status, symbol, limit: Infinity }, this.#deps.exchangeMs())
      .filter(({ id }) => this.#isShown(this.#orderShownMs, `stop ${id}`))
      .filter(({ finishMs }) => finishMs === null || finishMs >= fromMs);
  }

  /** All of the pair's, shown or not. */
  stopsOf(symbol: string): readonly TriggerOrder[] {
    return this.core.records().triggers.filter((stop) => stop.symbol === symbol);
  }

  /** What a person does on the exchange's own page. */
  placeByHand(order: PlaceOrder): void {
    this.core.place(DEFAULT_USER_ID, { ...order, text: 't-web' }, this.#deps.exchangeMs());
  }

  /** Without a pair those of all. */
  openOrders(symbol?: string): Order[] {
    return this.core
      .openOrders({ userId: DEFAULT_USER_ID, symbol, limit: Infinity }, this.#deps.exchangeMs())
      .filter((order) => this.#isShown(this.#orderShownMs, order.id));
  }

  finishedOrders(symbol: string, fromMs: number): Order[] {
    const query = { userId: DEFAULT_USER_ID, symbol, fromMs, limit: Infinity };
    return this.core
      .finishedOrders(query, this.#deps.exchangeMs())
      .filter((order) => this.#isShown(this.#orderShownMs, order.id));
  }

  trades(symbol: string | undefined, fromMs: number, toMs?: number): Trade[] {
    const query = { userId: DEFAULT_USER_ID, symbol, fromMs, toMs, limit: Infinity };
    return this.core
      .myTrades(query, this.#deps.exchangeMs())
      .filter((trade) => this.#isShown(this.#tradesShownMs, trade.orderId));
  }

  tradesOf(symbol: string, orderId: string): Trade[] {
    if (!this.#isShown(this.#tradesShownMs, orderId)) return [];
    const query = { userId: DEFAULT_USER_ID, symbol, orderId, limit: Infinity };
    return [...this.core.myTrades(query, this.#deps.exchangeMs())];
  }

  /** By the exchange's id; by custom text while it is pending. */
  order(symbol: string, idOrText: string): Order | null {
    const result = this.core.order(DEFAULT_USER_ID, symbol, idOrText, this.#deps.exchangeMs());
    return result.ok && this.#isShown(this.#orderShownMs, result.value.id) ? result.value : null;
  }

  /** The account as it was so long ago. */
  balances(ageMs: number): Readonly<Record<string, BalanceView>> {
    const atMs = this.#deps.exchangeMs() - ageMs;
    for (let index = this.#balances.length - 1; index >= 0; index -= 1) {
      const known = this.#balances[index];
      if (known && known.ms <= atMs) return known.view;
    }
    return this.#balances[0]?.view ?? {};
  }

  /** The client id of ours that the order belongs to; null for somebody else's. */
  #nameOf(orderId: string, name: string): string | null {
    if (name.startsWith(OWN)) return name;
    const known = this.#firedNames.get(orderId);
    if (known !== undefined || this.#stopNames.size === 0) return known ?? null;
    const stop = this.core.records().triggers.find(({ firedOrderId }) => firedOrderId === orderId);
    const owner = stop && this.#stopNames.get(stop.id);
    if (owner === undefined) return null;
    this.#firedNames.set(orderId, owner);
    return owner;
  }

  #note(order: Order): void {
    const known = this.truth.orders.get(order.text) ?? [];
    if (!this.#orderShownMs.has(order.id)) {
      const random = this.#deps.random;
      const longest = this.#nextHiddenMs ?? this.#hiddenMs;
      const nowMs = this.#deps.exchangeMs();
      // The order and its trades come from two data sources: either may lag behind the other.
      const share = this.#nextHiddenMs === null ? random.unit() : 1;
      this.#orderShownMs.set(order.id, nowMs + Math.floor(longest * share));
      this.#tradesShownMs.set(order.id, nowMs + Math.floor(longest * random.unit()));
      this.#nextHiddenMs = null;
    }
    this.truth.orders.set(order.text, [...known.filter((other) => other.id !== order.id), order]);
  }

  #isShown(shownMs: ReadonlyMap<string, number>, orderId: string): boolean {
    return (shownMs.get(orderId) ?? 0) <= this.#deps.exchangeMs();
  }

  #noteBalances(): void {
    const ms = this.#deps.exchangeMs();
    const view = this.core.balances(DEFAULT_USER_ID);
    const last = this.#balances.at(-1);
    if (last?.ms === ms) last.view = view;
    else this.#balances.push({ ms, view });
    while ((this.#balances[1]?.ms ?? Infinity) < ms - KEPT_BALANCES_MS) this.#balances.shift();
  }
}
