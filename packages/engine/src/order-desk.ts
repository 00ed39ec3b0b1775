import { type Clock, type EpochMs, errorText } from '@mtrade/base';
import { type BaseQty, type QuoteAmount, text, ZERO } from '@mtrade/money';
import { addsUp } from '@mtrade/cycle';
import type { Logger } from '@mtrade/log';
import type { LaneEvent, LaneRequest, OrderRequest, Venue } from './ports.js';
import { evidenceToWire, fillToWire, outcomeToWire } from './wire.js';

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
}

/** More orders than the rate budget allows within any order's life. */
const REMEMBERED_IDS = 4_096;

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
  #exchangeMinusMono: number | null = null;
  #clockErrorMs = 0;

  constructor(options: OrderDeskOptions, deps: OrderDeskDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  async handle(request: LaneRequest): Promise<void> {
    switch (request.type) {
      case 'place':
        return this.#place(request.order);
      case 'settle':
        return this.#settle(request.intentId, request.symbol, request.exchangeOrderId);
      case 'scan':
        return this.#scan(request);
      case 'refresh-balances':
        return this.#refreshBalances();
      case 'refresh-clock':
        return this.#refreshClock();
    }
  }

  async #place(order: OrderRequest): Promise<void> {
    const { venue, clock, emit, log } = this.#deps;
    const refuse = (message: string): void => {
      log.error({ clientOrderId: order.clientOrderId, symbol: order.symbol }, `order not sent: ${message}`);
      const now = clock.monoMs();
      const outcome = { type: 'rejected', label: 'NOT_SENT', message, retryAfterMs: null } as const;
      emit({ type: 'placed', intentId: order.intentId, outcome, sentMono: now, answeredMono: now });
    };
    if (this.#posted.has(order.clientOrderId)) {
      // Not even an answer: the first request's outcome is the only one that may move this intent.
      log.error(
        { clientOrderId: order.clientOrderId },
        'a client id came twice; the second request is dropped',
      );
      return;
    }
    this.#rememberPosted(order.clientOrderId);
    const exchangeMinusMono = await this.#exchangeClock();
    if (exchangeMinusMono === null) return refuse('exchange clock unknown');
    if (clock.monoMs() + exchangeMinusMono >= order.deadlineMs)
      return refuse('deadline passed before the send');

    const sentMono = clock.monoMs();
    const outcome = await venue.place(order);
    const answeredMono = clock.monoMs();
    emit({
      type: 'placed',
      intentId: order.intentId,
      outcome: outcomeToWire(outcome),
      sentMono,
      answeredMono,
    });
    if (outcome.type === 'acked' && outcome.finished && outcome.filledBase.gt(ZERO)) {
      await this.#bringFills(order.intentId, order.symbol, outcome.exchangeOrderId, {
        finishAs: outcome.finishAs,
        filledBase: outcome.filledBase,
        filledQuote: outcome.filledQuote,
      });
    }
  }

  /** The oldest ids go: their deadlines, a few seconds, have long passed, and no late copy of them could be sent. */
  #rememberPosted(clientOrderId: string): void {
    this.#posted.add(clientOrderId);
    if (this.#posted.size <= REMEMBERED_IDS) return;
    for (const oldest of this.#posted) {
      this.#posted.delete(oldest);
      return;
    }
  }

  /** Follows an order whose id is known: first its own word, then its trades, until the two agree. */
  async #settle(intentId: number, symbol: string, exchangeOrderId: string): Promise<void> {
    try {
      const order = await this.#deps.venue.order(symbol, exchangeOrderId);
      if (!order.finished || order.filledBase === null || order.filledQuote === null) {
        this.#deps.emit({ type: 'settle-failed', intentId, reason: 'order is still open' });
        return;
      }
      await this.#bringFills(intentId, symbol, exchangeOrderId, {
        finishAs: order.finishAs,
        filledBase: order.filledBase,
        filledQuote: order.filledQuote,
      });
    } catch (error) {
      this.#deps.emit({ type: 'settle-failed', intentId, reason: errorText(error) });
    }
  }

  async #bringFills(
    intentId: number,
    symbol: string,
    exchangeOrderId: string,
    order: { finishAs: string | null; filledBase: BaseQty; filledQuote: QuoteAmount },
  ): Promise<void> {
    const { venue, emit, sleep } = this.#deps;
    let reason = 'trades do not add up to the order';
    for (const delayMs of this.#options.settleDelaysMs) {
      if (delayMs > 0) await sleep(delayMs);
      try {
        const fills = order.filledBase.eq(ZERO) ? [] : await venue.fills(symbol, exchangeOrderId);
        if (!addsUp(fills, order.filledBase, order.filledQuote)) continue;
        emit({
          type: 'settled',
          intentId,
          exchangeOrderId,
          finishAs: order.finishAs,
          filledBase: text(order.filledBase),
          filledQuote: text(order.filledQuote),
          fills: fills.map(fillToWire),
        });
        return;
      } catch (error) {
        reason = errorText(error);
      }
    }
    emit({ type: 'settle-failed', intentId, reason });
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

  /** A thread that has just been born measures before it sends or scans; null when that failed. */
  async #exchangeClock(): Promise<number | null> {
    if (this.#exchangeMinusMono === null) await this.#refreshClock();
    return this.#exchangeMinusMono;
  }

  async #refreshClock(): Promise<void> {
    const { venue, clock, emit } = this.#deps;
    try {
      const { offsetMs, errorMs } = await venue.measureClock();
      const measuredMono = clock.monoMs();
      this.#exchangeMinusMono = clock.epochMs() + offsetMs - measuredMono;
      this.#clockErrorMs = errorMs;
      emit({ type: 'clock', exchangeMinusMono: this.#exchangeMinusMono, errorMs, measuredMono });
    } catch (error) {
      emit({ type: 'clock-failed', reason: errorText(error) });
    }
  }
}
