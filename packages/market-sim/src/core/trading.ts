import { ZERO, text } from '@mtrade/money';
import type { Accounts } from './accounts.js';
import type { Change } from './change.js';
import { Execution, type ExecutionOptions } from './execution.js';
import { finishOf, refuseBeforeMatching, takingOf } from './incoming.js';
import type { Market } from './market.js';
import { type PlannedFill, planFills } from './matching.js';
import { type LiveOrder, type OrderLog, liveOrder } from './orders.js';
import { type CheckedRequest, checkRequest, mayTrade } from './request.js';
import { type Result, done, refuse } from './result.js';
import type { Order, OrderSide, PlaceOrder } from './types.js';

export interface TradingOptions extends ExecutionOptions {
  readonly fokKill: 'cancelled' | 'error';
  readonly pocCross: 'cancelled' | 'error';
  readonly nextOrderId: number;
}

/** What orders do: come in, take, rest, get filled by the moving market, get cancelled. */
export class Trading {
  readonly #accounts: Accounts;
  readonly #log: OrderLog;
  readonly #execution: Execution;
  readonly #options: TradingOptions;
  #nextOrderId: number;

  constructor(accounts: Accounts, log: OrderLog, options: TradingOptions) {
    this.#accounts = accounts;
    this.#log = log;
    this.#execution = new Execution(accounts, log, options);
    this.#options = options;
    this.#nextOrderId = options.nextOrderId;
  }

  /** After a restore: ids go on behind the ones already given. */
  skipIds(orderId: string, tradeId: string): void {
    this.#nextOrderId = Math.max(this.#nextOrderId, Number(orderId) + 1);
    this.#execution.skipTradeId(tradeId);
  }

  place(change: Change, market: Market, userId: string, raw: PlaceOrder, nowMs: number): Result<Order> {
    const checked = checkRequest(market.spec, raw);
    if (!checked.ok) return checked;
    const request = checked.value;
    const refusal = refuseBeforeMatching(this.#accounts, market, userId, request);
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
    else this.#execution.finish(change, order, finishAs, nowMs);
    return done(order.view);
  }

  cancel(change: Change, market: Market, order: LiveOrder, nowMs: number): Order {
    change.because('order-cancel');
    market.removeResting(order);
    const { side, userId } = order.view;
    const locked = side === 'buy' ? order.left.times(order.price) : order.left;
    this.#accounts.move(userId, side === 'buy' ? market.spec.quote : market.spec.base, locked, locked.neg());
    this.#execution.finish(change, order, 'cancelled', nowMs);
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
      this.#execution.fill(change, market, order, 'maker', order.priceTicks, units, nowMs);
      this.#execution.publish(
        change,
        market,
        side === 'buy' ? 'sell' : 'buy',
        order.priceTicks,
        units,
        nowMs,
      );
      this.#execution.afterMakerFill(change, market, order, nowMs);
      filled = true;
    }
    return filled;
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
      this.#execution.fill(change, market, order, 'taker', ticks, units, nowMs);
      if ('level' in from) market.consume(order.view.side, from.level, units);
      else {
        this.#execution.fill(change, market, from.order, 'maker', ticks, units, nowMs);
        this.#execution.afterMakerFill(change, market, from.order, nowMs);
      }
      this.#execution.publish(change, market, order.view.side, ticks, units, nowMs);
    }
    if (fills.length === 0) return;
    market.touch(nowMs);
    change.book(market.spec.symbol, nowMs);
  }

  #rest(change: Change, market: Market, order: LiveOrder, nowMs: number): void {
    const { side, userId } = order.view;
    const locked = side === 'buy' ? order.left.times(order.price) : order.left;
    this.#accounts.move(userId, side === 'buy' ? market.spec.quote : market.spec.base, locked.neg(), locked);
    if (order.filledAmount.gt(ZERO)) this.#execution.show(change, 'update', order, { updateMs: nowMs });
    else change.because('order-create');
    this.#log.addOpen(order);
    market.addResting(order);
    market.touch(nowMs);
    change.book(market.spec.symbol, nowMs);
  }
}
