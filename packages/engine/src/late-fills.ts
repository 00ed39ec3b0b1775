import type { EpochMs } from '@mtrade/base';
import {
  type Intent,
  isOwnClientOrderId,
  maySpeakOfMore,
  NOTHING_AFTER_MS,
  type OrderSighting,
  raiseAttention,
} from '@mtrade/cycle';
import { decimal, ZERO } from '@mtrade/money';
import { bookLateFill } from './closing.js';
import type { EngineContext } from './context.js';
import { journal } from './journal.js';
import type { ClosedIntent, IntentKey, LaneEventOf, WireSettledOrder } from './ports/index.js';
import { fillFromWire } from './wire.js';

/** A word about an order under one of our names, from wherever it comes. */
export interface Sighting extends OrderSighting {
  readonly clientOrderId: string;
}

interface Question {
  readonly intentId: number;
  readonly symbol: string;
  readonly exchangeOrderId: string;
  askAtMono: number;
  attempts: number;
  /** Null for an order under a name of ours. */
  readonly fired: Fired | null;
}

/** What is known of an order that a second stop has fired. */
interface Fired {
  /** Called once nothing more is asked: whether it has sold anything. */
  readonly onEnd: (hasSold: boolean) => void;
  /** Exchange clock of the first look that found neither the order nor a trade of it, unless it was seen since. */
  nothingSinceMs: EpochMs | null;
  /** It has been seen to fill: no look that finds nothing takes that back. */
  hasTraded: boolean;
  isTold: boolean;
}

/** Each order costs a look at itself and one at its trades. */
const COST = 2;
const FIRST_RETRY_MS = 1_000;
const RETRY_LIMIT_MS = 30_000;
/** An answer that has not come by then is asked for again. */
const GIVE_UP_MS = 30_000;
/**
 * An order that did not trade is forgotten by the exchange after a minute. One under a name of ours is listed by that as
 * well, and nothing is left to be found by its id; what a stop has fired is told of and asked for on.
 */
const MANY_ATTEMPTS = 20;

/**
 * The late-fill detector. An order of ours that trades after its intent has ended - it stayed unseen for longer than
 * any order may, or the network delivered it twice - must neither be lost nor stop the engine: its trades are asked
 * for, booked under the ended intent, and buying on the pair halts until somebody has looked.
 */
export class LateFills {
  readonly #context: EngineContext;
  readonly #questions = new Map<string, Question>();

  constructor(context: EngineContext) {
    this.#context = context;
  }

  /** Looks into a word about an order whose intent is not open. Cheap when it says nothing new. */
  consider(sighting: Sighting): void {
    const { books, clock, log } = this.#context;
    const { clientOrderId, exchangeOrderId } = sighting;
    if (!isOwnClientOrderId(clientOrderId, books.identity.installId)) return;
    const known = this.#find({ clientOrderId });
    if (!known || !maySpeakOfMore(known.intent, known.fills, sighting)) return;
    const { id, symbol, state } = known.intent;
    if (this.#questions.has(keyOf(id, exchangeOrderId))) return;
    log.warn({ symbol, clientOrderId, exchangeOrderId, state }, 'an order that has ended is seen again');
    this.#ask({ intentId: id, symbol, exchangeOrderId, askAtMono: clock.monoMs(), attempts: 0, fired: null });
  }

  /** An order that a second stop of this intent has fired: its trades are no other intent's, and it is never given up. */
  follow(
    order: Pick<Question, 'intentId' | 'symbol' | 'exchangeOrderId'>,
    onEnd: (hasSold: boolean) => void,
  ): void {
    const fired = { onEnd, nothingSinceMs: null, hasTraded: false, isTold: false };
    this.#ask({ ...order, askAtMono: this.#context.clock.monoMs(), attempts: 0, fired });
  }

  /** Asks for the trades of what was seen, again and again until they are there. */
  tick(): void {
    if (this.#questions.size === 0) return;
    const { budget, lane, log, clock } = this.#context;
    const nowMono = clock.monoMs();
    for (const [key, question] of this.#questions) {
      const { intentId, symbol, exchangeOrderId, attempts, fired } = question;
      if (nowMono < question.askAtMono || !budget.allowsLookUp(nowMono, COST)) continue;
      if (attempts >= MANY_ATTEMPTS && fired === null) {
        this.#questions.delete(key);
        log.warn({ symbol, intentId, exchangeOrderId }, 'the order seen again leads nowhere');
        continue;
      }
      budget.take(nowMono, COST);
      question.attempts += 1;
      question.askAtMono = nowMono + GIVE_UP_MS;
      lane.request({
        type: 'follow',
        intentId,
        symbol,
        exchangeOrderIds: [exchangeOrderId],
        ...(fired && { firedByStop: true as const }),
      });
      if (fired && attempts >= MANY_ATTEMPTS) this.#tell(question, fired);
    }
  }

  /** All trades of orders under an ended intent: those that are not in the books yet are booked. */
  arrived(intentId: number, orders: readonly WireSettledOrder[]): void {
    const intent = this.#find({ id: intentId })?.intent ?? this.#openStop(intentId);
    if (!intent) return;
    const seen = orders
      .filter(({ exchangeOrderId }) => !this.#isFollowedItself(intent.symbol, exchangeOrderId))
      .flatMap((order) => order.fills)
      .map(fillFromWire);
    const isOurs = seen.every(({ symbol, side }) => symbol === intent.symbol && side === intent.side);
    if (!isOurs) {
      const { clientOrderId, symbol } = intent;
      this.#context.log.error(
        { symbol, clientOrderId },
        'trades of another order under our name: not booked',
      );
    } else bookLateFill(this.#context, intent, seen);
    // Only now: a commit that the disk refused is tried again.
    for (const { exchangeOrderId, fills } of orders)
      this.#end(keyOf(intentId, exchangeOrderId), fills.length > 0);
  }

  /** The trades could not be brought yet. */
  failed(intentId: number, seen?: LaneEventOf<'settle-failed'>['seen']): void {
    for (const question of this.#questions.values()) {
      if (question.intentId !== intentId) continue;
      this.#retry(question);
      const { fired } = question;
      if (fired === null || seen?.exchangeOrderId !== question.exchangeOrderId) continue;
      fired.nothingSinceMs = null;
      fired.hasTraded ||= seen.filledBase !== null && decimal(seen.filledBase).gt(ZERO);
    }
  }

  /** Neither the order that a second stop has fired nor a trade of it: twice, far enough apart, it has sold nothing. */
  tradedNothing({ intentId, exchangeOrderId, record }: LaneEventOf<'stop-traded-nothing'>): void {
    const key = keyOf(intentId, exchangeOrderId);
    const question = this.#questions.get(key);
    if (!question?.fired) return;
    this.#retry(question);
    const { fired } = question;
    if (fired.hasTraded || !record.complete) return;
    fired.nothingSinceMs ??= record.startedAtMs;
    if (record.startedAtMs - fired.nothingSinceMs >= NOTHING_AFTER_MS) this.#end(key, false);
  }

  #ask(question: Question): void {
    this.#questions.set(keyOf(question.intentId, question.exchangeOrderId), question);
  }

  #retry(question: Question): void {
    const waitMs = Math.min(RETRY_LIMIT_MS, FIRST_RETRY_MS * 2 ** Math.min(question.attempts, 10));
    question.askAtMono = this.#context.clock.monoMs() + waitMs;
  }

  /** Once. A commit that the disk refuses is tried again with the next look. */
  #tell({ symbol, exchangeOrderId }: Question, fired: Fired): void {
    if (fired.isTold) return;
    const { books, clock, log } = this.#context;
    const reason = `a second stop of ${symbol} has fired order ${exchangeOrderId}, and its trades cannot be read; they are asked for on, and nothing is bought until they are booked`;
    log.error({ symbol, exchangeOrderId }, reason);
    const nowMs = clock.epochMs();
    books.commit({
      pair: raiseAttention(books.pair(symbol), reason),
      journal: [
        journal(nowMs, 'stop.duplicate-unread', symbol, { orderId: exchangeOrderId }),
        journal(nowMs, 'pair.needs_attention', symbol, { reason }),
      ],
    });
    fired.isTold = true;
  }

  #end(key: string, hasSold: boolean): void {
    this.#questions.get(key)?.fired?.onEnd(hasSold);
    this.#questions.delete(key);
  }

  /** It is an open intent's own order: its trades come with that intent's end, and are nothing late. */
  #isFollowedItself(symbol: string, exchangeOrderId: string): boolean {
    const { openIntents } = this.#context.books.pair(symbol);
    return openIntents.some((intent) => intent.exchangeOrderId === exchangeOrderId);
  }

  /** A stop that rests, while a second one of it has sold. */
  #openStop(intentId: number): Intent | undefined {
    const { books } = this.#context;
    return books.openIntent(({ id, stop }) => id === intentId && stop !== undefined)?.intent;
  }

  #find(key: IntentKey): ClosedIntent | null {
    const { books } = this.#context;
    const known = books.closedIntent(key);
    return known && books.has(known.intent.symbol) ? known : null;
  }
}

const keyOf = (intentId: number, exchangeOrderId: string): string => `${intentId} ${exchangeOrderId}`;
