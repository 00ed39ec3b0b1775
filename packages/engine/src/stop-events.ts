import {
  afterStopRefusal,
  eachOnce,
  type Intent,
  isOpen,
  isRestored,
  isUnresolved,
  mayHaveMade,
  type PairState,
  raiseAttention,
  type StopEvent,
  stopTransition,
  surplus,
  transition,
  WAIT_WORDS,
  withIntent,
} from '@mtrade/cycle';
import { baseQty, decimal, text } from '@mtrade/money';
import { askAgain } from './ask-again.js';
import { closeIntent } from './closing.js';
import type { EngineContext, StopMemory } from './context.js';
import { doubtRules, isFirstDoubt } from './doubted-rules.js';
import { journal } from './journal.js';
import type { LateFills } from './late-fills.js';
import type { JournalEntry, LaneEventOf, WireStop } from './ports/index.js';
import { rollingBack } from './rolling-back.js';
import { stopMemory } from './stop-memory.js';
import type { SurplusStops } from './surplus-stops.js';

export type StopLaneEvent = LaneEventOf<
  'stop-placed' | 'stop-seen' | 'stop-look-failed' | 'stops-found' | 'stop-traded-nothing'
>;

/** Far from its price a stop is looked at this often. */
const LOOK_EVERY_MS = 10_000;
const LOOK_AGAIN_MS = 1_000;
const LOOK_LIMIT_MS = 30_000;
/** The order of a stop that has fired is named with the next look; after so long somebody is told. */
const UNNAMED_ALARM_MS = 60_000;

/** By these the exchange says that the coins are not there, or not free. */
const ABOUT_FUNDS: ReadonlySet<string> = new Set(['BALANCE_NOT_ENOUGH', 'QUANTITY_NOT_ENOUGH']);

/** Whom an answer about a stop may concern, beside the books. */
export interface StopEventsParts {
  readonly surplusStops: SurplusStops;
  readonly lateFills: Pick<LateFills, 'tradedNothing'>;
  /** What is to be done when nothing definite came of a send: the same for a stop as for an order. */
  readonly outcomeLost: (pair: PairState, intent: Intent, reason: string) => void;
}

/** What the exchange said about stops, turned into transitions of the books. Late, double and lost answers are usual. */
export class StopEvents {
  readonly #context: EngineContext;
  readonly #outcomeLost: StopEventsParts['outcomeLost'];
  readonly #surplus: SurplusStops;
  readonly #lateFills: Pick<LateFills, 'tradedNothing'>;

  constructor(context: EngineContext, parts: StopEventsParts) {
    this.#context = context;
    this.#outcomeLost = parts.outcomeLost;
    this.#surplus = parts.surplusStops;
    this.#lateFills = parts.lateFills;
  }

  handle(event: StopLaneEvent): void {
    if (event.type === 'stop-seen' && this.#surplus.has(event.stop.stopId)) return this.#surplus.seen(event);
    if (event.type === 'stop-look-failed' && this.#surplus.has(event.stopId))
      return this.#surplus.lookFailed(event);
    const open = this.#find(event.intentId);
    if (event.type === 'stop-traded-nothing' && open?.intent.exchangeOrderId !== event.exchangeOrderId)
      return this.#lateFills.tradedNothing(event);
    if (open === null) return;
    switch (event.type) {
      case 'stop-placed':
        return this.#placed(open.pair, open.intent, event);
      case 'stop-seen':
        return this.#seen(open.pair, open.intent, event);
      case 'stop-look-failed':
        return this.#lookFailed(open.intent, event.reason);
      case 'stops-found':
        return this.#found(open.pair, open.intent, event);
      case 'stop-traded-nothing': {
        const { record } = event;
        askAgain(this.#context, event.intentId, LOOK_EVERY_MS);
        const nowMs = this.#context.clock.epochMs();
        return this.#apply(open.pair, open.intent, { type: 'traded-nothing', record, nowMs });
      }
    }
  }

  /** The order that the stop has fired exists, and its trades do not come yet. */
  orderSeen(
    pair: PairState,
    intent: Intent,
    { exchangeOrderId, filledBase }: NonNullable<LaneEventOf<'settle-failed'>['seen']>,
  ): void {
    if (exchangeOrderId !== intent.exchangeOrderId) return;
    const said = filledBase === null ? null : baseQty(filledBase);
    this.#apply(pair, intent, { type: 'order-seen', filledBase: said });
  }

  /** The order that it is said to have fired has sold for others: it has sold nothing, and the position gets its stop. */
  notItsOwn(pair: PairState, intent: Intent): void {
    this.#apply(pair, intent, { type: 'not-its-own', nowMs: this.#context.clock.epochMs() });
  }

  /** The private stream saw an order of this pair that is not ours by name: its stop may have fired. */
  hint(symbol: string): void {
    for (const pair of this.#context.books.pairs())
      if (pair.symbol === symbol)
        for (const { id, state, stop } of pair.openIntents)
          if (stop !== undefined && state === 'LIVE') askAgain(this.#context, id, 0);
  }

  /** The whole list of the exchange does not have it, or has it as ended. */
  lookAt(intentId: number): void {
    askAgain(this.#context, intentId, 0);
  }

  #placed(pair: PairState, intent: Intent, { outcome, sentMono }: LaneEventOf<'stop-placed'>): void {
    // A late answer to a stop that was given up as silent is still the exchange's word on it.
    if (intent.state !== 'SUBMITTED' && !isUnresolved(intent.state)) return;
    switch (outcome.type) {
      case 'unknown':
        this.#problem(pair.symbol, `its stop has no clear answer (${outcome.reason})`);
        return this.#unclear(pair, intent, outcome);
      case 'rejected':
        this.#refused(pair, intent, outcome);
        if (intent.state === 'SUBMITTED') doubtRules(this.#context, pair.symbol, outcome.label);
        return;
      case 'acked':
        this.#apply(pair, intent, { type: 'stop-acked', stopId: outcome.stopId });
        this.#rulesFit(pair.symbol);
        stopMemory(this.#context, intent).openAtMono = sentMono;
        askAgain(this.#context, intent.id, LOOK_EVERY_MS);
    }
  }

  /** The label first: whatever happens from here on, it stands in the row. */
  #unclear(
    pair: PairState,
    intent: Intent,
    { reason, label }: Extract<LaneEventOf<'stop-placed'>['outcome'], { type: 'unknown' }>,
  ): void {
    if (label !== undefined) this.#apply(pair, intent, { type: 'stop-refused', label });
    const now = this.#find(intent.id);
    if (now) this.#outcomeLost(now.pair, now.intent, reason);
  }

  #refused(
    pair: PairState,
    intent: Intent,
    outcome: Extract<LaneEventOf<'stop-placed'>['outcome'], { type: 'rejected' }>,
  ): void {
    const { label, message, retryAfterMs } = outcome;
    const { clock, budget, log } = this.#context;
    const nowMs = clock.epochMs();
    log.warn({ symbol: pair.symbol, label, message }, 'the exchange refused a stop');
    if (retryAfterMs !== null)
      budget.pause({ reason: 'rate_limited', untilMono: clock.monoMs() + retryAfterMs });
    const next = transition(intent, { type: 'rejected', label, nowMs });
    if (isOpen(next.state)) return;
    this.#problem(pair.symbol, `the exchange refused its stop (${label})`);
    // One by rules that were old is none of those after which the position is sold: it is tried again by the new ones.
    const isOfOldRules = intent.state === 'SUBMITTED' && isFirstDoubt(this.#context, pair.symbol, label);
    if (isOfOldRules) return closeIntent(this.#context, pair, intent, next, []);
    // What holds the coins may be a second stop of ours.
    if (ABOUT_FUNDS.has(label)) this.#context.wantsComparison = true;
    this.#closeRefused(pair, intent, next, { ...outcome, words: `${label}: ${message}` });
  }

  /** The exchange would not take the stop: that counts for its position, and may be once too often. */
  #closeRefused(
    pair: PairState,
    intent: Intent,
    next: Intent,
    { label, words, retryAfterMs }: { label: string; words: string; retryAfterMs: number | null },
  ): void {
    const { position } = pair;
    if (position === null || position.cycleId !== intent.cycleId)
      return closeIntent(this.#context, pair, intent, next, []);
    const after = afterStopRefusal(position, label, retryAfterMs, this.#context.clock.epochMs());
    const refused = { ...pair, position: after };
    if (after.rollback === null || position.rollback !== null)
      return closeIntent(this.#context, refused, intent, next, []);
    const rolling = rollingBack(this.#context, refused, after.rollback, words);
    closeIntent(this.#context, rolling.pair, intent, next, [], [rolling.entry]);
  }

  /** What the status and the alarm about an unprotected position say. */
  #problem(symbol: string, words: string | null): void {
    const memory = this.#context.pairs.get(symbol);
    if (memory) memory.stopProblem = words;
  }

  #rulesFit(symbol: string): void {
    const memory = this.#context.pairs.get(symbol);
    if (memory) memory.rulesDoubted = false;
  }

  #seen(pair: PairState, intent: Intent, { stop, askedMono }: LaneEventOf<'stop-seen'>): void {
    // Of a surplus stop that is gone already.
    if (intent.stop?.stopId !== null && intent.stop?.stopId !== stop.stopId) return;
    if (intent.state === 'SETTLING') return;
    const memory = stopMemory(this.#context, intent);
    // The look that came with the cancel may have been too early; one after it shows that the cancel came to nothing.
    if (stop.status === 'open' && memory.cancelling === null) memory.wasCancelled = false;
    const isSoon = memory.cancelling !== null || stop.status !== 'open';
    memory.cancelling = null;
    askAgain(this.#context, intent.id, isSoon ? LOOK_AGAIN_MS : LOOK_EVERY_MS);
    const attempts = this.#context.intents.get(intent.id);
    if (attempts) attempts.attempts = 0;
    if (stop.status === 'open') memory.openAtMono = askedMono;
    this.#apply(pair, intent, { type: 'stop-seen', stop, nowMs: this.#context.clock.epochMs() });
    if (stop.status === 'fired' && stop.firedOrderId === null) this.#unnamed(pair, memory, stop.stopId);
    else memory.unnamedSinceMono = null;
  }

  /** It has fired, and which order it placed is not said: it is looked at on and on, and a human is told. */
  #unnamed({ symbol }: PairState, memory: StopMemory, stopId: string): void {
    const { books, clock, log } = this.#context;
    memory.unnamedSinceMono ??= clock.monoMs();
    if (memory.isUnnamedTold || clock.monoMs() - memory.unnamedSinceMono < UNNAMED_ALARM_MS) return;
    const reason = `its stop ${stopId} has fired, and the exchange does not name the order that it placed; see at the exchange what it has sold`;
    log.error({ symbol, stopId }, reason);
    books.commit({
      pair: raiseAttention(books.pair(symbol), reason),
      journal: [journal(clock.epochMs(), 'pair.needs_attention', symbol, { reason })],
    });
    memory.isUnnamedTold = true;
  }

  #lookFailed(intent: Intent, reason: string): void {
    const memory = this.#context.intents.get(intent.id);
    stopMemory(this.#context, intent).cancelling = null;
    const attempts = memory?.attempts ?? 0;
    askAgain(this.#context, intent.id, Math.min(LOOK_LIMIT_MS, LOOK_AGAIN_MS * 2 ** Math.min(attempts, 10)));
    this.#context.log.warn({ symbol: intent.symbol, reason }, 'a stop could not be looked at');
  }

  #found(pair: PairState, intent: Intent, { record, stops }: LaneEventOf<'stops-found'>): void {
    const memory = this.#context.intents.get(intent.id);
    if (memory) memory.askedUntilMono = null;
    if (!isUnresolved(intent.state) && intent.state !== 'LIVE') return;
    const candidates = eachOnce(stops).filter((stop) => this.#canOnlyBe(intent, stop));
    const nowMs = this.#context.clock.epochMs();
    const extra = surplus(candidates);
    this.#apply(pair, intent, { type: 'stops-found', record, found: candidates, nowMs });
    for (const stop of extra) this.#surplus.add(intent, stop);
    if (candidates.length === 0) return;
    // Followed by its id from now on, at once.
    if (memory) memory.attempts = 0;
    askAgain(this.#context, intent.id, 0);
  }

  /** A stop has no name of ours: pair, price, amount and time of creation are what it is known by. */
  #canOnlyBe(intent: Intent, seen: WireStop): boolean {
    const { symbol, stop } = intent;
    if (stop === undefined || seen.symbol !== symbol) return false;
    if (stop.stopId !== null) return seen.stopId === stop.stopId;
    const like = { ...seen, triggerPrice: decimal(seen.triggerPrice), amount: decimal(seen.amount) };
    const isTaken =
      this.#context.books.intentOfStop(symbol, seen.stopId) !== null || this.#surplus.knows(seen.stopId);
    return mayHaveMade(intent, like) && !isTaken;
  }

  #apply(pair: PairState, intent: Intent, event: StopEvent): void {
    const next = stopTransition(intent, event);
    if (next === intent) return;
    const entries = this.#entries(pair, intent, next);
    const { finishAs } = next;
    if (next.state === 'NEVER' && finishAs !== null) {
      const words = `${finishAs}, and no stop was found`;
      // An earlier life may have heard the answer.
      this.#problem(pair.symbol, `the exchange refused its stop (${words})`);
      return this.#closeRefused(pair, intent, next, { label: finishAs, words, retryAfterMs: null });
    }
    if (!isOpen(next.state)) return closeIntent(this.#context, pair, intent, next, [], entries);
    this.#context.books.commit({
      pair: withIntent(pair, next),
      intentMoves: [{ intent: next, from: intent.state }],
      journal: entries,
    });
    if (next.state === 'SETTLING' && intent.state !== 'SETTLING') askAgain(this.#context, intent.id, 0);
    if (next.state === 'LIVE') this.#problem(pair.symbol, null);
    this.#context.followUps.add(pair.symbol);
  }

  #entries(pair: PairState, from: Intent, next: Intent): JournalEntry[] {
    const { clock, log } = this.#context;
    const { symbol } = pair;
    const details = {
      stopId: next.stop?.stopId ?? null,
      trigger: next.stop ? text(next.stop.triggerPrice) : null,
      amount: next.baseAmount && text(next.baseAmount),
    };
    const say = (event: string, more = {}): JournalEntry[] => [
      journal(clock.epochMs(), event, symbol, { ...details, ...more }),
    ];
    if (next.state === from.state) return [];
    if (next.state === 'LIVE') return say('stop.placed');
    if (next.state === 'SETTLING') return say('stop.fired', { orderId: next.exchangeOrderId });
    if (next.state === 'QUARANTINED')
      return say('order.quarantined', { clientOrderId: next.clientOrderId, finishAs: next.finishAs });
    if (next.state !== 'KILLED') return [];

    const reason = next.finishAs ?? 'gone';
    const wasAsked = stopMemory(this.#context, from).wasCancelled && reason.startsWith('cancelled');
    // After a reset the coins are the operator's, and so is what becomes of them.
    if (wasAsked || pair.cycle?.id !== from.cycleId) return say('stop.cancelled', { reason });
    log.error(
      { symbol, reason },
      isRestored(pair)
        ? `a stop was lost; the next one waits: ${WAIT_WORDS.restored_books}`
        : 'a stop was lost; it is placed again',
    );
    this.#problem(symbol, `its stop was lost (${reason})`);
    return say('stop.lost', { reason });
  }

  #find(intentId: number): { pair: PairState; intent: Intent } | null {
    return this.#context.books.openIntent(({ id, stop }) => id === intentId && stop !== undefined);
  }
}
