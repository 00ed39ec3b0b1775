import { assert, type EpochMs, type MonoMs } from '@mtrade/base';
import { type BaseQty, type Price, type QuoteAmount, text, valueOf } from '@mtrade/money';
import { begin, clientOrderId, type Intent, type OrderDraft, type PairState } from '@mtrade/cycle';
import { type EngineContext, newIntentMemory } from './context.js';
import { journal } from './journal.js';
import type { OrderRequest } from './ports.js';

/** The order lane may add this much to the request's own deadline before a silence means "unknown". */
const SILENCE_MARGIN_MS = 5_000;

export interface OrderTimes {
  /** When the price was last found young enough. The deadline counts from here: a thread that stalls later sends nothing. */
  readonly nowMono: MonoMs;
  /** When the frame that caused the order came, for the latency histograms; null when none did. */
  readonly tickMono: number | null;
}

/**
 * Commits the intent and hands it to the order thread: in this order, and the second only when the first has returned.
 * The commit is the right to send; nothing else is.
 */
export function placeOrder(
  context: EngineContext,
  pair: PairState,
  draft: OrderDraft,
  { nowMono, tickMono }: OrderTimes,
): void {
  const { books, clock, lane, exchangeClock, options, board } = context;
  const nowMs = clock.epochMs();
  const params = context.params.get(pair.symbol);
  assert(params, `no parameters for ${pair.symbol}`);
  const { installId, startNonce, epoch } = books.identity;
  const intentId = books.nextIntentId;
  const { pair: next, intent } = begin(pair, draft, params, {
    intentId,
    clientOrderId: clientOrderId({ installId, startNonce, rowId: intentId, purpose: draft.purpose }),
    epoch,
    newCycleId: books.nextCycleId,
    nowMs,
    deadlineMs: (exchangeClock.now(nowMono) + options.orderExpiryMs) as EpochMs,
    offsetErrorMs: Math.ceil(exchangeClock.errorMs(nowMono)),
  });
  const { cycle } = next;
  assert(cycle, `${pair.symbol} has no cycle to order for`);

  books.commit({
    pair: next,
    cycle: { ...cycle, symbol: pair.symbol },
    newIntents: [intent],
    journal: [journal(nowMs, 'order.intent', pair.symbol, describe(intent, cycle.number))],
  });

  const committedMono = clock.monoMs();
  const askAtMono = committedMono + options.requestDeadlineMs + SILENCE_MARGIN_MS;
  context.intents.set(intent.id, newIntentMemory({ tickMono, committedMono, askAtMono }));
  const rules = context.rules.get(pair.symbol);
  if (rules && intent.side === 'buy') context.account.commit(intent.id, rules.quote, mostSpent(intent));
  context.budget.take(nowMono);
  lane.request({ type: 'place', order: toRequest(intent) });
  board.counters.increment('orders_sent');
  board.latencies.record('decision_to_commit', (committedMono - nowMono) * 1_000);
}

/** The most quote a buy can take from the account. */
export const mostSpent = (intent: Intent): QuoteAmount =>
  intent.quoteAmount ?? valueOf(intent.limitPrice as Price, intent.baseAmount as BaseQty);

function toRequest(intent: Intent): OrderRequest {
  return {
    intentId: intent.id,
    clientOrderId: intent.clientOrderId,
    symbol: intent.symbol,
    side: intent.side,
    type: intent.type,
    timeInForce: intent.timeInForce,
    amount: text((intent.quoteAmount ?? intent.baseAmount) as BaseQty),
    price: intent.limitPrice && text(intent.limitPrice),
    deadlineMs: intent.deadlineMs,
  };
}

const describe = (intent: Intent, cycleNumber: number): Record<string, unknown> => ({
  clientOrderId: intent.clientOrderId,
  purpose: intent.purpose,
  side: intent.side,
  cycle: cycleNumber,
  step: intent.step,
  amount: text((intent.quoteAmount ?? intent.baseAmount) as BaseQty),
  sizedIn: intent.quoteAmount ? 'quote' : 'base',
  limit: intent.limitPrice && text(intent.limitPrice),
});
