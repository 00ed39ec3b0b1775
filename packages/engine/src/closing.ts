import { assert } from '@mtrade/base';
import { text, ZERO } from '@mtrade/money';
import { type Fill, type Intent, type PairState, settle, settleLate, type Settlement } from '@mtrade/cycle';
import type { EngineContext } from './context.js';
import { journal } from './journal.js';
import type { ChangeSet } from './ports.js';

/**
 * Commits the end of an intent together with what its trades do to the cycle: one transaction, or nothing. An intent of
 * a cycle that a reset has closed meanwhile is booked on that closed cycle.
 */
export function closeIntent(
  context: EngineContext,
  pair: PairState,
  from: Intent,
  next: Intent,
  fills: readonly Fill[],
): void {
  const { books, clock, rules, account, intents, pairs, board, log } = context;
  const nowMs = clock.epochMs();
  const late = pair.cycle?.id !== next.cycleId;
  const {
    pair: after,
    closed,
    notes,
  } = late
    ? settleLate(pair, closedCycleOf(context, next), next, fills, nowMs)
    : settle(pair, next, fills, rules.get(pair.symbol) ?? null, nowMs);

  books.commit({
    pair: after,
    ...cycleChange(after, pair, closed),
    intentMoves: [{ intent: next, from: from.state }],
    fills: fills.map((fill) => ({ fill, intentId: next.id, cycleId: next.cycleId })),
    journal: [
      journal(nowMs, `order.${next.state.toLowerCase()}`, pair.symbol, describe(next)),
      ...notes.map((note) => journal(nowMs, note.event, pair.symbol, note.details)),
    ],
  });

  const nowMono = clock.monoMs();
  intents.delete(next.id);
  board.counters.increment('fills_booked', fills.length);
  account.close(next.id, nowMono, fills.length > 0);
  const memory = pairs.get(pair.symbol);
  if (memory) {
    memory.lastActivityMono = nowMono;
    context.followUps.add(pair.symbol);
  }
  log.info(
    { symbol: pair.symbol, clientOrderId: next.clientOrderId, state: next.state, fills: fills.length, late },
    'order closed',
  );
}

/** What became of the pair's cycle: it goes on with new numbers, or it is history. */
function cycleChange(
  after: PairState,
  before: PairState,
  closed: Settlement['closed'],
): Pick<ChangeSet, 'cycle' | 'closedCycle'> {
  const { symbol } = after;
  return {
    ...(closed && { closedCycle: { ...closed, symbol } }),
    ...(after.cycle && after.cycle !== before.cycle && { cycle: { ...after.cycle, symbol } }),
  };
}

function closedCycleOf(context: EngineContext, intent: Intent): NonNullable<Settlement['closed']> {
  const closed = context.books.closedCycle(intent.cycleId);
  assert(closed, `${intent.clientOrderId} belongs to cycle ${intent.cycleId}, which the books do not know`);
  return closed;
}

const describe = (intent: Intent): Record<string, unknown> => ({
  clientOrderId: intent.clientOrderId,
  purpose: intent.purpose,
  step: intent.step,
  exchangeOrderId: intent.exchangeOrderId,
  finishAs: intent.finishAs,
  filledBase: text(intent.filledBase ?? ZERO),
  filledQuote: text(intent.filledQuote ?? ZERO),
});
