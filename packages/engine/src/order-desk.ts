import { type Clock, type EpochMs, errorText, type MonoMs } from '@mtrade/base';
import { type BaseQty, type QuoteAmount, text, ZERO } from '@mtrade/money';
import { addsUp } from '@mtrade/cycle';
import type { Logger } from '@mtrade/log';
import type {
  LaneEvent,
  LaneRequest,
  OrderEvidence,
  OrderRequest,
  SendMarks,
  Venue,
  WirePlaceOutcome,
  WireSettledOrder,
} from './ports/index.js';
import { type CommitWord, OrderPermission } from './order-permission.js';
import { StopDesk } from './stop-desk.js';
import { survey } from './survey.js';
import { evidenceToWire, fillToWire, outcomeToWire, rulesToWire } from './wire.js';

export interface OrderDeskOptions {
  /** Waits between looks at an order's trades, ms; the exchange may show a trade later than the order. */
  readonly settleDelaysMs: readonly number[];
}

export interface OrderDeskDeps {
  readonly venue: Venue;
  readonly clock: Clock;
  readonly log: Logger;
  readonly emit: (event: LaneEvent) => void;
  readonly sleep: (ms: number) => Promise<void>;
  readonly commits: CommitWord;
}

interface FinishedOrder {
  readonly exchangeOrderId: string;
  readonly finishAs: string | null;
  readonly filledBase: BaseQty;
  readonly filledQuote: QuoteAmount;
}

interface FollowedOrder {
  readonly intentId: number;
  readonly symbol: string;
  readonly exchangeOrderId: string;
  readonly firedByStop?: boolean;
}

/** For an order whose own deadline cannot be told, because the exchange's clock is not known. */
const LONGEST_COMMIT_MS = 3_000;

/** More orders than the rate budget allows within any order's life. */
const REMEMBERED = 4_096;

export const DEFAULT_ORDER_DESK_OPTIONS: OrderDeskOptions = {
  settleDelaysMs: [0, 50, 150, 400, 1_000, 2_000, 4_000],
};

/**
 * The order thread's hands. It acts on committed intents only, decides nothing, keeps nothing that matters: when it
 * dies, the books still know every intent, and the cycler asks the exchange again.
 */
export class OrderDesk {
  readonly #options: OrderDeskOptions;
  readonly #deps: OrderDeskDeps;
  /** Client ids this thread has posted: a second `place` of one is a contradiction and is refused. Bounded. */
  readonly #posted = new Set<string>();
  /** Tickets of the orders that have come: the same message twice is one order. Bounded. */
  readonly #tickets = new Set<number>();
  readonly #stops: StopDesk;
  #exchangeMinusMono: number | null = null;
  #clockErrorMs = 0;

  constructor(options: OrderDeskOptions, deps: OrderDeskDeps) {
    this.#options = options;
    this.#deps = deps;
    const exchangeClock = async () => {
      const minusMono = await this.#exchangeClock();
      return minusMono === null ? null : { minusMono, errorMs: this.#clockErrorMs };
    };
    this.#stops = new StopDesk({ ...deps, exchangeClock });
  }

  async handle(request: LaneRequest): Promise<void> {
    switch (request.type) {
      case 'place':
        return this.#place(request.order, request.ticket);
      case 'settle':
        return this.#settle(request, (order) =>
          this.#deps.emit({ type: 'settled', intentId: request.intentId, ...order }),
        );
      case 'follow':
        return this.#follow(request);
      case 'scan':
        return this.#scan(request);
      case 'refresh-rules':
        return this.#refreshRules(request.symbols);
      case 'survey':
        return this.#survey(request);
      case 'place-stop':
      case 'cancel-stop':
      case 'look-stop':
      case 'find-stops':
        return this.#stops.handle(request);
      case 'refresh-balances':
        return this.#refreshBalances();
      case 'refresh-clock':
        return this.#refreshClock();
      case 'refresh-prices':
        return this.#refreshPrices(request);
    }
  }

  /**
   * Every word about the order, a refusal included, waits for its commit: without it there is no intent to tell of, and
   * the next try may carry the same row and the same client id.
   */
  async #place(order: OrderRequest, ticket: number): Promise<void> {
    const { venue, clock, commits, emit, log } = this.#deps;
    const { clientOrderId, symbol, intentId } = order;
    if (this.#tickets.has(ticket) || this.#posted.has(clientOrderId)) {
      // Not even an answer: the first request's outcome is the only one that may move this intent.
      log.error({ clientOrderId }, 'a client id came twice; the second request is dropped');
      return;
    }
    remember(this.#tickets, ticket);
    const pickedMono = clock.monoMs();
    const marks: SendMarks = { signedMono: null, sentMono: null };
    const permission = new OrderPermission(ticket, (pickedMono + LONGEST_COMMIT_MS) as MonoMs, {
      commits,
      grant: (isCommitted) => this.#grant(order, isCommitted),
    });
    const placed = (outcome: WirePlaceOutcome): void => {
      const times = { pickedMono, ...marks, answeredMono: clock.monoMs() };
      emit({ type: 'placed', intentId, outcome, times });
    };
    const refuse = async (message: string): Promise<void> => {
      if (!(await permission.later())) return;
      log.error({ clientOrderId, symbol }, `order not sent: ${message}`);
      placed({ type: 'rejected', label: 'NOT_SENT', message, retryAfterMs: null });
    };
    const exchangeMinusMono = await this.#exchangeClock();
    if (exchangeMinusMono === null) return refuse('exchange clock unknown');
    permission.untilMono = (order.deadlineMs - exchangeMinusMono) as MonoMs;
    if (clock.monoMs() >= permission.untilMono) return refuse('deadline passed before the send');

    const outcome = await venue.place(order, { permission, marks });
    if (!(await permission.later())) return;
    placed(outcomeToWire(outcome));
    if (outcome.type !== 'acked' || !outcome.finished || !outcome.filledBase.gt(ZERO)) return;
    try {
      emit({ type: 'settled', intentId, ...(await this.#withTrades(symbol, outcome)) });
    } catch (error) {
      emit({ type: 'settle-failed', intentId, reason: errorText(error) });
    }
  }

  /** True for one request of each client id, and only once its intent is on disk and the lock is held. */
  #grant({ clientOrderId, symbol }: OrderRequest, isCommitted: boolean): boolean {
    const { log } = this.#deps;
    if (!isCommitted) {
      log.warn({ clientOrderId, symbol }, 'order withheld: no right to send it');
      return false;
    }
    if (this.#posted.has(clientOrderId)) {
      log.error({ clientOrderId }, 'a client id was permitted twice; the second request is dropped');
      return false;
    }
    remember(this.#posted, clientOrderId);
    return true;
  }

  /** Follows an order whose id is known: first its own word, then its trades, until the two agree. */
  async #settle(request: FollowedOrder, settled: (order: WireSettledOrder) => void): Promise<void> {
    const { intentId, symbol, exchangeOrderId, firedByStop = false } = request;
    const { emit, venue } = this.#deps;
    let seen: OrderEvidence | null = null;
    try {
      seen = await venue.order(symbol, exchangeOrderId);
      settled(await this.#whole(seen));
    } catch (error) {
      const reason = errorText(error);
      if (firedByStop && seen === null && isOrderUnknown(error))
        return this.#stops.orderUnknown(request, reason);
      const word = seen && { exchangeOrderId, filledBase: seen.filledBase && text(seen.filledBase) };
      emit({ type: 'settle-failed', intentId, reason, ...(word && { seen: word }) });
    }
  }

  /** Orders under one name: all or nothing, for half of an answer would look like the whole of it. */
  async #follow(request: Extract<LaneRequest, { type: 'follow' }>): Promise<void> {
    const { intentId, symbol, exchangeOrderIds, firedByStop = false } = request;
    const { emit, venue } = this.#deps;
    if (firedByStop) {
      const followed = (order: WireSettledOrder): void =>
        emit({ type: 'followed', intentId, orders: [order] });
      for (const exchangeOrderId of exchangeOrderIds)
        await this.#settle({ intentId, symbol, exchangeOrderId, firedByStop }, followed);
      return;
    }
    try {
      const orders: WireSettledOrder[] = [];
      for (const id of exchangeOrderIds) orders.push(await this.#whole(await venue.order(symbol, id)));
      emit({ type: 'followed', intentId, orders });
    } catch (error) {
      emit({ type: 'settle-failed', intentId, reason: errorText(error) });
    }
  }

  #whole(order: OrderEvidence): Promise<WireSettledOrder> {
    const { symbol, exchangeOrderId, finished, finishAs, filledBase, filledQuote } = order;
    if (!finished || filledBase === null || filledQuote === null) throw new Error('order is still open');
    return this.#withTrades(symbol, { exchangeOrderId, finishAs, filledBase, filledQuote });
  }

  /** The order with its trades, as soon as they add up to it; rejects when they do not in the time given. */
  async #withTrades(symbol: string, order: FinishedOrder): Promise<WireSettledOrder> {
    const { venue, sleep } = this.#deps;
    const { exchangeOrderId, finishAs, filledBase, filledQuote } = order;
    let problem = new Error('trades do not add up to the order');
    for (const delayMs of this.#options.settleDelaysMs) {
      if (delayMs > 0) await sleep(delayMs);
      try {
        const fills = filledBase.eq(ZERO) ? [] : await venue.fills(symbol, exchangeOrderId);
        if (!addsUp(fills, filledBase, filledQuote)) continue;
        return {
          exchangeOrderId,
          finishAs,
          filledBase: text(filledBase),
          filledQuote: text(filledQuote),
          fills: fills.map(fillToWire),
        };
      } catch (error) {
        problem = error instanceof Error ? error : new Error(errorText(error));
      }
    }
    throw problem;
  }

  async #scan(request: Extract<LaneRequest, { type: 'scan' }>): Promise<void> {
    const { venue, clock, emit } = this.#deps;
    try {
      const isTimed = (await this.#exchangeClock()) !== null;
      const { record, found } = await venue.scan(request.symbol, request.clientOrderId, request.fromMs);
      // An absence counts from a moment of the exchange's clock on: from the earliest that the start can have been,
      // and not at all while that clock is not known.
      const startedAtMs = Math.floor(record.startedAtMs - this.#clockErrorMs) as EpochMs;
      emit({
        type: 'scanned',
        intentId: request.intentId,
        record: { ...record, startedAtMs, complete: record.complete && isTimed },
        found: found.map(evidenceToWire),
      });
    } catch {
      // A scan that failed is no evidence of anything; the record says so.
      const record = {
        startedAtMs: clock.epochMs(),
        complete: false,
        openRows: 0,
        finishedRows: 0,
        tradeRows: 0,
      };
      emit({ type: 'scanned', intentId: request.intentId, record, found: [] });
    }
  }

  async #refreshRules(symbols: readonly string[]): Promise<void> {
    const { venue, emit } = this.#deps;
    try {
      const rules = await venue.loadRules(symbols);
      emit({ type: 'rules', rules: rules.map(rulesToWire) });
    } catch (error) {
      emit({ type: 'rules-failed', reason: errorText(error) });
    }
  }

  async #survey(request: Extract<LaneRequest, { type: 'survey' }>): Promise<void> {
    const { venue, clock, emit } = this.#deps;
    const exchangeMinusMono = await this.#exchangeClock();
    const startedAtMs =
      exchangeMinusMono === null
        ? null
        : (Math.floor(clock.monoMs() + exchangeMinusMono - this.#clockErrorMs) as EpochMs);
    emit(await survey(request, venue, startedAtMs));
  }

  async #refreshBalances(): Promise<void> {
    const { venue, clock, emit } = this.#deps;
    const requestedMono = clock.monoMs();
    try {
      const balances = await venue.balances();
      const wire = Object.fromEntries(
        Object.entries(balances).map(([coin, b]) => [
          coin,
          { available: text(b.available), locked: text(b.locked) },
        ]),
      );
      emit({ type: 'balances', requestedMono, balances: wire });
    } catch (error) {
      emit({ type: 'balances-failed', reason: errorText(error) });
    }
  }

  /** What came is told, whatever did not. */
  async #refreshPrices({ books, tickers }: Extract<LaneRequest, { type: 'refresh-prices' }>): Promise<void> {
    const { venue, clock, emit } = this.#deps;
    // The answers are stamped by the exchange's clock.
    const isTimed = (await this.#exchangeClock()) !== null;
    if (!isTimed) {
      const receivedMono = clock.monoMs();
      return emit({ type: 'prices', prices: [], receivedMono, reason: 'exchange clock unknown' });
    }
    const answers = await Promise.allSettled([
      ...books.map(async ({ symbol, depth }) => [await venue.book(symbol, depth)]),
      ...(tickers.length === 0 ? [] : [venue.tickers(tickers)]),
    ]);
    const failed = answers.find((answer) => answer.status === 'rejected');
    emit({
      type: 'prices',
      prices: answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : [])),
      receivedMono: clock.monoMs(),
      reason: failed === undefined ? null : errorText(failed.reason),
    });
  }

  /** A thread that has just been born measures before it sends or scans; null when that failed. */
  async #exchangeClock(): Promise<number | null> {
    if (this.#exchangeMinusMono === null) await this.#refreshClock();
    return this.#exchangeMinusMono;
  }

  async #refreshClock(): Promise<void> {
    const { venue, clock, emit } = this.#deps;
    try {
      const { exchangeMinusMono, errorMs } = await venue.measureClock();
      this.#exchangeMinusMono = exchangeMinusMono;
      this.#clockErrorMs = errorMs;
      emit({ type: 'clock', exchangeMinusMono, errorMs, measuredMono: clock.monoMs() });
    } catch (error) {
      emit({ type: 'clock-failed', reason: errorText(error) });
    }
  }
}

/** The exchange has said so; a failed look, or trades that lag behind, say nothing of the kind. */
const isOrderUnknown = (error: unknown): boolean =>
  error instanceof Error && 'label' in error && error.label === 'ORDER_NOT_FOUND';

/** The oldest go: their deadlines, a few seconds, have long passed, and no late copy of them could be sent. */
function remember<T>(seen: Set<T>, one: T): void {
  seen.add(one);
  if (seen.size <= REMEMBERED) return;
  for (const oldest of seen) {
    seen.delete(oldest);
    return;
  }
}
