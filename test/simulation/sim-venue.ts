import type { EpochMs } from '@mtrade/base';
import type { Fill, MarketRules } from '@mtrade/cycle';
import type {
  Balances,
  ClockOffset,
  Listing,
  OpenOrder,
  OrderEvidence,
  OrderRequest,
  OwnTrade,
  PlaceOptions,
  PlaceOutcome,
  RestPrice,
  StopEvidence,
  StopOutcome,
  StopRequest,
  StopScan,
  Venue,
  VenueNews,
} from '@mtrade/engine';
import type { Order, PairSpec, Trade, TriggerOrder } from '@mtrade/market-sim';
import { baseQty, decimal, price, quoteAmount } from '@mtrade/money';
import type { OrderFault } from './armed-faults.js';
import type { Life } from './life.js';
import { call, type Route } from './network.js';
import { REFUSALS } from './refusals.js';
import type { World } from './world.js';

/** Rows of one page; Gate has 100, a run has too few orders for that to be ever full. */
export const PAGE_ROWS = 3;
const MOST_PAGES = 1_000;
const PAGES_OF_A_REAL_ONE = 33;
/** The adapter of Gate asks a minute more than it was asked for. */
const SCAN_MARGIN_MS = 60_000;
/** As the adapter of Gate: a stop that was decided longer ago is not sent. */
const LATEST_STOP_MS = 15_000;
const CLOCK_SAMPLES = 3;
const KEY_MENDED_MS = 60_000;
const MOST_CLOCK_REQUESTS = 6;

export interface VenueHooks {
  /** Asked before an order is written; true: nobody is there any more to write it. */
  readonly diesBeforeSend: () => boolean;
  readonly diesAfterSend: () => boolean;
  readonly diesOnAnswer: () => boolean;
  readonly onNews: (news: VenueNews) => void;
}

/** The engine's port to the exchange's REST side, over the simulated network. One for each life of the order thread. */
export class SimVenue implements Venue {
  readonly #world: World;
  readonly #life: Life;
  readonly #hooks: VenueHooks;
  readonly #cancelled = new Set<string>();
  #exchangeMinusMono: number | null = null;

  constructor(world: World, life: Life, hooks: VenueHooks) {
    this.#world = world;
    this.#life = life;
    this.#hooks = hooks;
  }

  async place(request: OrderRequest, { permission }: PlaceOptions): Promise<PlaceOutcome> {
    const { ablated } = this.#world;
    if (!ablated('no-gate') && !(permission.now() ?? (await permission.later())))
      return rejected('NOT_SENT', null);
    if (this.#hooks.diesBeforeSend()) return new Promise(() => undefined);
    // The thread may have stood still at that point: the deadline is looked at right before the bytes go out.
    if (this.#life.frozenUntilMs > this.#world.time.nowMs) await this.#thaw();
    if (!ablated('no-expiry') && this.#now() >= request.deadlineMs) return rejected('NOT_SENT', null);
    const outcome = await this.#post(request);
    if (outcome.type !== 'unknown') return outcome;
    if (ablated('resend')) return this.#post(request);
    return ablated('unknown-is-rejected') ? rejected('NETWORK', null) : outcome;
  }

  async order(symbol: string, exchangeOrderId: string): Promise<OrderEvidence> {
    const order = await this.#read(() => this.#world.exchange.order(symbol, exchangeOrderId));
    if (order === null) throw Object.assign(new Error('HTTP 404'), { label: 'ORDER_NOT_FOUND' });
    return evidenceOf(order);
  }

  async fills(symbol: string, exchangeOrderId: string): Promise<readonly Fill[]> {
    const { rows, missing } = await this.#pages(() => this.#world.exchange.tradesOf(symbol, exchangeOrderId));
    if (missing) throw new Error('a page is missing');
    return rows.map((trade) => fillOf(trade, this.#world.ablated('fee-ignored')));
  }

  async scan(symbol: string, clientOrderId: string, fromMs: EpochMs) {
    const { exchange, ablated } = this.#world;
    const startedAtMs = (this.#now() + (ablated('no-lag') ? 10_000 : 0)) as EpochMs;
    const found = new Map<string, OrderEvidence>();
    if (ablated('lookup-is-proof')) {
      const order = await this.#read(() => exchange.order(symbol, clientOrderId)).catch(() => null);
      if (order) found.set(order.id, evidenceOf(order));
      const record = { startedAtMs, complete: true, openRows: 0, finishedRows: 0, tradeRows: 0 };
      return { record, found: [...found.values()] };
    }
    const from = fromMs - SCAN_MARGIN_MS;
    const open = await this.#pages(() => exchange.openOrders(symbol));
    const finished = await this.#pages(() => exchange.finishedOrders(symbol, from));
    const trades = await this.#pages(() => exchange.trades(symbol, from));
    for (const order of [...open.rows, ...finished.rows])
      if (order.text === clientOrderId) found.set(order.id, evidenceOf(order));
    for (const trade of trades.rows)
      if (trade.text === clientOrderId && !found.has(trade.orderId))
        found.set(trade.orderId, sightingOf(trade));
    const missing = open.missing || finished.missing || trades.missing;
    return {
      record: {
        startedAtMs,
        complete: !missing || ablated('failed-scan-counts'),
        openRows: open.rows.length,
        finishedRows: finished.rows.length,
        tradeRows: trades.rows.length,
      },
      found: [...found.values()],
    };
  }

  async placeStop(request: StopRequest): Promise<StopOutcome> {
    const world = this.#world;
    if (this.#hooks.diesBeforeSend()) return new Promise(() => undefined);
    if (this.#life.frozenUntilMs > world.time.nowMs) await this.#thaw();
    if (this.#now() - request.notBeforeMs > LATEST_STOP_MS) return rejected('NOT_SENT', null);
    const fault = world.armed.takeForOrder();
    const stopFault = fault === null ? world.armed.takeForStop() : null;
    const name = world.checker.onStopPost(request);
    const serve = (): Served | { readonly type: 'stop'; readonly stopId: string } => {
      if (fault?.kind === 'refused') {
        const refusal = REFUSALS[fault.value % REFUSALS.length] as (typeof REFUSALS)[number];
        return { type: 'refused', ...refusal };
      }
      if (stopFault !== null) {
        // Nobody can prevent it: it has to be found.
        world.checker.onBeyond(name);
        const afterMs = stopFault.kind === 'stop-doubled' ? 40 : stopFault.value;
        world.at(world.time.nowMs + afterMs, null, () => void world.exchange.placeStop(request, name));
        if (stopFault.kind === 'stop-queued') return { type: 'refused', label: 'QUEUED', retryAfterMs: null };
      }
      const placed = world.exchange.placeStop(request, name);
      if (fault?.kind === 'cut-off') world.weather.cutOff(world.time.nowMs + fault.value);
      return placed.ok
        ? { type: 'stop', stopId: placed.stopId }
        : { type: 'refused', label: placed.label, retryAfterMs: null };
    };
    const usual = this.#routeOf(fault);
    const route = stopFault?.kind === 'stop-queued' ? { ...usual, answerLost: true } : usual;
    const answer = call(world, this.#life, route, serve, this.#hooks.diesOnAnswer);
    this.#hooks.diesAfterSend();
    try {
      const served = await answer;
      if (served.type === 'refused') return rejected(served.label, served.retryAfterMs);
      if (served.type !== 'stop' || fault?.kind === 'wrong-text')
        return { type: 'unknown', reason: 'the answer is about an order' };
      return { type: 'acked', stopId: served.stopId };
    } catch (error) {
      if (world.ablated('stop-unknown-is-refused')) return rejected('NETWORK', null);
      return { type: 'unknown', reason: (error as Error).message };
    }
  }

  /** What is lost of it may have been carried out or not. */
  async cancelStop(_symbol: string, stopId: string): Promise<void> {
    const world = this.#world;
    const fault = world.armed.takeForRead();
    this.#cancelled.add(stopId);
    const isDone = world.random.chance(0.5);
    const route: Route = {
      upMs: world.latency(),
      downMs: world.latency(),
      requestLost: fault === 'lost' && !isDone,
      answerLost: fault === 'lost' && isDone,
      error: fault === 'error' ? (isDone ? 'after' : 'before') : null,
    };
    if (!(await call(world, this.#life, route, () => world.exchange.cancelStop(stopId))))
      throw new Error('AUTO_ORDER_NOT_FOUND');
  }

  async stop(_symbol: string, stopId: string): Promise<StopEvidence> {
    const stop = await this.#read(() => this.#world.exchange.stop(stopId));
    if (stop === null) throw new Error('AUTO_ORDER_NOT_FOUND');
    const evidence = stopEvidenceOf(stop);
    const isTakenForCancelled = this.#world.ablated('stop-cancel-is-proof') && this.#cancelled.has(stopId);
    return isTakenForCancelled ? { ...evidence, status: 'cancelled', firedOrderId: null } : evidence;
  }

  async findStops(symbol: string, fromMs: EpochMs): Promise<StopScan> {
    const { exchange } = this.#world;
    const startedAtMs = this.#now() as EpochMs;
    const open = await this.#pages(() => exchange.stops(symbol, 'open'));
    // The youngest come first, so that, as with the real exchange, nobody reads a list of months to its end.
    const finished = await this.#pages(
      () => exchange.stops(symbol, 'finished'),
      ({ finishMs }) => finishMs !== null && finishMs < fromMs,
    );
    const stops = [...open.rows, ...finished.rows].map(stopEvidenceOf);
    return {
      complete: !open.missing && !finished.missing,
      startedAtMs,
      stops: stops.filter(({ createdMs }) => createdMs >= fromMs - 1_000),
    };
  }

  async allStops(fromMs: EpochMs): Promise<Listing<StopEvidence>> {
    const { exchange, ablated } = this.#world;
    if (ablated('no-stop-survey')) return { rows: [], missing: null };
    const open = await this.#pages(() => exchange.stops(undefined, 'open'));
    const finished = await this.#pages(() => exchange.stops(undefined, 'finished', fromMs));
    const missing = open.missing || finished.missing;
    return {
      rows: [...open.rows, ...finished.rows].map(stopEvidenceOf),
      missing: missing ? 'a page is missing' : null,
    };
  }

  async openOrders(): Promise<Listing<OpenOrder>> {
    const { exchange, ablated } = this.#world;
    const { rows, missing } = await this.#pages(() =>
      ablated('no-reconciliation') ? [] : exchange.openOrders(),
    );
    return {
      rows: rows.map(({ text, symbol, id, side }) => ({
        clientOrderId: text,
        symbol,
        exchangeOrderId: id,
        side,
      })),
      missing: missing ? 'a page is missing' : null,
    };
  }

  async trades(fromMs: EpochMs, toMs: EpochMs | null): Promise<Listing<OwnTrade>> {
    const { exchange, ablated } = this.#world;
    const { rows, missing } = await this.#pages(() =>
      ablated('no-reconciliation') ? [] : exchange.trades(undefined, fromMs, toMs ?? undefined),
    );
    return {
      rows: rows.map((trade) => ({
        clientOrderId: trade.text,
        exchangeOrderId: trade.orderId,
        fill: fillOf(trade, ablated('fee-ignored')),
      })),
      missing: missing ? 'a page is missing' : null,
    };
  }

  async balances(): Promise<Balances> {
    const { exchange, armed, scenario, random } = this.#world;
    const view = await this.#read(() => {
      const stale = armed.takeStaleBalances();
      return exchange.balances(stale > 0 ? stale : scenario.balanceLagMs * random.unit());
    });
    return Object.fromEntries(
      Object.entries(view).map(([coin, { available, locked }]) => [
        coin,
        { available: decimal(available), locked: decimal(locked) },
      ]),
    );
  }

  /** The best of three samples, as the adapter of Gate does it. */
  async measureClock(): Promise<ClockOffset> {
    const { time } = this.#world;
    const samples: ClockOffset[] = [];
    let problem: unknown = null;
    for (let request = 0; request < MOST_CLOCK_REQUESTS && samples.length < CLOCK_SAMPLES; request += 1) {
      const sentMono = time.host.monoMs();
      try {
        const serverMs = await this.#read(() => time.exchangeMs());
        const roundTrip = time.host.monoMs() - sentMono;
        samples.push({
          exchangeMinusMono: serverMs - (sentMono + roundTrip / 2),
          errorMs: roundTrip / 2 + 1,
        });
      } catch (error) {
        problem = error;
      }
    }
    const [first, ...others] = samples;
    if (first === undefined || samples.length < CLOCK_SAMPLES) throw problem as Error;
    const best = others.reduce((a, b) => (b.errorMs < a.errorMs ? b : a), first);
    this.#exchangeMinusMono = best.exchangeMinusMono;
    return best;
  }

  async book(symbol: string): Promise<RestPrice> {
    return this.#read(() => this.#priceOf(symbol));
  }

  async tickers(symbols: readonly string[]): Promise<readonly RestPrice[]> {
    return this.#read(() => symbols.map((symbol) => this.#priceOf(symbol)));
  }

  #priceOf(symbol: string): RestPrice {
    const world = this.#world;
    const best = world.markets[world.symbols.indexOf(symbol)]?.best ?? { bid: null, ask: null };
    return { symbol, ...best, asks: null, exchangeMs: world.time.exchangeMs() as EpochMs };
  }

  async loadRules(symbols: readonly string[]): Promise<readonly MarketRules[]> {
    const pairs = await this.#read(() => this.#world.exchange.core.pairs);
    return pairs.filter((spec) => symbols.includes(spec.symbol)).map(rulesOf);
  }

  async close(): Promise<void> {
    // Holds nothing.
  }

  #now(): number {
    const { host } = this.#world.time;
    return Math.round(
      this.#exchangeMinusMono === null ? host.epochMs() : host.monoMs() + this.#exchangeMinusMono,
    );
  }

  #thaw(): Promise<void> {
    return this.#world.sleep(this.#life.frozenUntilMs - this.#world.time.nowMs, this.#life);
  }

  async #post(request: OrderRequest): Promise<PlaceOutcome> {
    const world = this.#world;
    const fault = world.armed.takeForOrder();
    world.checker.onPost(request);
    this.#hooks.onNews({ type: 'spent', calls: 1 });
    const expiryMs = world.ablated('no-expiry') ? null : request.deadlineMs;
    const answer = call(
      world,
      this.#life,
      this.#routeOf(fault),
      () => serveOrder(world, request, expiryMs, fault),
      this.#hooks.diesOnAnswer,
    );
    this.#hooks.diesAfterSend();
    try {
      const served = await answer;
      if (served.type === 'refused') this.#tellRefusal(served.label, served.retryAfterMs);
      return outcomeOf(served, request, world.ablated('mismatch-accepted'));
    } catch (error) {
      return { type: 'unknown', reason: (error as Error).message };
    }
  }

  /** As the adapter of Gate does it. A refused key halts everything: an operator mends it and lets trading go on. */
  #tellRefusal(label: string, retryAfterMs: number | null): void {
    const world = this.#world;
    if (retryAfterMs !== null)
      this.#hooks.onNews({
        type: 'paused',
        reason: 'rate_limited',
        untilMono: world.time.host.monoMs() + retryAfterMs,
      });
    if (label === 'REQUEST_EXPIRED') {
      world.expiredMs = world.time.nowMs;
      this.#hooks.onNews({ type: 'clock-doubted' });
    }
    if (label !== 'INVALID_SIGNATURE') return;
    this.#hooks.onNews({ type: 'key-refused', label });
    world.at(world.time.nowMs + KEY_MENDED_MS, null, () => {
      if (world.disk.trading) world.current?.command({ name: 'trading', on: true });
    });
  }

  #routeOf(fault: OrderFault | null): Route {
    const world = this.#world;
    const kind = fault?.kind;
    return {
      upMs: kind === 'request-delayed' ? (fault?.value ?? 0) : world.latency(),
      downMs: world.latency(),
      requestLost: kind === 'request-lost',
      answerLost: kind === 'answer-lost' || kind === 'unseen' || kind === 'queued',
      error: kind === 'error-before' ? 'before' : kind === 'error-after' ? 'after' : null,
    };
  }

  /** `isPaid`: pages are small here, so only every so many of them are a request of the real exchange. */
  #read<T>(serve: () => T, isPaid = true): Promise<T> {
    const world = this.#world;
    if (isPaid) this.#hooks.onNews({ type: 'spent', calls: 1 });
    const fault = world.armed.takeForRead();
    const route: Route = {
      upMs: world.latency(),
      downMs: world.latency(),
      requestLost: fault === 'lost',
      answerLost: false,
      error: fault === 'error' ? 'before' : null,
    };
    return call(world, this.#life, route, serve);
  }

  /**
   * Every page up to the first that is not full, or that has nothing but rows that are too old; a page that fails leaves
   * the list incomplete.
   */
  async #pages<T extends { readonly id: string }>(
    list: () => readonly T[],
    isTooOld: (row: T) => boolean = () => false,
  ): Promise<{ rows: T[]; missing: boolean }> {
    const rows = new Map<string, T>();
    try {
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const shown = await this.#read(
          () => list().slice(page * PAGE_ROWS, (page + 1) * PAGE_ROWS),
          page % PAGES_OF_A_REAL_ONE === 0,
        );
        const before = rows.size;
        for (const row of shown) rows.set(row.id, row);
        if (shown.length < PAGE_ROWS || shown.every(isTooOld) || this.#world.ablated('one-page'))
          return { rows: [...rows.values()], missing: false };
        if (rows.size === before) break;
      }
    } catch {
      // Said by `missing`.
    }
    return { rows: [...rows.values()], missing: true };
  }
}

type Served =
  | { readonly type: 'order'; readonly order: Order }
  | { readonly type: 'refused'; readonly label: string; readonly retryAfterMs: number | null };

/** What the exchange does with an order that has arrived. */
function serveOrder(
  world: World,
  request: OrderRequest,
  expiryMs: number | null,
  fault: OrderFault | null,
): Served {
  const { exchange } = world;
  if (fault?.kind === 'refused') {
    const refusal = REFUSALS[fault.value % REFUSALS.length] as (typeof REFUSALS)[number];
    return { type: 'refused', ...refusal };
  }
  if (fault?.kind === 'queued') {
    const delayMs = 15_000 + (Math.abs(fault.value - 15_000) % 45_000);
    world.checker.onBeyond(request.clientOrderId);
    world.at(world.time.nowMs + delayMs, null, () => void exchange.place(request, null));
    return { type: 'refused', label: 'QUEUED', retryAfterMs: null };
  }
  if (fault?.kind === 'unseen') world.weather.silenceOrder(request.clientOrderId);
  if (fault?.kind === 'slow-exchange' || fault?.kind === 'unseen')
    exchange.hideNext(Math.min(fault.value, 9_900));
  const other = fault?.kind === 'wrong-text' ? world.anotherOrder(request.symbol) : null;
  const placed = exchange.place(request, expiryMs);
  if (fault?.kind === 'cut-off') world.weather.cutOff(world.time.nowMs + fault.value);
  if (fault?.kind === 'processed-twice') {
    world.checker.onBeyond(request.clientOrderId);
    world.at(world.time.nowMs + 40, null, () => void exchange.place(request, expiryMs));
  }
  if (!placed.ok) return { type: 'refused', label: placed.label, retryAfterMs: null };
  return { type: 'order', order: other ?? placed.order };
}

function outcomeOf(served: Served, request: OrderRequest, acceptsAny: boolean): PlaceOutcome {
  if (served.type === 'refused') return rejected(served.label, served.retryAfterMs);
  const { order } = served;
  if (order.text !== request.clientOrderId && !acceptsAny)
    return { type: 'unknown', reason: 'the answer names another client id' };
  return {
    type: 'acked',
    exchangeOrderId: order.id,
    finished: order.status !== 'open',
    finishAs: order.status === 'open' ? null : order.finishAs,
    filledBase: baseQty(order.filledAmount),
    filledQuote: quoteAmount(order.filledTotal),
  };
}

const rejected = (
  label: string,
  retryAfterMs: number | null,
): Extract<PlaceOutcome, { type: 'rejected' }> => ({
  type: 'rejected',
  label,
  message: label,
  retryAfterMs,
});

export const evidenceOf = (order: Order): OrderEvidence => ({
  clientOrderId: order.text,
  symbol: order.symbol,
  exchangeOrderId: order.id,
  finished: order.status !== 'open',
  finishAs: order.status === 'open' ? null : order.finishAs,
  filledBase: baseQty(order.filledAmount),
  filledQuote: quoteAmount(order.filledTotal),
});

/** Gate tells the time of creation in whole seconds. */
const stopEvidenceOf = (stop: TriggerOrder): StopEvidence => ({
  stopId: stop.id,
  symbol: stop.symbol,
  triggerPrice: decimal(stop.triggerPrice),
  amount: decimal(stop.put.amount),
  createdMs: (Math.floor(stop.createMs / 1_000) * 1_000) as EpochMs,
  status: stop.status === 'finish' ? 'fired' : stop.status,
  firedOrderId: stop.firedOrderId,
  reason: stop.reason === '' ? null : stop.reason,
});

const sightingOf = (trade: Trade): OrderEvidence => ({
  clientOrderId: trade.text,
  symbol: trade.symbol,
  exchangeOrderId: trade.orderId,
  finished: false,
  finishAs: null,
  filledBase: null,
  filledQuote: null,
});

function fillOf(trade: Trade, feeIgnored: boolean): Fill {
  const inGt = trade.fee === '0' && trade.gtFee !== '0';
  return {
    tradeId: trade.id,
    symbol: trade.symbol,
    side: trade.side,
    baseAmount: baseQty(trade.amount),
    price: price(trade.price),
    fee: quoteAmount(feeIgnored ? '0' : inGt ? trade.gtFee : trade.fee),
    feeCoin: inGt ? 'GT' : trade.feeCurrency,
    role: trade.role,
    epochMs: trade.ms as EpochMs,
  };
}

const TRADABLE = {
  tradable: 'both',
  buyable: 'buy-only',
  sellable: 'sell-only',
  untradable: 'none',
} as const;

export function rulesOf(spec: PairSpec): MarketRules {
  const step = (decimals: number) => (decimals === 0 ? '1' : `0.${'1'.padStart(decimals, '0')}`);
  return {
    symbol: spec.symbol,
    base: spec.base,
    quote: spec.quote,
    amountStep: baseQty(step(spec.amountDecimals)),
    priceStep: price(step(spec.priceDecimals)),
    minBase: baseQty(spec.minBase),
    minQuote: quoteAmount(spec.minQuote),
    tradable: TRADABLE[spec.tradeStatus],
    feeRate: decimal(spec.takerFeePct).div(decimal('100')),
    supportsFok: spec.supportsFok,
  };
}
