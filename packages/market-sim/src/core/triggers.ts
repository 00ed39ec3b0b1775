import { text } from '@mtrade/money';
import { Change } from './change.js';
import type { Market } from './market.js';
import type { Markets } from './markets.js';
import { type CheckedRequest, checkPrice, checkRequest } from './request.js';
import { type Result, done, refuse, refuseUnknownPair } from './result.js';
import type { Trading } from './trading.js';
import type { TriggerLog, WaitingTrigger } from './trigger-log.js';
import type { PlaceOrder, PlaceTrigger, TriggerOrder, TriggerQuery, TriggerRule } from './types.js';

const SHORTEST_S = 60;
const LONGEST_S = 2_592_000;

export interface TriggersOptions {
  /** How long a new or just ended order stays out of the lists. */
  readonly listLagMs: number;
  /** How long a new order cannot be looked up singly. */
  readonly lookupLagMs: number;
}

export interface TriggersDeps {
  readonly markets: Markets;
  readonly log: TriggerLog;
  readonly trading: Trading;
  readonly checkUser: (userId: string) => void;
  readonly commit: (change: Change, nowMs: number) => void;
}

/**
 * Price-triggered orders. One waits, without freezing any coin, until the pair's last price reaches its trigger price;
 * then it ends in the same change that places its order, or that refuses it. Whatever is asked here first ends what has
 * run out of time.
 */
export class Triggers {
  readonly #options: TriggersOptions;
  readonly #deps: TriggersDeps;

  constructor(options: TriggersOptions, deps: TriggersDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  /** Refuses a trigger price that the last price has already reached. */
  place(userId: string, request: PlaceTrigger, nowMs: number): Result<TriggerOrder> {
    const market = this.#deps.markets.find(request.symbol);
    if (market === undefined) return refuseUnknownPair(request.symbol);
    this.#deps.checkUser(userId);
    const refused = refusalOf(market, request);
    if (refused !== null) return refused;
    this.#expire(nowMs);
    const order: TriggerOrder = {
      ...request,
      symbol: market.spec.symbol,
      id: this.#deps.log.takeId(),
      userId,
      status: 'open',
      firedOrderId: null,
      reason: '',
      createMs: nowMs,
      finishMs: null,
    };
    const change = new Change();
    this.#put(change, order);
    this.#deps.commit(change, nowMs);
    return done(order);
  }

  /** What is no longer waiting cannot be cancelled: the exchange knows no such order then. */
  cancel(userId: string, id: string, nowMs: number): Result<TriggerOrder> {
    this.#expire(nowMs);
    const order = this.#deps.log.byId(id);
    if (order?.userId !== userId || order.status !== 'open') return notFound(id);
    return done(this.#cancel(order, nowMs));
  }

  /** Answers them as they ended. */
  cancelAll(userId: string, symbol: string | undefined, nowMs: number): readonly TriggerOrder[] {
    this.#expire(nowMs);
    return this.#deps.log
      .list({ userId, status: 'open', symbol: this.#symbol(symbol), limit: Infinity }, 0, nowMs)
      .map((order) => this.#cancel(order, nowMs));
  }

  one(userId: string, id: string, nowMs: number): Result<TriggerOrder> {
    this.#expire(nowMs);
    const order = this.#deps.log.byId(id);
    const isKnown = order?.userId === userId && order.createMs + this.#options.lookupLagMs <= nowMs;
    return isKnown ? done(order) : notFound(id);
  }

  /** Newest first. */
  list(query: TriggerQuery, nowMs: number): readonly TriggerOrder[] {
    this.#expire(nowMs);
    return this.#deps.log.list(
      { ...query, symbol: this.#symbol(query.symbol) },
      this.#options.listLagMs,
      nowMs,
    );
  }

  /**
   * The last price is `lastTicks` now: every trigger that it reaches fires, oldest first. The orders so placed may move
   * the price and fire others. True when anything changed.
   */
  fire(change: Change, market: Market, lastTicks: number, nowMs: number): boolean {
    let ticks = lastTicks;
    let fired = false;
    for (;;) {
      const due = this.#deps.log
        .waitingFor(market.spec.symbol)
        .find((one) => one.expiresMs <= nowMs || reaches(one.order.rule, ticks, one.ticks));
      if (due === undefined) return fired;
      fired = true;
      if (due.expiresMs <= nowMs) this.#end(change, due.order, { status: 'expired', reason: EXPIRED }, nowMs);
      else if (this.#fireOne(change, market, due, nowMs)) ticks = market.candles.lastTicks ?? ticks;
    }
  }

  /** True when its order has traded. */
  #fireOne(change: Change, market: Market, { order }: WaitingTrigger, nowMs: number): boolean {
    const placed = this.#deps.trading.place(change, market, order.userId, orderOf(order), nowMs);
    const end = placed.ok
      ? ({ status: 'finish', firedOrderId: placed.value.id } as const)
      : ({ status: 'failed', reason: `${placed.error.label}: ${placed.error.message}` } as const);
    this.#end(change, order, end, nowMs);
    return placed.ok && placed.value.filledAmount !== '0';
  }

  #expire(nowMs: number): void {
    const { log } = this.#deps;
    const late = log.symbols.flatMap((symbol) =>
      log.waitingFor(symbol).filter(({ expiresMs }) => expiresMs <= nowMs),
    );
    if (late.length === 0) return;
    const change = new Change();
    for (const { order } of late) this.#end(change, order, { status: 'expired', reason: EXPIRED }, nowMs);
    this.#deps.commit(change, nowMs);
  }

  #cancel(order: TriggerOrder, nowMs: number): TriggerOrder {
    const change = new Change();
    const ended = this.#end(change, order, { status: 'cancelled', reason: 'cancelled by user' }, nowMs);
    this.#deps.commit(change, nowMs);
    return ended;
  }

  #end(change: Change, order: TriggerOrder, end: Partial<TriggerOrder>, nowMs: number): TriggerOrder {
    const ended = { ...order, ...end, finishMs: nowMs };
    this.#put(change, ended);
    return ended;
  }

  #put(change: Change, order: TriggerOrder): void {
    this.#deps.log.put(order, this.#deps.markets.find(order.symbol)?.spec.priceDecimals);
    change.trigger(order);
  }

  #symbol(symbolOrId: string | undefined): string | undefined {
    return this.#deps.markets.withSymbol({ symbol: symbolOrId }).symbol;
  }
}

const EXPIRED = 'not triggered in time';

const reaches = (rule: TriggerRule, lastTicks: number, ticks: number): boolean =>
  rule === '<=' ? lastTicks <= ticks : lastTicks >= ticks;

const notFound = (id: string): Result<never> => refuse('AUTO_ORDER_NOT_FOUND', `auto order not found: ${id}`);

const orderOf = ({ symbol, put }: PlaceTrigger): PlaceOrder => ({
  symbol,
  side: put.side,
  type: put.type,
  amount: put.amount,
  price: put.price,
  timeInForce: put.timeInForce,
  account: put.account === 'normal' ? 'spot' : put.account,
});

/** Form only: whether the account can pay is asked when it fires. */
function refusalOf(market: Market, request: PlaceTrigger): Result<never> | null {
  const { spec } = market;
  const { expirationS, rule, triggerPrice } = request;
  if (rule !== '<=' && rule !== '>=') return refuse('INVALID_PARAM_VALUE', 'invalid argument: Trigger.rule');
  if (!Number.isSafeInteger(expirationS) || expirationS < SHORTEST_S || expirationS > LONGEST_S)
    return refuse('INVALID_PARAM_VALUE', 'invalid argument: trigger.expiration invalid range');
  const put: Result<CheckedRequest> = checkRequest(spec, orderOf(request));
  if (!put.ok) return put;
  const price = checkPrice(spec, triggerPrice);
  if (!price.ok) return price;
  const last = market.candles.lastTicks;
  if (last === null) return refuse('ORDER_BOOK_NOT_FOUND', `${spec.id} has no price yet`);
  if (!reaches(rule, last, price.value.priceTicks)) return null;
  return rule === '<='
    ? refuse('AUTO_TRIGGER_PRICE_LESS_LAST', tooLate('<', market, last))
    : refuse('AUTO_TRIGGER_PRICE_GREATE_LAST', tooLate('>', market, last));
}

const tooLate = (sign: string, market: Market, last: number): string =>
  `invalid argument: Trigger.Price must ${sign} last_price ${text(market.priceOf(last))}`;
