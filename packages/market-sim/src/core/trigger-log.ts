import { assert } from '@mtrade/base';
import { expiredIds } from './retention.js';
import type { OrderRetention, TriggerOrder, TriggerQuery } from './types.js';
import { unitsOf } from './units.js';

/** A trigger order that waits. */
export interface WaitingTrigger {
  readonly order: TriggerOrder;
  /** Trigger price in price steps. */
  readonly ticks: number;
  readonly expiresMs: number;
}

/** The trigger orders that are kept: those that wait, by pair, and those that ended, by account in order of their end. */
export class TriggerLog {
  readonly #orders = new Map<string, TriggerOrder>();
  readonly #waiting = new Map<string, Map<string, WaitingTrigger>>();
  readonly #ended = new Map<string, TriggerOrder[]>();
  readonly #firstId: number;
  #nextId: number;

  constructor(firstId: number) {
    this.#firstId = firstId;
    this.#nextId = firstId;
  }

  /** False while there never was an order. */
  get wasUsed(): boolean {
    return this.#nextId > this.#firstId;
  }

  takeId(): string {
    this.#nextId += 1;
    return String(this.#nextId - 1);
  }

  /** After a restore: ids go on behind the ones already given. */
  skipIds(lastId: string): void {
    this.#nextId = Math.max(this.#nextId, Number(lastId) + 1);
  }

  get lastId(): string {
    return String(this.#nextId - 1);
  }

  /** Oldest first. */
  get all(): readonly TriggerOrder[] {
    return [...this.#orders.values()].toSorted((a, b) => Number(a.id) - Number(b.id));
  }

  /** Ended ones of each account in order of their end, then the waiting ones: `put` in this order rebuilds the log. */
  get inEndOrder(): readonly TriggerOrder[] {
    const waiting = [...this.#orders.values()].filter((order) => order.status === 'open');
    return [...[...this.#ended.values()].flat(), ...waiting];
  }

  byId(id: string): TriggerOrder | undefined {
    return this.#orders.get(id);
  }

  isWaitingFor(symbol: string): boolean {
    return (this.#waiting.get(symbol)?.size ?? 0) > 0;
  }

  /** Those of a pair in the order of their creation. */
  waitingFor(symbol: string): readonly WaitingTrigger[] {
    const waiting = [...(this.#waiting.get(symbol)?.values() ?? [])];
    // By id, not by the moment of the call: a restored exchange fires in the same order as the lost one.
    return waiting.toSorted((a, b) => Number(a.order.id) - Number(b.order.id));
  }

  get symbols(): readonly string[] {
    return [...this.#waiting.keys()];
  }

  /** Notes the newest state of an order. `priceDecimals` are the pair's; an unlisted pair's orders wait for nothing. */
  put(order: TriggerOrder, priceDecimals: number | undefined): void {
    const known = this.#orders.get(order.id);
    assert(known === undefined || known.status === 'open', `trigger order ${order.id} has ended`);
    this.#orders.set(order.id, order);
    this.skipIds(order.id);
    this.#waiting.get(order.symbol)?.delete(order.id);
    if (order.status !== 'open') {
      const ended = this.#ended.get(order.userId);
      if (ended === undefined) this.#ended.set(order.userId, [order]);
      else ended.push(order);
    } else if (priceDecimals !== undefined) this.#wait(order, priceDecimals);
  }

  /** Newest first: by creation while they wait, by their end afterwards. Those of the last `lagMs` are not yet shown. */
  list(query: TriggerQuery, lagMs: number, nowMs: number): readonly TriggerOrder[] {
    const { offset = 0, limit = 100, status, symbol, userId } = query;
    const orders =
      status === 'open'
        ? this.all.filter((order) => order.status === 'open' && order.userId === userId)
        : (this.#ended.get(userId) ?? []);
    const shown = orders.filter(
      (order) =>
        (symbol === undefined || order.symbol === symbol) &&
        (order.finishMs ?? order.createMs) + lagMs <= nowMs,
    );
    return shown.toReversed().slice(offset, offset + limit);
  }

  /** Ended orders that need not be kept any longer, in batches. */
  expired(retention: OrderRetention, nowMs: number): readonly string[] {
    return expiredIds(this.#ended.values(), retention, nowMs);
  }

  forget(ids: readonly string[]): void {
    const gone = new Set(ids);
    for (const id of ids) this.#orders.delete(id);
    for (const [userId, orders] of this.#ended)
      this.#ended.set(
        userId,
        orders.filter((order) => !gone.has(order.id)),
      );
  }

  #wait(order: TriggerOrder, priceDecimals: number): void {
    let waiting = this.#waiting.get(order.symbol);
    if (waiting === undefined) this.#waiting.set(order.symbol, (waiting = new Map()));
    waiting.set(order.id, {
      order,
      ticks: unitsOf(order.triggerPrice, priceDecimals),
      expiresMs: order.createMs + order.expirationS * 1_000,
    });
  }
}
