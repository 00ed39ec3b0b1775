import { type Decimal, ZERO, decimal, text } from '@mtrade/money';
import type { ForgottenOrders, Order, Trade } from './types.js';

/**
 * What stays of orders that are kept no longer: their number, what their trades moved, and the numbers behind which new
 * ones go on. Deposits + kept trades + this is still every balance, to the last digit.
 */
export class Forgotten {
  #orders = 0;
  #trades = 0;
  #lastOrderId = 0;
  #lastTradeId = 0;
  readonly #sequences = new Map<string, number>();
  /** User to coin to what came in minus what went out, fees included. */
  readonly #net = new Map<string, Map<string, Decimal>>();

  add(order: Order, trades: readonly Trade[]): void {
    this.#orders += 1;
    this.#lastOrderId = Math.max(this.#lastOrderId, Number(order.id));
    for (const trade of trades) this.#addTrade(trade);
  }

  /** Null while nothing has been forgotten. */
  get view(): ForgottenOrders | null {
    if (this.#orders === 0) return null;
    return {
      orders: this.#orders,
      trades: this.#trades,
      lastOrderId: String(this.#lastOrderId),
      lastTradeId: String(this.#lastTradeId),
      sequences: [...this.#sequences],
      net: [...this.#net].flatMap(([userId, coins]) =>
        [...coins].map(([currency, sum]) => [userId, currency, text(sum)] as const),
      ),
    };
  }

  restore(view: ForgottenOrders): void {
    this.#orders = view.orders;
    this.#trades = view.trades;
    this.#lastOrderId = Number(view.lastOrderId);
    this.#lastTradeId = Number(view.lastTradeId);
    for (const [symbol, sequence] of view.sequences) this.#sequences.set(symbol, sequence);
    for (const [userId, currency, sum] of view.net) this.#move(userId, currency, decimal(sum));
  }

  #addTrade(trade: Trade): void {
    this.#trades += 1;
    this.#lastTradeId = Math.max(this.#lastTradeId, Number(trade.id));
    const { symbol, userId } = trade;
    this.#sequences.set(symbol, Math.max(this.#sequences.get(symbol) ?? 0, Number(trade.sequenceId)));
    const [base = '', quote = ''] = symbol.split('/');
    const amount = decimal(trade.amount);
    const value = amount.times(decimal(trade.price));
    this.#move(userId, base, trade.side === 'buy' ? amount : amount.neg());
    this.#move(userId, quote, trade.side === 'buy' ? value.neg() : value);
    this.#move(userId, trade.feeCurrency, decimal(trade.fee).neg());
    if (trade.gtFee !== '0') this.#move(userId, 'GT', decimal(trade.gtFee).neg());
  }

  #move(userId: string, currency: string, amount: Decimal): void {
    let coins = this.#net.get(userId);
    if (coins === undefined) this.#net.set(userId, (coins = new Map()));
    coins.set(currency, (coins.get(currency) ?? ZERO).plus(amount));
  }
}
