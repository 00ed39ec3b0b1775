import { errorText } from '@mtrade/base';
import { Owner } from '@mtrade/board';
import {
  armTriggers,
  decide,
  type Decision,
  type DecisionContext,
  type MarketView,
  type PairState,
  priceRefusal,
  raiseAttention,
  type Triggers,
  waitsForLevels,
} from '@mtrade/cycle';
import { toDouble } from '@mtrade/money';
import type { EngineContext, PairMemory } from './context.js';
import { decisionContext } from './decision-context.js';
import { isFatal } from './fatal.js';
import { journal } from './journal.js';
import { MarketReader } from './market-reader.js';
import { placeOrder } from './placing.js';
import { protect } from './protecting.js';

/**
 * How a pass came about. Only a crossing, which waits for nothing, measures the way from the tick to the decision; an
 * order that an urgent look at any frame leads to measures the way from there.
 */
export type PassKind = 'crossing' | 'urgent' | 'round-robin';
export type PassResult = 'processed' | 'skipped';

/** A pair that throws rests this long for its first error, doubling up to the limit; the others are unaffected. */
const REST_AFTER_ERROR_MS = 1_000;
const REST_LIMIT_MS = 60_000;

/** One pass over one pair: claim, load, decide, commit, release. The claim covers memory and disk, never a network call. */
export class PairProcessor {
  readonly #context: EngineContext;
  readonly #market: MarketReader;

  constructor(context: EngineContext) {
    this.#context = context;
    this.#market = new MarketReader(context.board, context.exchangeClock);
  }

  process(symbol: string, kind: PassKind): PassResult {
    const { board, clock, generation } = this.#context;
    const memory = this.#context.pairs.get(symbol) as PairMemory;
    if (clock.monoMs() < memory.restUntilMono) return 'skipped';
    if (!board.slots.tryClaim(memory.index, Owner.cycler, generation)) return 'skipped';
    board.slots.takeDirty(memory.index);
    // At the beginning: what a frame brings during the pass belongs to the same debounce window.
    board.slots.stamp(memory.index, clock.monoMs());
    try {
      this.#pass(symbol, memory, kind);
      memory.errors = 0;
    } catch (error) {
      this.#rest(symbol, memory, error);
    } finally {
      board.slots.release(memory.index, Owner.cycler, generation);
    }
    return 'processed';
  }

  /** True when a trigger was crossed while the pair was being processed: it is served right after. */
  wantsAnother(symbol: string): boolean {
    return this.#context.board.slots.takeDirty((this.#context.pairs.get(symbol) as PairMemory).index);
  }

  #pass(symbol: string, memory: PairMemory, kind: PassKind): void {
    const { board, books, clock } = this.#context;
    const pair = books.pair(symbol);
    const nowMono = clock.monoMs();
    const priceVersion = this.#market.version(memory.index);
    const context = decisionContext(this.#context, pair, this.#market, nowMono);
    const decision = decide(pair, context);
    const decidedMono = clock.monoMs();
    // Only a frame that no pass has looked at before tells how long a frame waits; what another channel's frame or a
    // back-off brought about measures nothing.
    const { receivedMono } = this.#market;
    const tickMono = kind !== 'round-robin' && receivedMono > (memory.decidedMono ?? 0) ? receivedMono : null;
    memory.decidedMono = nowMono;
    board.slots.decided(memory.index, nowMono);
    memory.waitingFor = decision.type === 'wait' ? decision.reason : null;

    const isForStop = protect(this.#context, pair, decision, context, nowMono);
    if (!isForStop) this.#carryOut(pair, memory, context, decision, tickMono);
    // Here and not before: an order does not wait for the histogram.
    if (tickMono !== null && kind === 'crossing')
      board.latencies.record('tick_to_decision', (decidedMono - tickMono) * 1_000);
    this.#arm(symbol, memory, context, { decision, isForStop, priceVersion });
  }

  #carryOut(
    pair: PairState,
    memory: PairMemory,
    context: DecisionContext,
    decision: Decision,
    tickMono: number | null,
  ): void {
    const { books, clock } = this.#context;
    switch (decision.type) {
      case 'wait':
        return;
      case 'place': {
        // The price is looked at once more: between decision and commit it may have gone stale, or jumped.
        const nowMono = clock.monoMs();
        const market = this.#market.view(memory.index, nowMono);
        const refused = priceRefusal(pair, { ...context, market }, decision.draft);
        if (refused !== null) {
          memory.waitingFor = refused;
          return;
        }
        return placeOrder(this.#context, pair, decision.draft, { nowMono, tickMono });
      }
      case 'attention': {
        const nowMs = clock.epochMs();
        books.commit({
          pair: raiseAttention(pair, decision.reason),
          journal: [journal(nowMs, 'pair.needs_attention', pair.symbol, { reason: decision.reason })],
        });
        memory.waitingFor = 'needs_attention';
      }
    }
  }

  /**
   * Arms what could act on the next frame. When a crossing has just led to nothing (not enough money, a guard), arming
   * again would make every frame urgent: the debounced path looks again soon enough.
   *
   * The reactor writes a price before it reads the levels; here the levels are armed before the price is read again.
   * So a price that came during the pass is compared with the new levels by at least one of the two threads.
   */
  #arm(
    symbol: string,
    memory: PairMemory,
    context: DecisionContext,
    pass: { readonly decision: Decision; readonly isForStop: boolean; readonly priceVersion: number },
  ): void {
    const { decision, isForStop, priceVersion } = pass;
    const { board, books, clock } = this.#context;
    const pair = books.pair(symbol);
    const triggers = armTriggers(pair, context);
    const already = decision.type === 'wait' ? reached(triggers, context.market) : NEITHER;
    const armed: Triggers = {
      askLevel: triggers.askLevel,
      buyAtOrBelow: already.buy ? null : triggers.buyAtOrBelow,
      sellAtOrAbove: already.sell ? null : triggers.sellAtOrAbove,
    };
    // A pass that belonged to the stop has not done what it decided: it has to come again soon.
    const isPatient = !isForStop && waitsForLevels(pair, decision, armed);
    board.triggers.arm(memory.index, { ...armed, isPatient });
    if (this.#market.version(memory.index) === priceVersion) return;
    const now = reached(armed, this.#market.view(memory.index, clock.monoMs()));
    if (now.buy || now.sell) board.slots.markDirty(memory.index);
  }

  /** An unexpected error belongs to its pair: counted, logged, and the pair rests. A contradiction stops the engine. */
  #rest(symbol: string, memory: PairMemory, error: unknown): void {
    const { board, clock, log } = this.#context;
    if (isFatal(error)) throw error;
    board.counters.increment('errors');
    const restMs = Math.min(REST_LIMIT_MS, REST_AFTER_ERROR_MS * 2 ** memory.errors);
    memory.errors += 1;
    memory.restUntilMono = clock.monoMs() + restMs;
    log.error({ symbol, restMs, error: errorText(error) }, 'a pass over the pair failed; the pair rests');
  }
}

const NEITHER = { buy: false, sell: false } as const;

/** Which of the levels these prices have reached. A level of the book that is not known has reached nothing. */
function reached(triggers: Triggers, market: MarketView): { readonly buy: boolean; readonly sell: boolean } {
  const { buyAtOrBelow, sellAtOrAbove, askLevel } = triggers;
  const deep = market.askLevel === askLevel ? market.levelAsk : null;
  const ask = askLevel > 1 ? deep : market.ask;
  return {
    buy: buyAtOrBelow !== null && ask !== null && toDouble(ask) <= buyAtOrBelow,
    sell: sellAtOrAbove !== null && market.bid !== null && toDouble(market.bid) >= sellAtOrAbove,
  };
}
