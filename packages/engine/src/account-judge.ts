import type { EpochMs, MonoMs } from '@mtrade/base';
import {
  type BooksKnowledge,
  mayHaveMade,
  parseClientOrderId,
  type Standing,
  standingOfOrder,
  standingOfStop,
  standingOfTrade,
} from '@mtrade/cycle';
import { decimal } from '@mtrade/money';
import type { EngineContext } from './context.js';
import { type ForeignSighting, recordDiscrepancies, recordForeign } from './findings.js';
import type { LaneEvents } from './lane-events.js';
import type { Discrepancy, OpenOrder, Survey, WireOwnTrade, WireStop } from './ports/index.js';
import type { SurplusStops } from './surplus-stops.js';

/** An order or a stop that has just ended may be listed as open for a moment. */
const ENDED_GRACE_MS = 15_000;
/** A trade of an ended intent is booked by the late-fill detector; after so long a human is told that it was not. */
const UNBOOKED_AFTER_MS = 300_000;

export interface AccountJudgeParts {
  readonly lane: Pick<LaneEvents, 'handle' | 'lookAtStop'>;
  readonly surplusStops: Pick<SurplusStops, 'add' | 'areUnsettled'>;
}

/** Some rows of a survey. */
export interface SurveyRows {
  readonly orders: readonly OpenOrder[];
  readonly stops: readonly WireStop[];
  readonly trades: readonly WireOwnTrade[];
}

export interface Judgement {
  /** Exchange clock of the earliest trade that is still to be booked; infinity without one. */
  readonly unbookedMs: number;
  readonly unknownStops: readonly WireStop[];
}

/**
 * Holds what the account shows against the books, row by row. What is evidence for an open intent is passed on, what
 * the books cannot have is written down, and nothing is guessed into the ledger.
 */
export class AccountJudge {
  readonly #context: EngineContext;
  readonly #parts: AccountJudgeParts;
  readonly #knowledge: BooksKnowledge;
  /** Trades of ended intents that are not booked yet, with the time when they were first seen. */
  readonly #unbooked = new Map<string, MonoMs>();

  constructor(context: EngineContext, parts: AccountJudgeParts) {
    this.#context = context;
    this.#parts = parts;
    const { books } = context;
    this.#knowledge = {
      installId: books.identity.installId,
      intentOf: (id) => books.intentOf(id),
      isBooked: (symbol, tradeId) => books.bookedUnder(symbol, tradeId) !== null,
    };
  }

  judge(survey: Survey, { orders, stops, trades }: SurveyRows): Judgement {
    const discrepancies: Discrepancy[] = [];
    const foreign: ForeignSighting[] = [];
    for (const order of orders) this.#judgeOrder(survey, order, discrepancies, foreign);
    const unknownStops = stops.filter((stop) => this.#isUnknownStop(survey, stop));
    const unbooked = trades.map((trade) => this.#judgeTrade(trade, discrepancies, foreign));
    recordDiscrepancies(this.#context, discrepancies);
    recordForeign(this.#context, foreign);
    return { unbookedMs: Math.min(Number.POSITIVE_INFINITY, ...unbooked), unknownStops };
  }

  /** All trades that were late are booked. */
  allBooked(): void {
    this.#unbooked.clear();
  }

  /** The other way round: what rests in the books and not in the whole list of the exchange is looked at. */
  missingStops({ stops }: Survey): void {
    const listed = new Set(stops.rows.map(({ symbol, stopId }) => `${symbol} ${stopId}`));
    for (const { openIntents } of this.#context.books.pairs())
      for (const { id, symbol, state, stop } of openIntents)
        if (state === 'LIVE' && stop && !listed.has(`${symbol} ${stop.stopId}`))
          this.#parts.lane.lookAtStop(id);
  }

  #judgeOrder(survey: Survey, order: OpenOrder, found: Discrepancy[], foreign: ForeignSighting[]): void {
    const { clientOrderId, symbol, exchangeOrderId, side } = order;
    const standing = standingOfOrder(order, this.#knowledge);
    const seenMs = survey.startedAtMs ?? survey.askedMs;
    const about = { symbol, reference: exchangeOrderId, clientOrderId, seenMs: survey.askedMs };
    if (standing === 'awaited' || standing === 'ended') this.#isEvidence(order);
    if (standing === 'orphan') found.push({ ...about, kind: 'orphan-order' });
    if (standing === 'ended' && this.#endedBefore(clientOrderId, survey.askedMs - ENDED_GRACE_MS))
      found.push({ ...about, kind: 'ended-order' });
    if (standing === 'foreign')
      foreign.push(sighting(order, seenMs, `has an open ${side} order ${exchangeOrderId} of ${symbol}`));
  }

  /** One of ours that should not be there is taken back. True for an open one that is nobody's as far as the books know. */
  #isUnknownStop({ askedMs }: Survey, stop: WireStop): boolean {
    const { books } = this.#context;
    const { symbol, stopId } = stop;
    if (!books.has(symbol)) return false;
    const seen = {
      ...stop,
      triggerPrice: decimal(stop.triggerPrice),
      amount: decimal(stop.amount),
    };
    const alike = books
      .stopIntentsAt(symbol, seen.triggerPrice)
      .filter((intent) => mayHaveMade(intent, seen));
    const rows = { known: books.intentOfStop(symbol, stopId), alike };
    const standing = standingOfStop(stop, rows, (askedMs - ENDED_GRACE_MS) as EpochMs);
    if (standing.type === 'moved') this.#parts.lane.lookAtStop(standing.intent.id);
    if (standing.type === 'surplus') this.#parts.surplusStops.add(standing.intent, stop);
    return standing.type === 'stranger' && stop.status === 'open';
  }

  /** Returns the time of a trade that the late-fill detector still has to book; infinity otherwise. */
  #judgeTrade(trade: WireOwnTrade, found: Discrepancy[], foreign: ForeignSighting[]): number {
    const { clientOrderId, fill } = trade;
    const { symbol, tradeId } = fill;
    const standing: Standing = standingOfTrade(trade, this.#knowledge);
    const seenMs = this.#context.clock.epochMs();
    const about = { symbol, reference: tradeId, clientOrderId, seenMs };
    if (standing === 'awaited' || standing === 'ended') this.#isEvidence({ ...trade, symbol });
    if (standing === 'orphan') found.push({ ...about, kind: 'orphan-trade' });
    // Whoever traded here before these books were begun may have been stopped for good.
    if (standing === 'foreign' && fill.epochMs >= this.#context.books.identity.createdMs) {
      const what = `${fill.side === 'buy' ? 'bought' : 'sold'} ${fill.baseAmount} of ${symbol} at ${fill.price}`;
      foreign.push(sighting({ clientOrderId, symbol }, fill.epochMs as EpochMs, what));
    }
    if (standing !== 'ended') return Number.POSITIVE_INFINITY;
    if (this.#isToBeBooked(trade)) return fill.epochMs;
    found.push({ ...about, kind: 'late-trade' });
    return Number.POSITIVE_INFINITY;
  }

  /** Whether the late-fill detector still has time for this trade; as long as it has, the comparison stays before it. */
  #isToBeBooked({ fill }: WireOwnTrade): boolean {
    const nowMono = this.#context.clock.monoMs();
    const key = `${fill.symbol} ${fill.tradeId}`;
    const firstMono = this.#unbooked.get(key) ?? nowMono;
    this.#unbooked.set(key, firstMono);
    return nowMono - firstMono < UNBOOKED_AFTER_MS;
  }

  /** Seen on the account: the order exists, and a look at its trades begins, whether its intent is open or has ended. */
  #isEvidence({ clientOrderId, symbol, exchangeOrderId }: Omit<OpenOrder, 'side'>): void {
    const unsaid = { finished: false, finishAs: null, filledBase: null, filledQuote: null };
    this.#parts.lane.handle({
      type: 'evidence',
      evidence: { clientOrderId, symbol, exchangeOrderId, ...unsaid },
    });
  }

  #endedBefore(clientOrderId: string, ms: number): boolean {
    const closedMs = this.#knowledge.intentOf(clientOrderId)?.closedMs ?? null;
    return closedMs !== null && closedMs < ms;
  }
}

const sighting = (
  { clientOrderId, symbol }: { readonly clientOrderId: string; readonly symbol: string },
  seenMs: EpochMs,
  what: string,
): ForeignSighting => ({
  installId: parseClientOrderId(clientOrderId)?.installId ?? '',
  symbol,
  seenMs,
  what: `${what} (${clientOrderId})`,
});
