import { type Decimal, ONE, ZERO, integer, text } from '@mtrade/money';
import type { Accounts } from './accounts.js';
import type { Change } from './change.js';
import type { Market } from './market.js';
import { type Plan, type PlannedFill, type Taking, planFills } from './matching.js';
import { type LiveOrder, type OrderLog, liveOrder, viewOf } from './orders.js';
import { type CheckedRequest, checkRequest, checkSize, mayTrade } from './request.js';
import { type Result, done, refuse } from './result.js';
import { settleFill } from './settlement.js';
import type { FinishAs, Order, OrderSide, PlaceOrder, Trade } from './types.js';

const ROUND_DOWN = 0;
const ROUND_UP = 3;

export interface TradingOptions {
  readonly fokKill: 'cancelled' | 'error';
  readonly pocCross: 'cancelled' | 'error';
  readonly gtPrice: Decimal | null;
  readonly nextOrderId: number;
  readonly nextTradeId: number;
}

/** What orders do: come in, take, rest, get filled by the moving market, get cancelled. */
export class Trading {
  readonly #accounts: Accounts;
  readonly #log: OrderLog;
  readonly #options: TradingOptions;
  #nextOrderId: number;
  #nextTradeId: number;

  constructor(accounts: Accounts, log: OrderLog, options: TradingOptions) {
    this.#accounts = accounts;
    this.#log = log;
    this.#options = options;
    this.#nextOrderId = options.nextOrderId;
    this.#nextTradeId = options.nextTradeId;
  }

  /** After a restore: ids go on behind the ones already given. */
  skipIds(orderId: string, tradeId: string): void {
    this.#nextOrderId = Math.max(this.#nextOrderId, Number(orderId) + 1);
    this.#nextTradeId = Math.max(this.#nextTradeId, Number(tradeId) + 1);
  }

  place(change: Change, market: Market, userId: string, raw: PlaceOrder, nowMs: number): Result<Order> {
    const checked = checkRequest(market.spec, raw);
    if (!checked.ok) return checked;
    const request = checked.value;
    const refusal = this.#refuseBeforeMatching(market, userId, request);
    if (refusal !== null) return refusal;

    const plan = planFills(market, takingOf(market, userId, request));
    const poc = request.timeInForce === 'poc' && (plan.fills.length > 0 || plan.hitsOwn);
    if (poc && this.#options.pocCross === 'error')
      return refuse('POC_FILL_IMMEDIATELY', 'Order would match and take immediately so its cancelled');
    const killed = request.timeInForce === 'fok' && !plan.isComplete;
    if (killed && this.#options.fokKill === 'error')
      return refuse('FOK_NOT_FILL', 'Order cannot be fully filled immediately, so it is killed');

    const order = this.#accept(change, market, userId, request, nowMs);
    if (!poc && !killed) this.#take(change, market, order, plan.fills, nowMs);
    const finishAs = poc ? 'poc' : finishOf(request, plan);
    if (finishAs === 'open') this.#rest(change, market, order, nowMs);
    else this.#finish(change, order, finishAs, nowMs);
    return done(order.view);
  }

  cancel(change: Change, market: Market, order: LiveOrder, nowMs: number): Order {
    change.because('order-cancel');
    market.removeResting(order);
    const { side, userId } = order.view;
    const locked = side === 'buy' ? order.left.times(order.price) : order.left;
    this.#accounts.move(userId, side === 'buy' ? market.spec.quote : market.spec.base, locked, locked.neg());
    this.#finish(change, order, 'cancelled', nowMs);
    market.touch(nowMs);
    change.book(market.spec.symbol, nowMs);
    return order.view;
  }

  /**
   * The market has moved: a resting order that the opposite best price has passed is filled whole at its own price; one
   * that is only touched is filled as far as the touching level reaches. True when anything was filled.
   */
  fillThrough(change: Change, market: Market, nowMs: number): boolean {
    const filledBuys = this.#fillSide(change, market, 'buy', nowMs);
    const filledSells = this.#fillSide(change, market, 'sell', nowMs);
    return filledBuys || filledSells;
  }

  #fillSide(change: Change, market: Market, side: OrderSide, nowMs: number): boolean {
    let filled = false;
    while (mayTrade(market.spec, side)) {
      const order = market.resting(side)[0];
      const { bid, ask } = market.marketTop;
      const best = side === 'buy' ? ask : bid;
      if (order === undefined) break;
      const passed = side === 'buy' ? best < order.priceTicks : best > order.priceTicks;
      if (!passed && best !== order.priceTicks) break;
      const level = market.levelsFor(side)[0];
      if (level === undefined) break;
      const left = market.unitsOf(order.left);
      const units = passed ? left : Math.min(left, level.units);
      if (!passed) market.consume(side, level, units);
      this.#fill(change, market, order, 'maker', order.priceTicks, units, nowMs);
      this.#publish(change, market, side === 'buy' ? 'sell' : 'buy', order.priceTicks, units, nowMs);
      this.#afterMakerFill(change, market, order, nowMs);
      filled = true;
    }
    return filled;
  }

  #refuseBeforeMatching(market: Market, userId: string, request: CheckedRequest): Result<never> | null {
    const { spec } = market;
    if (!mayTrade(spec, request.side))
      return refuse('TRADE_RESTRICTED', `${spec.id} is ${spec.tradeStatus}: no ${request.side} orders`);
    if (!market.isQuoted) return refuse('ORDER_BOOK_NOT_FOUND', `${spec.id} has no order book yet`);
    const size = sizeOf(market, request);
    const fits = checkSize(spec, size.base, size.value);
    if (!fits.ok) return fits;
    const coin = request.side === 'buy' ? spec.quote : spec.base;
    const needed =
      request.price === null || request.side === 'sell'
        ? request.amount
        : request.amount.times(request.price);
    if (this.#accounts.available(userId, coin).lt(needed))
      return refuse('BALANCE_NOT_ENOUGH', `Not enough balance: ${text(needed)} ${coin} needed`);
    return null;
  }

  #accept(change: Change, market: Market, userId: string, request: CheckedRequest, nowMs: number): LiveOrder {
    change.because('order-match');
    const amount = text(request.amount);
    const view: Order = {
      id: String(this.#nextOrderId),
      userId,
      symbol: market.spec.symbol,
      text: request.text,
      account: request.account,
      side: request.side,
      type: request.type,
      timeInForce: request.timeInForce,
      amount,
      price: request.price === null ? '0' : text(request.price),
      left: amount,
      filledAmount: '0',
      filledTotal: '0',
      avgDealPrice: '0',
      fee: '0',
      feeCurrency: request.side === 'buy' ? market.spec.base : market.spec.quote,
      gtFee: '0',
      status: 'open',
      finishAs: 'open',
      createMs: nowMs,
      updateMs: nowMs,
      finishMs: null,
    };
    this.#nextOrderId += 1;
    this.#log.put(view);
    change.order('put', view);
    return liveOrder(view, market.spec.priceDecimals);
  }

  #take(
    change: Change,
    market: Market,
    order: LiveOrder,
    fills: readonly PlannedFill[],
    nowMs: number,
  ): void {
    for (const { from, ticks, units } of fills) {
      this.#fill(change, market, order, 'taker', ticks, units, nowMs);
      if ('level' in from) market.consume(order.view.side, from.level, units);
      else {
        this.#fill(change, market, from.order, 'maker', ticks, units, nowMs);
        this.#afterMakerFill(change, market, from.order, nowMs);
      }
      this.#publish(change, market, order.view.side, ticks, units, nowMs);
    }
    if (fills.length === 0) return;
    market.touch(nowMs);
    change.book(market.spec.symbol, nowMs);
  }

  #fill(
    change: Change,
    market: Market,
    order: LiveOrder,
    role: 'taker' | 'maker',
    ticks: number,
    units: number,
    nowMs: number,
  ): void {
    const price = market.priceOf(ticks);
    const amount = market.amountOf(units);
    const paid = settleFill(this.#accounts, {
      spec: market.spec,
      order,
      role,
      price,
      amount,
      gtPrice: this.#options.gtPrice,
    });
    market.tradeCount += 1;
    const { view } = order;
    const trade: Trade = {
      id: String(this.#nextTradeId),
      userId: view.userId,
      symbol: view.symbol,
      orderId: view.id,
      text: view.text,
      side: view.side,
      role,
      amount: text(amount),
      price: text(price),
      ...paid,
      ms: nowMs,
      sequenceId: String(market.tradeCount),
    };
    this.#nextTradeId += 1;
    this.#log.addTrade(trade);
    change.trade(trade);
  }

  #publish(
    change: Change,
    market: Market,
    side: OrderSide,
    ticks: number,
    units: number,
    nowMs: number,
  ): void {
    const price = market.priceOf(ticks);
    const amount = market.amountOf(units);
    const id = String(this.#nextTradeId - 1);
    const trade = {
      id,
      symbol: market.spec.symbol,
      side,
      amount: text(amount),
      price: text(price),
      ms: nowMs,
    };
    market.addPublicTrade(trade);
    market.candles.onPrice(ticks, nowMs);
    market.candles.onVolume(amount, price.times(amount));
    change.publicTrade(trade);
  }

  #afterMakerFill(change: Change, market: Market, order: LiveOrder, nowMs: number): void {
    if (order.left.gt(ZERO)) {
      this.#show(change, 'update', order, { updateMs: nowMs });
      return;
    }
    market.removeResting(order);
    this.#finish(change, order, 'filled', nowMs);
  }

  #rest(change: Change, market: Market, order: LiveOrder, nowMs: number): void {
    const { side, userId } = order.view;
    const locked = side === 'buy' ? order.left.times(order.price) : order.left;
    this.#accounts.move(userId, side === 'buy' ? market.spec.quote : market.spec.base, locked.neg(), locked);
    if (order.filledAmount.gt(ZERO)) this.#show(change, 'update', order, { updateMs: nowMs });
    else change.because('order-create');
    this.#log.addOpen(order);
    market.addResting(order);
    market.touch(nowMs);
    change.book(market.spec.symbol, nowMs);
  }

  #finish(change: Change, order: LiveOrder, finishAs: FinishAs, nowMs: number): void {
    const status = finishAs === 'filled' ? 'closed' : 'cancelled';
    this.#show(change, 'finish', order, { status, finishAs, updateMs: nowMs, finishMs: nowMs });
  }

  #show(change: Change, event: 'update' | 'finish', order: LiveOrder, news: Partial<Order>): void {
    order.view = viewOf(order, news);
    this.#log.put(order.view);
    change.order(event, order.view);
  }
}

function takingOf(market: Market, userId: string, request: CheckedRequest): Taking {
  const { side } = request;
  const isBudget = request.type === 'market' && side === 'buy';
  return {
    userId,
    side,
    limitTicks: request.priceTicks ?? slippageLimit(market, request),
    units: isBudget ? null : market.unitsOf(request.amount),
    budget: isBudget ? request.amount : null,
  };
}

/** Worst price of a market order: best price times (1 +- slippage), rounded towards the best price. */
function slippageLimit(market: Market, { side, slippage }: CheckedRequest): number {
  const none = side === 'buy' ? Infinity : 0;
  const { bid, ask } = market.best;
  const best = side === 'buy' ? ask : bid;
  if (slippage === null || best === none) return none;
  const factor = side === 'buy' ? ONE.plus(slippage) : ONE.minus(slippage);
  // The best price in ticks times the factor is the limit in ticks; cut towards the best price.
  return Number(
    integer(best)
      .times(factor)
      .round(0, side === 'buy' ? ROUND_DOWN : ROUND_UP)
      .toFixed(),
  );
}

/** Amount in base and value in quote for the minimum checks; null where the order does not say. */
function sizeOf(market: Market, request: CheckedRequest): { base: Decimal | null; value: Decimal | null } {
  if (request.price !== null) return { base: request.amount, value: request.amount.times(request.price) };
  if (request.side === 'buy') return { base: null, value: request.amount };
  const { bid } = market.best;
  return { base: request.amount, value: bid === 0 ? null : request.amount.times(market.priceOf(bid)) };
}

function finishOf(request: CheckedRequest, plan: Plan): FinishAs {
  if (plan.isComplete) return plan.fills.length > 0 ? 'filled' : 'small';
  if (plan.hitsOwn) return 'stp';
  if (request.timeInForce === 'gtc' || request.timeInForce === 'poc') return 'open';
  if (request.timeInForce === 'fok') return 'fok';
  return request.type === 'market' ? 'depth_not_enough' : 'ioc';
}
