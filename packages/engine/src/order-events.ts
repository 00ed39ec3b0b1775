import { baseQty, quoteAmount } from '@mtrade/money';
import {
  type Fill,
  type Intent,
  type IntentEvent,
  isOpen,
  isDuplicate,
  isUnresolved,
  type PairState,
  safeToDoubtMs,
  type ScanRecord,
  transition,
  withIntent,
} from '@mtrade/cycle';
import { askAgain } from './ask-again.js';
import { closeIntent } from './closing.js';
import type { EngineContext } from './context.js';
import { tellDoubt } from './disbelieving.js';
import { doubtRules } from './doubted-rules.js';
import { journal } from './journal.js';
import type { LateFills } from './late-fills.js';
import { type Doubt, doubtOf } from './new-trades.js';
import type { JournalEntry, LaneEventOf, OrderEvidence } from './ports/index.js';
import { recordStages } from './record-stages.js';
import type { StopEvents } from './stop-events.js';
import { evidenceFromWire, fillFromWire, settledOrderFromWire } from './wire.js';

export type OrderLaneEvent = LaneEventOf<'placed' | 'settled' | 'settle-failed' | 'followed' | 'scanned'>;

/** Evidence about client ids whose answer is still awaited; kept for the moment that answer gets lost. Bounded. */
const REMEMBERED_EVIDENCE = 256;
/** The order thread brings the trades of a finished order by itself; only after this wait are they asked for. */
const TRADES_EXPECTED_MS = 10_000;
const SETTLE_RETRY_MS = 500;
const SETTLE_RETRY_LIMIT_MS = 30_000;
/** A fired stop is booked after an averaging buy of its cycle; so often it is looked whether that has come to its end. */
const SETTLE_AFTER_BUY_MS = 1_000;
/** After so many looks by the exchange's id that brought nothing the order is looked for by its name again. */
const SETTLE_TRIES = 6;

/** Whom an answer about an order may concern, beside the books. */
export interface OrderEventsParts {
  readonly lateFills: Pick<LateFills, 'consider' | 'arrived' | 'failed'>;
  readonly stops: Pick<StopEvents, 'hint' | 'notItsOwn' | 'orderSeen'>;
}

/**
 * What the exchange said about orders, turned into transitions of the books. An event may come late, twice or not at all:
 * every move is a compare-and-set on the intent's state, and an event that no longer fits is dropped.
 */
export class OrderEvents {
  readonly #context: EngineContext;
  readonly #lateFills: OrderEventsParts['lateFills'];
  readonly #stops: OrderEventsParts['stops'];
  readonly #evidence = new Map<string, OrderEvidence>();

  constructor(context: EngineContext, { lateFills, stops }: OrderEventsParts) {
    this.#context = context;
    this.#lateFills = lateFills;
    this.#stops = stops;
  }

  handle(event: OrderLaneEvent): void {
    switch (event.type) {
      case 'placed':
        return this.#placed(event);
      case 'settled':
        return this.#settled(event);
      case 'settle-failed':
        return this.#settleFailed(event);
      case 'followed':
        return this.#followed(event);
      case 'scanned':
        return this.#scanned(event);
    }
  }

  #placed({ intentId, outcome, times }: LaneEventOf<'placed'>): void {
    const { clock, budget, log } = this.#context;
    const open = this.#context.books.openIntent((intent) => intent.id === intentId);
    // A late answer to an order that was given up as silent is still the exchange's word on it.
    if (!open || (open.intent.state !== 'SUBMITTED' && !isUnresolved(open.intent.state))) return;
    const { pair, intent } = open;
    const memory = this.#context.intents.get(intentId);
    if (memory) recordStages(this.#context.board.latencies, memory, times);
    const fields = { symbol: pair.symbol, clientOrderId: intent.clientOrderId };
    const nowMs = clock.epochMs();
    switch (outcome.type) {
      case 'unknown':
        return this.outcomeLost(pair, intent, outcome.reason);
      case 'rejected':
        log.warn(
          { ...fields, label: outcome.label, message: outcome.message },
          'the exchange refused an order',
        );
        if (outcome.retryAfterMs !== null)
          budget.pause({ reason: 'rate_limited', untilMono: clock.monoMs() + outcome.retryAfterMs });
        this.#apply(pair, intent, { type: 'rejected', label: outcome.label, nowMs });
        if (intent.state === 'SUBMITTED') doubtRules(this.#context, pair.symbol, outcome.label);
        return;
      case 'acked': {
        const order = {
          ...outcome,
          filledBase: baseQty(outcome.filledBase),
          filledQuote: quoteAmount(outcome.filledQuote),
        };
        this.#apply(pair, intent, { type: 'acked', order, nowMs });
        const pairMemory = this.#context.pairs.get(pair.symbol);
        if (pairMemory) pairMemory.rulesDoubted = false;
        askAgain(this.#context, intentId, TRADES_EXPECTED_MS);
      }
    }
  }

  /** Nothing definite came of the send, or no answer at all. What the private stream has said meanwhile counts now. */
  outcomeLost(pair: PairState, intent: Intent, reason: string): void {
    const { board, clock, log } = this.#context;
    if (intent.state !== 'SUBMITTED') return;
    const { clientOrderId } = intent;
    const entry = journal(clock.epochMs(), 'order.unknown', pair.symbol, { clientOrderId, reason });
    this.#apply(pair, intent, { type: 'unknown' }, [entry]);
    board.counters.increment('orders_unknown');
    log.warn({ symbol: pair.symbol, clientOrderId, reason }, 'the outcome of an order is unknown');
    askAgain(this.#context, intent.id, 0);
    const known = this.#evidence.get(intent.clientOrderId);
    if (known) this.evidenceSeen(known);
  }

  #settled(event: LaneEventOf<'settled'>): void {
    const order = {
      exchangeOrderId: event.exchangeOrderId,
      finished: true,
      finishAs: event.finishAs,
      filledBase: baseQty(event.filledBase),
      filledQuote: quoteAmount(event.filledQuote),
    };
    const fills = event.fills.map(fillFromWire);
    const ofThisIntent = (intent: Intent): boolean => intent.id === event.intentId;
    const heard = this.#context.books.openIntent(ofThisIntent);
    const doubt = heard && doubtOf(this.#context.books, heard.intent, { ...order, fills });
    if (heard && doubt) return this.#disbelieve(heard.pair, heard.intent, doubt);
    // The thread that asked may have died since: its successor learns here that the order exists at all.
    if (heard && heard.intent.exchangeOrderId === null)
      this.#apply(heard.pair, heard.intent, { type: 'evidence', order });
    const open = this.#context.books.openIntent(ofThisIntent);
    if (!open) return this.#lateFills.arrived(event.intentId, [event]);
    // The exchange has bought before the stop sold, or it has not: until that is known the stop's sale might end a cycle
    // that has coins left.
    if (open.intent.stop !== undefined && hasOpenBuy(open.pair, open.intent))
      return askAgain(this.#context, event.intentId, SETTLE_AFTER_BUY_MS);
    this.#apply(open.pair, open.intent, {
      type: 'settled',
      ...order,
      fills,
      nowMs: this.#context.clock.epochMs(),
    });
    askAgain(this.#context, event.intentId, SETTLE_RETRY_MS);
  }

  /** All orders under a name that two of them have; or those of an intent that ended before they were seen. */
  #followed({ intentId, orders }: LaneEventOf<'followed'>): void {
    const open = this.#context.books.openIntent((intent) => intent.id === intentId);
    // Of an open intent only orders of one name are followed together; the others were fired by a second stop of it.
    if (!open || !isDuplicate(open.intent)) return this.#lateFills.arrived(intentId, orders);
    const nowMs = this.#context.clock.epochMs();
    const settled = orders.map(settledOrderFromWire);
    for (const order of settled) {
      const doubt = doubtOf(this.#context.books, open.intent, order);
      if (doubt) return this.#disbelieve(open.pair, open.intent, doubt);
    }
    this.#apply(open.pair, open.intent, { type: 'all-settled', orders: settled, nowMs });
  }

  /**
   * What the exchange says of this order cannot be true. It is told once and never booked; the order is asked for again,
   * its pair waits for it and for a human, and all others go on. What may pass is told when some more looks say the same.
   */
  #disbelieve(pair: PairState, intent: Intent, { reason, isAllBooked, mayPass }: Doubt): void {
    const looks = this.#context.intents.get(intent.id)?.attempts ?? 0;
    if (mayPass && looks < SETTLE_TRIES) return this.#settleAgain(pair, intent, reason);
    const halted = tellDoubt(this.#context, pair, intent, reason);
    if (isAllBooked && intent.stop !== undefined) return this.#stops.notItsOwn(halted, intent);
    this.#settleAgain(halted, intent, reason);
  }

  #settleFailed({ intentId, reason, seen }: LaneEventOf<'settle-failed'>): void {
    const open = this.#context.books.openIntent((intent) => intent.id === intentId);
    this.#lateFills.failed(intentId, seen);
    if (!open) return;
    if (open.intent.stop !== undefined && seen) this.#stops.orderSeen(open.pair, open.intent, seen);
    this.#settleAgain(open.pair, open.intent, reason);
  }

  /** Ever more seldom by its id, and after some tries by its name. */
  #settleAgain(pair: PairState, intent: Intent, reason: string): void {
    const { id: intentId } = intent;
    const memory = this.#context.intents.get(intentId);
    const attempts = memory?.attempts ?? 0;
    // What is looked for by its name is asked for again by the next scan.
    if (isUnresolved(intent.state)) return;
    if (memory && attempts >= SETTLE_TRIES) {
      memory.attempts = 0;
      askAgain(this.#context, intentId, 0);
      return this.#apply(pair, intent, { type: 'lost' });
    }
    askAgain(
      this.#context,
      intentId,
      Math.min(SETTLE_RETRY_LIMIT_MS, SETTLE_RETRY_MS * 2 ** Math.min(attempts, 10)),
    );
    this.#context.log.warn({ intentId, reason }, 'the trades of an order could not be read yet');
  }

  #scanned({ intentId, record, found }: LaneEventOf<'scanned'>): void {
    const memory = this.#context.intents.get(intentId);
    if (memory) memory.askedUntilMono = null;
    const open = this.#context.books.openIntent((intent) => intent.id === intentId);
    const words = found.map(evidenceFromWire);
    if (!open) for (const word of words) this.#lateFills.consider(word);
    if (!open || !isUnresolved(open.intent.state)) return;
    const nowMs = this.#context.clock.epochMs();
    this.#apply(open.pair, open.intent, { type: 'scanned', record, found: words, nowMs });
    const now = this.#context.books.openIntent((intent) => intent.id === intentId);
    if (now && isDuplicate(now.intent)) this.#followAll(now.intent, record, words);
    // Found: its trades are asked for at once. Still unresolved (two orders under one id) keeps the scans' own pace.
    if (!memory || !now || isUnresolved(now.intent.state)) return;
    memory.attempts = 0;
    askAgain(this.#context, intentId, 0);
  }

  /**
   * Two orders under one name are followed together, once a look has shown all that there can be: no order of that name
   * can appear any more, and what has traded stands in its lists.
   */
  #followAll(intent: Intent, record: ScanRecord, words: readonly OrderEvidence[]): void {
    const { budget, clock, lane } = this.#context;
    const exchangeOrderIds = [...new Set(words.map((word) => word.exchangeOrderId))];
    const isWhole = record.complete && record.startedAtMs > safeToDoubtMs(intent);
    const cost = 2 * exchangeOrderIds.length;
    const nowMono = clock.monoMs();
    if (!isWhole || cost === 0 || !budget.allowsLookUp(nowMono, cost)) return;
    budget.take(nowMono, cost);
    lane.request({ type: 'follow', intentId: intent.id, symbol: intent.symbol, exchangeOrderIds });
  }

  /** The private stream saw one of our orders: a hint that starts a look at its trades. */
  evidenceSeen(evidence: OrderEvidence): void {
    const open = this.#context.books.openIntent((intent) => intent.clientOrderId === evidence.clientOrderId);
    if (!open) {
      // An order without a name of ours may be the one that a stop has fired.
      this.#stops.hint(evidence.symbol);
      return this.#lateFills.consider(evidence);
    }
    if (open.intent.state === 'SUBMITTED') return this.#remember(evidence);
    this.#apply(open.pair, open.intent, { type: 'evidence', order: evidence });
    if (open.intent.state !== 'SETTLING') askAgain(this.#context, open.intent.id, 0);
  }

  #remember(evidence: OrderEvidence): void {
    this.#evidence.set(evidence.clientOrderId, evidence);
    if (this.#evidence.size <= REMEMBERED_EVIDENCE) return;
    for (const oldest of this.#evidence.keys()) {
      this.#evidence.delete(oldest);
      return;
    }
  }

  /** One event on one intent: commits the step, or the end together with what the fills do to the cycle. */
  #apply(pair: PairState, intent: Intent, event: IntentEvent, entries: readonly JournalEntry[] = []): void {
    const next = transition(intent, event);
    if (next === intent) return;
    if (!isOpen(next.state)) {
      this.#evidence.delete(intent.clientOrderId);
      return closeIntent(this.#context, pair, intent, next, fillsOf(event));
    }
    const { clock, log } = this.#context;
    const quarantined = next.state === 'QUARANTINED' && intent.state !== 'QUARANTINED';
    if (quarantined)
      log.error(
        { symbol: pair.symbol, clientOrderId: intent.clientOrderId },
        'an order cannot be resolved; its pair stays blocked',
      );
    const alarm = quarantined
      ? [
          journal(clock.epochMs(), 'order.quarantined', pair.symbol, {
            clientOrderId: intent.clientOrderId,
            finishAs: next.finishAs,
          }),
        ]
      : [];
    this.#context.books.commit({
      pair: withIntent(pair, next),
      intentMoves: [{ intent: next, from: intent.state }],
      journal: [...entries, ...alarm],
    });
  }
}

const hasOpenBuy = ({ openIntents }: PairState, { cycleId }: Intent): boolean =>
  openIntents.some((other) => other.side === 'buy' && other.cycleId === cycleId);

function fillsOf(event: IntentEvent): readonly Fill[] {
  if (event.type === 'settled') return event.fills;
  return event.type === 'all-settled' ? event.orders.flatMap((order) => order.fills) : [];
}
