import { type EpochMs, errorText, type MonoMs } from '@mtrade/base';
import { type EngineContext, type IntentMemory, newIntentMemory } from './context.js';
import { type Intent, isDuplicate, isUnresolved, type PairState } from '@mtrade/cycle';
import { isFatal } from './fatal.js';
import { journal } from './journal.js';
import type { LaneEvents } from './lane-events.js';
import { StopWatch } from './stop-watch.js';

/** A scan or settle request that has not come back by then is asked for again: the order thread may have died. */
const GIVE_UP_MS = 30_000;
/** Two negative scans must lie at least 2 s apart. */
const SCAN_EVERY_MS = 2_000;
const SCAN_EVERY_LATER_MS = 10_000;
const SCAN_LATER_AFTER_ATTEMPTS = 30;
/** Finished orders are listed by the time of their end, so the window may start a little before the intent. */
const SCAN_MARGIN_MS = 60_000;
/** Requests that one scan costs at the least. */
const SCAN_COST = 3;
/** A look at an order, and one at its trades. */
const SETTLE_COST = 2;
/** Samples of one measurement. */
const CLOCK_COST = 3;
/** A key that is refused is not shown every few seconds. */
const REFUSED_EVERY_MS = 30_000;
/** Another look this long after a fill or rejection: the exchange's balances may lag. */
const BALANCE_RETRY_MS = 2_000;
/** An accepted order is over at once; its trades follow within seconds. */
const STUCK_AFTER_MS = 60_000;
const REST_AFTER_ERROR_MS = 1_000;

/**
 * Sees to it that no open intent is forgotten: silent sends become unknown, unknown ones are scanned for, acknowledged
 * ones are settled. It also keeps the balances and the exchange clock fresh. Nothing here waits for an answer.
 */
export class Resolver {
  readonly #context: EngineContext;
  readonly #lane: Pick<LaneEvents, 'outcomeLost'>;
  readonly #stops: StopWatch;
  #balancesAskedMono = Number.NEGATIVE_INFINITY;
  #clockAskedMono = Number.NEGATIVE_INFINITY;

  constructor(context: EngineContext, lane: Pick<LaneEvents, 'outcomeLost'>) {
    this.#context = context;
    this.#lane = lane;
    this.#stops = new StopWatch(context);
  }

  tick(): void {
    const nowMono = this.#context.clock.monoMs();
    this.#refreshClock(nowMono);
    this.#refreshBalances(nowMono);
    for (const pair of this.#context.books.pairs()) {
      this.#alarmSafely(pair, nowMono);
      for (const intent of pair.openIntents) this.#followSafely(pair, intent, nowMono);
    }
  }

  /** An alarm that the disk refuses is told again in the next turn, and holds nobody up. */
  #alarmSafely(pair: PairState, nowMono: MonoMs): void {
    try {
      this.#stops.alarm(pair, nowMono);
    } catch (error) {
      if (isFatal(error)) throw error;
      this.#context.board.counters.increment('errors');
      this.#context.log.error({ symbol: pair.symbol, error: errorText(error) }, 'an alarm was not written');
    }
  }

  /** A step that fails is tried again after a rest; the intents behind it are not held up. */
  #followSafely(pair: PairState, intent: Intent, nowMono: MonoMs): void {
    try {
      this.#follow(pair, intent, nowMono);
    } catch (error) {
      if (isFatal(error)) throw error;
      const { board, log } = this.#context;
      board.counters.increment('errors');
      this.#memoryOf(intent, nowMono).askAtMono = nowMono + REST_AFTER_ERROR_MS;
      log.error(
        { symbol: pair.symbol, clientOrderId: intent.clientOrderId, error: errorText(error) },
        'an open order could not be followed; it is tried again',
      );
    }
  }

  #follow(pair: PairState, intent: Intent, nowMono: MonoMs): void {
    const memory = this.#memoryOf(intent, nowMono);
    if (intent.state === 'ACKED' || intent.state === 'SETTLING') this.#watch(intent, memory, nowMono);
    if (intent.stop !== undefined && (intent.state === 'LIVE' || isUnresolved(intent.state)))
      return this.#stops.follow(intent, memory, nowMono);
    if (memory.askedUntilMono !== null && nowMono < memory.askedUntilMono) return;
    if (nowMono < memory.askAtMono) return;
    switch (intent.state) {
      case 'SUBMITTED':
        // No answer came back from the order thread at all: it may have died with the request on the wire.
        return this.#lane.outcomeLost(pair, intent, 'no answer');
      case 'UNKNOWN':
      case 'QUARANTINED':
        return this.#scan(intent, memory, nowMono);
      case 'ACKED':
      case 'SETTLING':
      case 'LIVE':
        return this.#settle(intent, memory, nowMono);
      case 'REJECTED':
      case 'NEVER':
      case 'FILLED':
      case 'PARTIAL':
      case 'KILLED':
        return;
    }
  }

  #scan(intent: Intent, memory: IntentMemory, nowMono: MonoMs): void {
    const { budget, lane, options } = this.#context;
    // Accepted once, and not found at once: what the exchange says under its own id decides as well as a name in a list.
    const byId = intent.exchangeOrderId !== null && memory.attempts > 0 && !isDuplicate(intent);
    const cost = SCAN_COST + (byId ? SETTLE_COST : 0);
    if (!budget.allowsLookUp(nowMono, cost)) return;
    budget.take(nowMono, cost);
    memory.attempts += 1;
    memory.askAtMono =
      nowMono + (memory.attempts < SCAN_LATER_AFTER_ATTEMPTS ? SCAN_EVERY_MS : SCAN_EVERY_LATER_MS);
    memory.askedUntilMono = nowMono + GIVE_UP_MS;
    // By the exchange's clock, which the deadline was taken from: the wall clock of this host may be hours ahead of it.
    const fromMs = (intent.deadlineMs - options.orderExpiryMs - SCAN_MARGIN_MS) as EpochMs;
    lane.request({
      type: 'scan',
      intentId: intent.id,
      symbol: intent.symbol,
      clientOrderId: intent.clientOrderId,
      fromMs,
    });
    if (byId) this.#askForTrades(intent);
  }

  #settle(intent: Intent, memory: IntentMemory, nowMono: MonoMs): void {
    const { budget } = this.#context;
    if (intent.exchangeOrderId === null || !budget.allowsLookUp(nowMono, SETTLE_COST)) return;
    budget.take(nowMono, SETTLE_COST);
    memory.attempts += 1;
    memory.askAtMono = nowMono + SCAN_EVERY_MS;
    memory.askedUntilMono = nowMono + GIVE_UP_MS;
    this.#askForTrades(intent);
  }

  #askForTrades({ id: intentId, symbol, exchangeOrderId, stop }: Intent): void {
    if (exchangeOrderId === null) return;
    this.#context.lane.request({
      type: 'settle',
      intentId,
      symbol,
      exchangeOrderId,
      ...(stop && { firedByStop: true as const }),
    });
  }

  /** An order that was accepted and whose trades do not come is told of, once. It is asked for on and on. */
  #watch(intent: Intent, memory: IntentMemory, nowMono: MonoMs): void {
    memory.followedMono ??= nowMono;
    if (memory.isStuck || nowMono - memory.followedMono < STUCK_AFTER_MS) return;
    const { books, clock, log } = this.#context;
    const { symbol, clientOrderId, exchangeOrderId } = intent;
    books.commit({
      journal: [journal(clock.epochMs(), 'order.trades-missing', symbol, { clientOrderId, exchangeOrderId })],
    });
    memory.isStuck = true;
    log.warn({ symbol, clientOrderId, exchangeOrderId }, 'the trades of an accepted order do not add up');
  }

  #memoryOf(intent: Intent, nowMono: MonoMs): IntentMemory {
    const { intents } = this.#context;
    let memory = intents.get(intent.id);
    if (!memory) {
      // Left by an earlier life of the engine: ask at once.
      memory = newIntentMemory({ tickMono: null, committedMono: nowMono, askAtMono: nowMono });
      intents.set(intent.id, memory);
    }
    return memory;
  }

  /** Balances: regularly, and once more shortly after something on the account has moved. */
  #refreshBalances(nowMono: MonoMs): void {
    const { lane, options, budget } = this.#context;
    const wantedMs = this.#context.account.wantsRefresh(nowMono) ? BALANCE_RETRY_MS : options.balanceEveryMs;
    const dueMs = this.#context.access.keyRefused === null ? wantedMs : REFUSED_EVERY_MS;
    if (nowMono - this.#balancesAskedMono < dueMs || !budget.allowsLookUp(nowMono)) return;
    this.#balancesAskedMono = nowMono;
    budget.take(nowMono);
    lane.request({ type: 'refresh-balances' });
  }

  #refreshClock(nowMono: MonoMs): void {
    const { lane, options, exchangeClock, budget } = this.#context;
    const dueMs =
      exchangeClock.errorMs(nowMono) < options.maxClockErrorMs ? options.clockEveryMs : BALANCE_RETRY_MS;
    if (nowMono - this.#clockAskedMono < dueMs || !budget.allowsLookUp(nowMono, CLOCK_COST)) return;
    this.#clockAskedMono = nowMono;
    budget.take(nowMono, CLOCK_COST);
    lane.request({ type: 'refresh-clock' });
  }
}
