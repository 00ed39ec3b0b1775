import { assert } from '@mtrade/base';
import { type Decimal, floorToStep, scaled, text } from '@mtrade/money';
import { CandleBook } from './candles.js';
import { type MarketLevel, type MarketLevels, type TopTicks, buildLevels, topTicks } from './levels.js';
import type { LiveOrder } from './orders.js';
import type {
  BookTop,
  BookView,
  Level,
  OrderSide,
  PairSpec,
  PublicTrade,
  Quote,
  TradeStatus,
} from './types.js';
import { unitsOf, unitsText } from './units.js';

const KEPT_TRADES = 1_000;

/** One pair: the market's levels (built when somebody looks), the users' resting orders, candles, public trades. */
export class Market {
  spec: PairSpec;
  readonly candles: CandleBook;
  /** Best first, older first at the same price. */
  readonly restingBuys: LiveOrder[] = [];
  readonly restingSells: LiveOrder[] = [];
  updateId = 0;
  updateMs = 0;
  tradeCount = 0;
  #quote: Quote | null = null;
  #top: TopTicks = { bid: 0, ask: Infinity, last: 0 };
  #levels: MarketLevels | null = null;
  #publicTrades: PublicTrade[] = [];

  constructor(spec: PairSpec) {
    this.spec = spec;
    this.candles = new CandleBook(spec);
  }

  get isQuoted(): boolean {
    return this.#quote !== null;
  }

  get quote(): Quote | null {
    return this.#quote;
  }

  get hasResting(): boolean {
    return this.restingBuys.length + this.restingSells.length > 0;
  }

  setQuote(quote: Quote, nowMs: number): void {
    this.#quote = quote;
    this.#levels = null;
    this.#top = topTicks(this.spec, quote);
    this.updateId += 1;
    this.updateMs = nowMs;
    this.candles.onPrice(this.#top.last, nowMs);
  }

  setTradeStatus(tradeStatus: TradeStatus): void {
    this.spec = { ...this.spec, tradeStatus };
  }

  touch(nowMs: number): void {
    this.updateId += 1;
    this.updateMs = nowMs;
  }

  /** The market's own best prices, without resting orders. Cheap until somebody has taken from the book. */
  get marketTop(): TopTicks {
    const levels = this.#levels;
    if (levels === null) return this.#top;
    return {
      bid: levels.bids[0]?.ticks ?? 0,
      ask: levels.asks[0]?.ticks ?? Infinity,
      last: this.#top.last,
    };
  }

  /** Best prices as everybody sees them. */
  get best(): { readonly bid: number; readonly ask: number } {
    const { bid, ask } = this.marketTop;
    return {
      bid: Math.max(bid, this.restingBuys[0]?.priceTicks ?? 0),
      ask: Math.min(ask, this.restingSells[0]?.priceTicks ?? Infinity),
    };
  }

  /** Best prices with their sizes, as text; null before the first quote. */
  get top(): BookTop | null {
    if (!this.isQuoted) return null;
    const { bid, ask } = this.best;
    return {
      symbol: this.spec.symbol,
      bid: bid === 0 ? null : unitsText(bid, this.spec.priceDecimals),
      bidSize: bid === 0 ? '0' : this.#sizeAt('bid', bid),
      ask: ask === Infinity ? null : unitsText(ask, this.spec.priceDecimals),
      askSize: ask === Infinity ? '0' : this.#sizeAt('ask', ask),
      updateId: this.updateId,
      ms: this.updateMs,
    };
  }

  /** The market's levels that an order of `side` would take from. */
  levelsFor(side: OrderSide): MarketLevel[] {
    assert(this.#quote !== null, `${this.spec.symbol} has no quote yet`);
    this.#levels ??= buildLevels(this.spec, this.#quote);
    return side === 'buy' ? this.#levels.asks : this.#levels.bids;
  }

  resting(side: OrderSide): LiveOrder[] {
    return side === 'buy' ? this.restingBuys : this.restingSells;
  }

  /** Takes `units` from the best levels of the market's side; the levels are there again with the next quote. */
  consume(side: OrderSide, level: MarketLevel, units: number): void {
    const levels = this.levelsFor(side);
    assert(units <= level.units, 'a level gives no more than it has');
    level.units -= units;
    if (level.units === 0) levels.splice(levels.indexOf(level), 1);
  }

  addResting(order: LiveOrder): void {
    const queue = this.resting(order.view.side);
    // The id breaks ties, not the moment of the call: a restored queue has the same order as the lost one.
    const isBehind = (other: LiveOrder): boolean => {
      if (other.priceTicks === order.priceTicks) return Number(other.view.id) > Number(order.view.id);
      return other.priceTicks < order.priceTicks === (order.view.side === 'buy');
    };
    const at = queue.findIndex(isBehind);
    queue.splice(at === -1 ? queue.length : at, 0, order);
  }

  removeResting(order: LiveOrder): void {
    const queue = this.resting(order.view.side);
    const at = queue.indexOf(order);
    if (at !== -1) queue.splice(at, 1);
  }

  addPublicTrade(trade: PublicTrade): void {
    this.#publicTrades.push(trade);
    if (this.#publicTrades.length > 2 * KEPT_TRADES)
      this.#publicTrades = this.#publicTrades.slice(-KEPT_TRADES);
  }

  /** Newest first. */
  publicTrades(limit: number): readonly PublicTrade[] {
    return this.#publicTrades.slice(-Math.min(limit, KEPT_TRADES)).toReversed();
  }

  view(limit: number): BookView {
    return {
      symbol: this.spec.symbol,
      updateId: this.updateId,
      ms: this.updateMs,
      bids: this.#sideView(this.levelsFor('sell'), this.restingBuys, limit, -1),
      asks: this.#sideView(this.levelsFor('buy'), this.restingSells, limit, 1),
    };
  }

  /** Sizes of the best prices, resting orders included. */
  #sizeAt(side: 'bid' | 'ask', ticks: number): string {
    const level = this.levelsFor(side === 'bid' ? 'sell' : 'buy').find((one) => one.ticks === ticks);
    const orders = this.resting(side === 'bid' ? 'buy' : 'sell').filter((one) => one.priceTicks === ticks);
    const units = orders.reduce((sum, order) => sum + this.unitsOf(order.left), level?.units ?? 0);
    return unitsText(units, this.spec.amountDecimals);
  }

  unitsOf(amount: Decimal): number {
    return unitsOf(text(amount), this.spec.amountDecimals);
  }

  amountOf(units: number): Decimal {
    return scaled(units, this.spec.amountDecimals);
  }

  priceOf(ticks: number): Decimal {
    return scaled(ticks, this.spec.priceDecimals);
  }

  /** Whole amount steps that `budget` pays for at `ticks`. */
  affordableUnits(budget: Decimal, ticks: number): number {
    const step = scaled(1, this.spec.amountDecimals);
    return this.unitsOf(floorToStep(budget.div(this.priceOf(ticks)), step));
  }

  #sideView(
    levels: readonly MarketLevel[],
    orders: readonly LiveOrder[],
    limit: number,
    direction: 1 | -1,
  ): Level[] {
    if (orders.length === 0)
      return levels.slice(0, limit).map((level) => this.#levelView(level.ticks, level.units));
    const units = new Map<number, number>(levels.map((level) => [level.ticks, level.units]));
    for (const order of orders)
      units.set(order.priceTicks, (units.get(order.priceTicks) ?? 0) + this.unitsOf(order.left));
    return [...units]
      .sort(([a], [b]) => direction * (a - b))
      .slice(0, limit)
      .map(([ticks, size]) => this.#levelView(ticks, size));
  }

  #levelView(ticks: number, units: number): Level {
    return [unitsText(ticks, this.spec.priceDecimals), unitsText(units, this.spec.amountDecimals)];
  }
}
