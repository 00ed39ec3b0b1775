import { type Decimal, ZERO, text } from '@mtrade/money';
import type { Accounts } from './accounts.js';
import type { Change } from './change.js';
import type { Market } from './market.js';
import { type LiveOrder, type OrderLog, viewOf } from './orders.js';
import { settleFill } from './settlement.js';
import type { FinishAs, Order, OrderSide, Trade } from './types.js';

export interface ExecutionOptions {
  /** Quote per GT; null when fees are never paid in GT. */
  readonly gtPrice: Decimal | null;
  readonly nextTradeId: number;
}

/** Carries fills out: coins move, trades and orders are written into the log and the change. */
export class Execution {
  readonly #accounts: Accounts;
  readonly #log: OrderLog;
  readonly #gtPrice: Decimal | null;
  #nextTradeId: number;

  constructor(accounts: Accounts, log: OrderLog, { gtPrice, nextTradeId }: ExecutionOptions) {
    this.#accounts = accounts;
    this.#log = log;
    this.#gtPrice = gtPrice;
    this.#nextTradeId = nextTradeId;
  }

  /** After a restore: ids go on behind the ones already given. */
  skipTradeId(tradeId: string): void {
    this.#nextTradeId = Math.max(this.#nextTradeId, Number(tradeId) + 1);
  }

  /** One fill of one order, which may be one side of a trade between two users. */
  fill(
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
      gtPrice: this.#gtPrice,
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

  /** Everybody hears of the trade, and the candles have it. `side` is the taker's. */
  publish(
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

  /** A resting order that was filled stays with the rest, or ends. */
  afterMakerFill(change: Change, market: Market, order: LiveOrder, nowMs: number): void {
    if (order.left.gt(ZERO)) {
      this.show(change, 'update', order, { updateMs: nowMs });
      return;
    }
    market.removeResting(order);
    this.finish(change, order, 'filled', nowMs);
  }

  finish(change: Change, order: LiveOrder, finishAs: FinishAs, nowMs: number): void {
    const status = finishAs === 'filled' ? 'closed' : 'cancelled';
    this.show(change, 'finish', order, { status, finishAs, updateMs: nowMs, finishMs: nowMs });
  }

  /** The world is told how the order stands now. */
  show(change: Change, event: 'update' | 'finish', order: LiveOrder, news: Partial<Order>): void {
    order.view = viewOf(order, news);
    this.#log.put(order.view);
    change.order(event, order.view);
  }
}
