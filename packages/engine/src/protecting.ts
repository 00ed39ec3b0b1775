import type { MonoMs } from '@mtrade/base';
import {
  type Decision,
  type DecisionContext,
  type Intent,
  isRestored,
  manualSell,
  type PairState,
  type Protection,
  protection,
  raiseAttention,
  restingStop,
  type RollbackReason,
} from '@mtrade/cycle';
import type { EngineContext, PairMemory } from './context.js';
import { journal } from './journal.js';
import { placeOrder, placeStop } from './placing.js';
import { rollingBack } from './rolling-back.js';
import { sellWishMs, stopMemory, withoutSellWish } from './stop-memory.js';

/** Cancel and look: longer than this the answer is not waited for. */
const GIVE_UP_MS = 15_000;
const CANCEL_COST = 2;

/**
 * What the pair's protective stop needs comes between the decision and its carrying out: a sale must end the stop
 * first, and a position without one gets it before anything is bought. True: this pass belongs to the stop.
 */
export function protect(
  context: EngineContext,
  pair: PairState,
  decision: Decision,
  facts: DecisionContext,
  nowMono: MonoMs,
): boolean {
  const memory = context.pairs.get(pair.symbol) as PairMemory;
  if (pair.position === null && pair.openIntents.length === 0) return false;
  if (decision.type === 'attention') return false;
  const stop = restingStop(pair);
  const isEnding = stop !== undefined && stopMemory(context, stop).cancelling !== null;
  const isSale = decision.type === 'place' && decision.draft.side === 'sell';
  const wishMs = sellWishMs(memory, pair.position, facts.nowMs, nowMono);
  const wantsSale = isSale || (wishMs !== null && wishMs > 0 && !context.draining && !isRestored(pair));
  if (isEnding || (stop !== undefined && wantsSale)) {
    memory.waitingFor = 'stop_ending';
    if (!isEnding) cancelStop(context, stop, 'sale', nowMono);
    return true;
  }
  if (wishMs !== null) {
    if (sellNow(context, pair, facts, { wishMs, nowMono })) return true;
    pair = context.books.pair(pair.symbol);
  }
  if (isSale) return false;
  // A shutdown still puts back what it has found taken away: the position outlives the engine.
  return carryOut(context, pair, { ...facts, trading: context.books.trading }, memory, nowMono);
}

function carryOut(
  context: EngineContext,
  pair: PairState,
  facts: DecisionContext,
  memory: PairMemory,
  nowMono: MonoMs,
): boolean {
  const needed: Protection = protection(pair, facts);
  memory.stopWaitsFor = needed.type === 'wait' ? needed.reason : null;
  switch (needed.type) {
    case 'nothing':
    case 'wait':
      return false;
    case 'impossible':
      memory.stopProblem = 'it is too small for an order of this pair';
      return false;
    case 'place':
      placeStop(context, pair, needed.draft, nowMono);
      memory.waitingFor = null;
      return true;
    case 'cancel':
      memory.waitingFor = 'stop_ending';
      cancelStop(context, needed.stop, needed.why, nowMono);
      return true;
    case 'roll-back':
      rollBack(context, pair, needed.reason);
      memory.waitingFor = 'rolling_back';
      // The reason is on disk: the sale itself may follow at once.
      carryOut(context, context.books.pair(pair.symbol), facts, memory, nowMono);
      return true;
    case 'exit':
      placeOrder(context, pair, needed.draft, { nowMono, tickMono: null });
      memory.waitingFor = null;
      return true;
    case 'attention': {
      const { books, clock } = context;
      books.commit({
        pair: raiseAttention(pair, needed.reason),
        journal: [
          journal(clock.epochMs(), 'position.rollback-failed', pair.symbol, { reason: needed.reason }),
        ],
      });
      return true;
    }
  }
}

/** Asks for the end of a stop; what comes of it is seen by the look that follows. */
export function cancelStop(context: EngineContext, stop: Intent, why: string, nowMono: MonoMs): void {
  const { books, budget, clock, intents, lane } = context;
  const memory = stopMemory(context, stop);
  const stopId = stop.stop?.stopId ?? null;
  if (stopId === null || memory.cancelling !== null || !budget.allowsUrgent(nowMono, CANCEL_COST)) return;
  const companion = intents.get(stop.id);
  // One try a second: after a look that still found it, the next one is due when the next look is.
  if (companion && memory.wasCancelled && nowMono < companion.askAtMono) return;
  books.commit({ journal: [journal(clock.epochMs(), 'stop.cancelling', stop.symbol, { stopId, why })] });
  memory.cancelling = why;
  memory.wasCancelled = true;
  if (companion) companion.askedUntilMono = nowMono + GIVE_UP_MS;
  budget.take(nowMono, CANCEL_COST);
  lane.request({ type: 'cancel-stop', intentId: stop.id, symbol: stop.symbol, stopId });
}

function rollBack(context: EngineContext, pair: PairState, reason: RollbackReason): void {
  const { books, pairs } = context;
  if (pair.position === null) return;
  const problem = pairs.get(pair.symbol)?.stopProblem ?? null;
  const rolling = rollingBack(context, pair, reason, problem);
  books.commit({ pair: rolling.pair, journal: [rolling.entry] });
}

/** The operator's sale that had to wait for the end of the stop. The wish ends in the commit that fulfils it. */
function sellNow(
  context: EngineContext,
  pair: PairState,
  facts: DecisionContext,
  { wishMs, nowMono }: { readonly wishMs: number; readonly nowMono: MonoMs },
): boolean {
  const decision = manualSell(pair, facts);
  if (decision?.type === 'place' && wishMs > 0) {
    placeOrder(context, withoutSellWish(pair), decision.draft, { nowMono, tickMono: null });
    return true;
  }
  // A shutdown sells nothing more, and a wish that waited on would keep the stop from being put back.
  const isOver = decision === null || wishMs <= 0 || decision.type === 'attention' || context.draining;
  if (!isOver) return true;
  const late = decision?.type === 'wait' ? decision.reason : 'its time is over';
  const reason = decision === null ? 'nothing is held any more' : late;
  context.books.commit({
    pair: withoutSellWish(pair),
    journal: [journal(context.clock.epochMs(), 'operator.sell-now-failed', pair.symbol, { reason })],
  });
  return false;
}
