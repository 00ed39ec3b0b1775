import { errorText } from '@mtrade/base';
import { Owner } from '@mtrade/board';
import {
  armTriggers,
  decide,
  type Decision,
  type DecisionContext,
  type PairState,
  raiseAttention,
} from '@mtrade/cycle';
import type { EngineContext, PairMemory } from './context.js';
import { decisionContext } from './decision-context.js';
import { isFatal } from './fatal.js';
import { journal } from './journal.js';
import { MarketReader } from './market-reader.js';
import { placeOrder } from './placing.js';

/** How a pass came about: only an urgent one measures the way from the tick to the decision. */
export type PassKind = 'urgent' | 'round-robin';
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
    this.#market = new MarketReader(context.board);
  }

  process(symbol: string, kind: PassKind): PassResult {
    const { board, clock, generation } = this.#context;
    const memory = this.#context.pairs.get(symbol) as PairMemory;
    if (clock.monoMs() < memory.restUntilMono) return 'skipped';
    if (!board.slots.tryClaim(memory.index, Owner.cycler, generation)) return 'skipped';
    board.slots.takeDirty(memory.index);
    try {
      this.#pass(symbol, memory, kind);
      memory.errors = 0;
    } catch (error) {
      this.#rest(symbol, memory, error);
    } finally {
      board.slots.stamp(memory.index, clock.monoMs());
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
    const context = decisionContext(this.#context, pair, this.#market, nowMono);
    const decision = decide(pair, context);
    memory.decidedMono = nowMono;
    memory.waitingFor = decision.type === 'wait' ? decision.reason : null;
    if (kind === 'urgent')
      board.latencies.record('tick_to_decision', (clock.monoMs() - this.#market.receivedMono) * 1_000);

    this.#carryOut(pair, memory, decision, kind);
    this.#arm(symbol, memory, context, decision);
  }

  #carryOut(pair: PairState, memory: PairMemory, decision: Decision, kind: PassKind): void {
    const { books, clock, options } = this.#context;
    switch (decision.type) {
      case 'wait':
        return;
      case 'place': {
        // The price is looked at once more: between decision and commit it may have gone stale.
        const view = this.#market.view(memory.index, clock.monoMs());
        if (view.ageMs > options.staleAfterMs) {
          memory.waitingFor = 'price_stale';
          return;
        }
        return placeOrder(
          this.#context,
          pair,
          decision.draft,
          kind === 'urgent' ? this.#market.receivedMono : null,
        );
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
   */
  #arm(symbol: string, memory: PairMemory, context: DecisionContext, decision: Decision): void {
    const { board, books } = this.#context;
    const triggers = armTriggers(books.pair(symbol), context);
    const { bid, ask, levelAsk } = context.market;
    const seen = triggers.askLevel > 1 ? levelAsk : ask;
    const buyCrossed =
      triggers.buyAtOrBelow !== null && seen !== null && Number(seen.toFixed()) <= triggers.buyAtOrBelow;
    const sellCrossed =
      triggers.sellAtOrAbove !== null && bid !== null && Number(bid.toFixed()) >= triggers.sellAtOrAbove;
    const fruitless = decision.type === 'wait';
    board.triggers.arm(memory.index, {
      askLevel: triggers.askLevel,
      buyAtOrBelow: fruitless && buyCrossed ? null : triggers.buyAtOrBelow,
      sellAtOrAbove: fruitless && sellCrossed ? null : triggers.sellAtOrAbove,
    });
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
