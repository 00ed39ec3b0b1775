import { text } from '@mtrade/money';
import type { Accounts } from './accounts.js';
import type {
  BalanceChange,
  BalanceReason,
  ExchangeListener,
  ExchangeRecord,
  Order,
  PublicTrade,
  Trade,
  TradeStatus,
  Transfer,
  TriggerOrder,
} from './types.js';

/**
 * Everything one operation does to the accounts, gathered until it is complete. First it is recorded as one atomic
 * line, then the listeners hear of it in order.
 */
export class Change {
  readonly #orders = new Map<string, Order>();
  readonly #trades: Trade[] = [];
  readonly #triggers = new Map<string, TriggerOrder>();
  readonly #transfers: Transfer[] = [];
  readonly #tradeStatus: (readonly [string, TradeStatus])[] = [];
  readonly #news: ((listener: ExchangeListener) => void)[] = [];
  #reason: BalanceReason = 'order-match';

  order(event: 'put' | 'update' | 'finish', order: Order): void {
    // Again at the end: the record lists orders by their last event, so that a rebuilt log has the same order of ends.
    this.#orders.delete(order.id);
    this.#orders.set(order.id, order);
    this.#news.push((listener) => listener.onOrder?.(event, order));
  }

  trade(trade: Trade): void {
    this.#trades.push(trade);
    this.#news.push((listener) => listener.onUserTrade?.(trade));
  }

  trigger(order: TriggerOrder): void {
    this.#triggers.delete(order.id);
    this.#triggers.set(order.id, order);
  }

  /** Whether anybody traded. */
  get hasTrades(): boolean {
    return this.#trades.length > 0;
  }

  publicTrade(trade: PublicTrade): void {
    this.#news.push((listener) => listener.onTrade?.(trade));
  }

  book(symbol: string, nowMs: number): void {
    this.#news.push((listener) => listener.onBook?.(symbol, nowMs));
  }

  transfer(transfer: Transfer): void {
    this.#transfers.push(transfer);
  }

  tradeStatus(symbol: string, status: TradeStatus): void {
    this.#tradeStatus.push([symbol, status]);
    this.#news.push((listener) => listener.onTradeStatus?.(symbol, status));
  }

  /** Why balances move in this change. */
  because(reason: BalanceReason): void {
    this.#reason = reason;
  }

  /** Closes the change: its record, and how to tell a listener. `forgotten` is what is kept no longer. */
  seal(
    accounts: Accounts,
    forgotten: { readonly orders: readonly string[]; readonly triggers: readonly string[] },
    seq: number,
    nowMs: number,
  ): { readonly record: ExchangeRecord; readonly tell: (listener: ExchangeListener) => void } {
    const touched = accounts.takeTouched();
    const balances = touched.map(({ userId, currency }) => accounts.row(userId, currency));
    const changes: BalanceChange[] = touched.map((before) => {
      const available = accounts.available(before.userId, before.currency);
      const locked = accounts.locked(before.userId, before.currency);
      const lockedChange = locked.minus(before.lockedBefore);
      return {
        userId: before.userId,
        currency: before.currency,
        available: text(available),
        locked: text(locked),
        change: text(available.minus(before.availableBefore).plus(lockedChange)),
        lockedChange: text(lockedChange),
        reason: this.#reason,
        ms: nowMs,
      };
    });
    const record: ExchangeRecord = {
      seq,
      ms: nowMs,
      ...(this.#orders.size > 0 && { orders: [...this.#orders.values()] }),
      ...(this.#trades.length > 0 && { trades: this.#trades }),
      ...(this.#triggers.size > 0 && { triggers: [...this.#triggers.values()] }),
      ...(this.#transfers.length > 0 && { transfers: this.#transfers }),
      ...(balances.length > 0 && { balances }),
      ...(this.#tradeStatus.length > 0 && { tradeStatus: this.#tradeStatus }),
      ...(forgotten.orders.length > 0 && { forgotten: forgotten.orders }),
      ...(forgotten.triggers.length > 0 && { forgottenTriggers: forgotten.triggers }),
    };
    return {
      record,
      tell: (listener) => {
        for (const news of this.#news) news(listener);
        for (const change of changes) listener.onBalance?.(change);
      },
    };
  }
}
