import type { MonoMs } from '@mtrade/base';
import { type Intent, type PairState, stopNotBeforeMs, UNPROTECTED_ALARM_MS } from '@mtrade/cycle';
import type { EngineContext, IntentMemory } from './context.js';
import { journal } from './journal.js';
import { MarketReader } from './market-reader.js';
import { bareMs, stopMemory, stopProblem } from './stop-memory.js';

/** A look that has not come back by then is asked for again. */
const GIVE_UP_MS = 15_000;
const FIND_EVERY_MS = 2_000;
const FIND_EVERY_LATER_MS = 10_000;
/** Past the minute after which an absence counts. */
const LATER_AFTER_ATTEMPTS = 45;
/** A list of open and of finished stops. */
const FIND_COST = 2;
/** The price is at or below the stop: the exchange fires now, or has. */
const NEAR_EVERY_MS = 1_000;
/** So many looks by the stop's id that failed: the lists are asked. */
const LOOK_TRIES = 6;

/**
 * Sees to it that no stop is forgotten: a resting one is looked at now and then, and at once when the price is at it; one
 * whose outcome is unknown is looked for. And that no position lies without one unnoticed.
 */
export class StopWatch {
  readonly #context: EngineContext;
  readonly #market: MarketReader;

  constructor(context: EngineContext) {
    this.#context = context;
    this.#market = new MarketReader(context.board, context.exchangeClock);
  }

  follow(intent: Intent, memory: IntentMemory, nowMono: MonoMs): void {
    if (memory.askedUntilMono !== null && nowMono < memory.askedUntilMono) return;
    const isDue = nowMono >= memory.askAtMono;
    if (intent.state !== 'LIVE') {
      if (isDue) this.#find(intent, memory, nowMono);
      return;
    }
    if (!isDue && !this.#isNear(intent, nowMono)) return;
    // Only now the request that was given up is over, and with it the attempt to take the stop back.
    stopMemory(this.#context, intent).cancelling = null;
    if (memory.attempts >= LOOK_TRIES) this.#find(intent, memory, nowMono);
    else this.#look(intent, memory, nowMono);
  }

  /** The alarm about a position that has been without a stop for too long, once for each time. */
  alarm(pair: PairState, nowMono: MonoMs): void {
    const { clock, pairs, books, log } = this.#context;
    const memory = pairs.get(pair.symbol);
    if (!memory || (pair.position === null && !memory.isAlarmed)) return;
    const forMs = bareMs(memory, pair.position, clock.epochMs(), nowMono);
    if (forMs === null) {
      memory.isAlarmed = false;
      return;
    }
    if (memory.isAlarmed || forMs < UNPROTECTED_ALARM_MS) return;
    const reason = stopProblem(memory) ?? 'its stop is not in place';
    log.error({ symbol: pair.symbol, forMs, reason }, 'a position has no protective stop');
    books.commit({
      journal: [journal(clock.epochMs(), 'position.unprotected', pair.symbol, { forMs, reason })],
    });
    memory.isAlarmed = true;
  }

  #look(intent: Intent, memory: IntentMemory, nowMono: MonoMs): void {
    const { budget, lane } = this.#context;
    const stopId = intent.stop?.stopId ?? null;
    if (stopId === null || !budget.allowsLookUp(nowMono)) return;
    budget.take(nowMono);
    memory.attempts += 1;
    memory.askedUntilMono = nowMono + GIVE_UP_MS;
    lane.request({ type: 'look-stop', intentId: intent.id, symbol: intent.symbol, stopId });
  }

  #find(intent: Intent, memory: IntentMemory, nowMono: MonoMs): void {
    const { budget, lane } = this.#context;
    if (!budget.allowsLookUp(nowMono, FIND_COST)) return;
    budget.take(nowMono, FIND_COST);
    memory.attempts += 1;
    memory.askAtMono =
      nowMono + (memory.attempts < LATER_AFTER_ATTEMPTS ? FIND_EVERY_MS : FIND_EVERY_LATER_MS);
    memory.askedUntilMono = nowMono + GIVE_UP_MS;
    const fromMs = stopNotBeforeMs(intent);
    lane.request({ type: 'find-stops', intentId: intent.id, symbol: intent.symbol, fromMs });
  }

  #isNear(intent: Intent, nowMono: MonoMs): boolean {
    const memory = stopMemory(this.#context, intent);
    if (nowMono - memory.nearMono < NEAR_EVERY_MS) return false;
    const index = this.#context.pairs.get(intent.symbol)?.index;
    if (index === undefined || intent.stop === undefined) return false;
    const { last, bid } = this.#market.view(index, nowMono);
    const price = last ?? bid;
    if (price === null || price.gt(intent.stop.triggerPrice)) return false;
    memory.nearMono = nowMono;
    return true;
  }
}
