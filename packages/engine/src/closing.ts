import { assert } from '@mtrade/base';
import { sum, text, ZERO } from '@mtrade/money';
import {
  DUPLICATE,
  haltAfterStopOuts,
  type Fill,
  type Intent,
  type PairState,
  raiseAttention,
  SELF_TRADE,
  settle,
  settleLate,
  settleLateFill,
  type Settlement,
} from '@mtrade/cycle';
import type { EngineContext } from './context.js';
import { journal } from './journal.js';
import { newTrades } from './new-trades.js';
import type { ChangeSet, JournalEntry } from './ports/index.js';

/**
 * Commits the end of an intent together with what its trades do to the cycle: one transaction, or nothing. An intent of
 * a cycle that is over is booked on that closed cycle. Two orders under one name are for a human to look at.
 *
 * `all` are all of its trades; those of a stop that are booked under it already change nothing once more.
 */
export function closeIntent(
  context: EngineContext,
  pair: PairState,
  from: Intent,
  next: Intent,
  all: readonly Fill[],
  entries: readonly JournalEntry[] = [],
): void {
  const { books, clock, rules, account, intents, board, log } = context;
  const nowMs = clock.epochMs();
  // Only of a stop may trades be booked before its end. Of any other order they would mean that somebody else writes
  // these books by now, and that the commit finds out.
  const fills = next.stop === undefined ? all : newTrades(books, all);
  const late = pair.cycle?.id !== next.cycleId;
  const settled = late
    ? settleLate(pair, closedCycleOf(context, next), next, fills, nowMs)
    : settle(pair, next, fills, rules.get(pair.symbol) ?? null, nowMs);
  const halted = settled.closed === null ? settled : { ...settled, pair: afterEnd(context, settled.pair) };
  const settlement =
    next.finishAs === DUPLICATE
      ? { ...halted, pair: raiseAttention(halted.pair, duplicateReason(next)) }
      : halted;
  const { attention } = settlement.pair;
  const isHalt = attention !== null && attention !== pair.attention;

  commitSettlement(context, pair, settlement, next, fills, {
    intentMoves: [{ intent: next, from: from.state }],
    journal: [
      ...entries,
      journal(nowMs, `order.${next.state.toLowerCase()}`, pair.symbol, describe(next)),
      ...(next.finishAs === SELF_TRADE
        ? [journal(nowMs, 'order.self-trade', pair.symbol, describe(next))]
        : []),
      ...(isHalt ? [journal(nowMs, 'pair.needs_attention', pair.symbol, { reason: attention })] : []),
    ],
  });

  intents.delete(next.id);
  context.stops.delete(next.id);
  account.close(next.id, clock.monoMs(), all.length > 0);
  log.info(
    { symbol: pair.symbol, clientOrderId: next.clientOrderId, state: next.state, fills: fills.length, late },
    'order closed',
  );
  board.counters.increment('fills_booked', fills.length);
}

/**
 * Commits those of the trades that the books do not have, under an intent that had ended before: they are booked, told,
 * and buying halts. The intent itself stays as it is.
 */
export function bookLateFill(context: EngineContext, intent: Intent, seen: readonly Fill[]): void {
  const { books, clock, rules, board, log } = context;
  const fills = newTrades(books, seen);
  if (fills.length === 0) return;
  const pair = books.pair(intent.symbol);
  const nowMs = clock.epochMs();
  const ended = pair.cycle?.id === intent.cycleId ? null : closedCycleOf(context, intent);
  const settlement = settleLateFill(pair, ended, intent, fills, rules.get(pair.symbol) ?? null, nowMs);
  const details = {
    ...describe(intent),
    state: intent.state,
    trades: fills.map((fill) => fill.tradeId),
    amount: text(sum(fills.map((fill) => fill.baseAmount))),
  };
  log.error({ symbol: pair.symbol, ...details }, 'an order has traded after its end; buying halts');
  commitSettlement(context, pair, settlement, intent, fills, {
    journal: [
      journal(nowMs, 'order.late-fill', pair.symbol, details),
      journal(nowMs, 'pair.needs_attention', pair.symbol, { reason: settlement.pair.attention }),
    ],
  });
  board.counters.increment('fills_booked', fills.length);
}

/** Pair, cycle, trades and journal as one change; afterwards the pair is looked at in the next turn. */
function commitSettlement(
  { books, clock, pairs, followUps }: EngineContext,
  before: PairState,
  { pair, closed, notes, takenIn }: Settlement,
  intent: Intent,
  fills: readonly Fill[],
  change: Pick<ChangeSet, 'intentMoves' | 'journal'>,
): void {
  const { symbol } = before;
  books.commit({
    ...change,
    pair,
    ...cycleChange(pair, before, closed),
    ...(takenIn && { takenIn: { ...takenIn, symbol, cycleId: intent.cycleId } }),
    fills: fills.map((fill) => ({ fill, intentId: intent.id, cycleId: intent.cycleId })),
    journal: [
      ...(change.journal ?? []),
      ...notes.map((note) => journal(clock.epochMs(), note.event, symbol, note.details)),
    ],
  });
  const memory = pairs.get(symbol);
  if (!memory) return;
  memory.lastActivityMono = clock.monoMs();
  followUps.add(symbol);
}

/** A stop that sells at a loss again and again is for a human to look at. */
const afterEnd = ({ options }: EngineContext, pair: PairState): PairState =>
  haltAfterStopOuts(pair, options.maxStopOuts);

const duplicateReason = ({ clientOrderId }: Intent): string =>
  `two orders were found under the name ${clientOrderId}: both are booked from their trades; compare the account with the books, then resume`;

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
