import { type Intent, isOwnClientOrderId, maySpeakOfMore, type OrderSighting } from '@mtrade/cycle';
import { bookLateFill } from './closing.js';
import type { EngineContext } from './context.js';
import type { ClosedIntent, IntentKey, WireSettledOrder } from './ports.js';
import { fillFromWire } from './wire.js';

/** A word about an order under one of our names, from wherever it comes. */
export interface Sighting extends OrderSighting {
  readonly clientOrderId: string;
}

interface Question {
  readonly symbol: string;
  readonly exchangeOrderIds: Set<string>;
  askAtMono: number;
  attempts: number;
  /** Called once nothing more is asked. */
  readonly onEnd: (() => void)[];
}

/** Each order costs a look at itself and one at its trades. */
const COST = 2;
const FIRST_RETRY_MS = 1_000;
const RETRY_LIMIT_MS = 30_000;
/** An answer that has not come by then is asked for again. */
const GIVE_UP_MS = 30_000;
/** An order that did not trade is forgotten by the exchange after a minute: then there is nothing to find any more. */
const MOST_ATTEMPTS = 20;

/**
 * The late-fill detector. An order of ours that trades after its intent has ended - it stayed unseen for longer than
 * any order may, or the network delivered it twice - must neither be lost nor stop the engine: its trades are asked
 * for, booked under the ended intent, and buying on the pair halts until somebody has looked.
 */
export class LateFills {
  readonly #context: EngineContext;
  readonly #questions = new Map<number, Question>();

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
    const question = this.#questions.get(id);
    if (question?.exchangeOrderIds.has(exchangeOrderId)) return;
    log.warn({ symbol, clientOrderId, exchangeOrderId, state }, 'an order that has ended is seen again');
    const ids = new Set([...(question?.exchangeOrderIds ?? []), exchangeOrderId]);
    const onEnd = question?.onEnd ?? [];
    this.#questions.set(id, { symbol, exchangeOrderIds: ids, askAtMono: clock.monoMs(), attempts: 0, onEnd });
  }

  /** An order that a second stop of this intent has fired: its trades are no other intent's. */
  follow(intentId: number, symbol: string, exchangeOrderId: string, onEnd: () => void): void {
    const question = this.#questions.get(intentId);
    this.#questions.set(intentId, {
      symbol,
      exchangeOrderIds: new Set([...(question?.exchangeOrderIds ?? []), exchangeOrderId]),
      askAtMono: this.#context.clock.monoMs(),
      attempts: 0,
      onEnd: [...(question?.onEnd ?? []), onEnd],
    });
  }

  /** Asks for the trades of what was seen, again and again until they are there. */
  tick(): void {
    if (this.#questions.size === 0) return;
    const { budget, lane, log, clock } = this.#context;
    const nowMono = clock.monoMs();
    for (const [intentId, question] of this.#questions) {
      const { symbol, exchangeOrderIds, attempts } = question;
      const cost = exchangeOrderIds.size * COST;
      if (nowMono < question.askAtMono || !budget.allowsLookUp(nowMono, cost)) continue;
      if (attempts >= MOST_ATTEMPTS) {
        this.#end(intentId);
        log.warn({ symbol, intentId, orders: [...exchangeOrderIds] }, 'the order seen again leads nowhere');
        continue;
      }
      budget.take(nowMono, cost);
      question.attempts += 1;
      question.askAtMono = nowMono + GIVE_UP_MS;
      lane.request({ type: 'follow', intentId, symbol, exchangeOrderIds: [...exchangeOrderIds] });
    }
  }

  /** All trades of orders under an ended intent: those that are not in the books yet are booked. */
  arrived(intentId: number, orders: readonly WireSettledOrder[]): void {
    const intent = this.#find({ id: intentId })?.intent ?? this.#openStop(intentId);
    if (!intent) return;
    const { books } = this.#context;
    const fresh = orders
      .flatMap((order) => order.fills)
      .map(fillFromWire)
      .filter(({ symbol, tradeId }) => !books.isBooked(symbol, tradeId));
    const isOurs = fresh.every(({ symbol, side }) => symbol === intent.symbol && side === intent.side);
    if (!isOurs) {
      const { clientOrderId, symbol } = intent;
      this.#context.log.error(
        { symbol, clientOrderId },
        'trades of another order under our name: not booked',
      );
    } else if (fresh.length > 0) bookLateFill(this.#context, intent, fresh);
    // Only now: a commit that the disk refused is tried again.
    this.#end(intentId);
  }

  /** The trades could not be brought yet. */
  failed(intentId: number): void {
    const question = this.#questions.get(intentId);
    if (!question) return;
    const waitMs = Math.min(RETRY_LIMIT_MS, FIRST_RETRY_MS * 2 ** Math.min(question.attempts, 10));
    question.askAtMono = this.#context.clock.monoMs() + waitMs;
  }

  #end(intentId: number): void {
    const question = this.#questions.get(intentId);
    this.#questions.delete(intentId);
    for (const tell of question?.onEnd ?? []) tell();
  }

  /** A stop that rests, while a second one of it has sold. */
  #openStop(intentId: number): Intent | undefined {
    for (const { openIntents } of this.#context.books.pairs()) {
      const intent = openIntents.find(({ id, stop }) => id === intentId && stop !== undefined);
      if (intent) return intent;
    }
    return undefined;
  }

  #find(key: IntentKey): ClosedIntent | null {
    const { books } = this.#context;
    const known = books.closedIntent(key);
    return known && books.has(known.intent.symbol) ? known : null;
  }
}
