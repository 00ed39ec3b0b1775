import { assert, type EpochMs, type MonoMs } from '@mtrade/base';
import { type BaseQty, type Price, type QuoteAmount, text, valueOf } from '@mtrade/money';
import {
  begin,
  clientOrderId,
  type Intent,
  type IntentStop,
  type OrderDraft,
  type PairState,
  STOP_WAIT_MS,
  stopNotBeforeMs,
} from '@mtrade/cycle';
import { type EngineContext, newIntentMemory } from './context.js';
import { journal } from './journal.js';
import type { ChangeSet, OrderRequest, StopRequest } from './ports/index.js';

/** The order lane may add this much to the request's own deadline before a silence means "unknown". */
const SILENCE_MARGIN_MS = 5_000;

export interface OrderTimes {
  /** When the price was last found young enough. The deadline counts from here: a thread that stalls later sends nothing. */
  readonly nowMono: MonoMs;
  /** When the frame that caused the order came, for the latency histograms; null when none did. */
  readonly tickMono: number | null;
}

/**
 * Hands the order to the order thread, which builds and signs it meanwhile, and commits the intent. The commit is the
 * right to send, and nothing else is: the gate tells the order thread of it, and without that word no byte goes out.
 */
export function placeOrder(
  context: EngineContext,
  pair: PairState,
  draft: OrderDraft,
  times: OrderTimes,
): void {
  const { lane, log, options, board } = context;
  const ticket = board.commitGate.open();
  const hooks: CommitHooks = {
    before: (intent) => lane.request({ type: 'place', order: toRequest(intent), ticket }),
    after: (intent) => {
      // Only a cycler that is born withdraws what another left open: there are two. Nothing is sent; a scan ends it.
      if (!board.commitGate.commit(ticket))
        log.error({ symbol: pair.symbol, ticket }, 'an order was withdrawn while its commit was under way');
      const rules = context.rules.get(pair.symbol);
      if (rules && intent.side === 'buy') context.account.commit(intent.id, rules.quote, mostSpent(intent));
      // What is left only counts and tells. A kernel wakes a thread where it slept last, which may be this processor.
      lane.giveWay();
    },
  };
  try {
    commitIntent(context, pair, draft, times, options.orderExpiryMs, hooks);
  } catch (error) {
    // Takes back nothing that is committed: the gate has said so by then, and says one thing of a ticket.
    board.commitGate.withdraw(ticket);
    throw error;
  }
}

/** The same for a stop. Nothing on the wire expires, so the thread itself must not send it late. */
export function placeStop(context: EngineContext, pair: PairState, draft: OrderDraft, nowMono: MonoMs): void {
  const { lane, options, exchangeClock } = context;
  const intent = commitIntent(context, pair, draft, { nowMono, tickMono: null }, STOP_WAIT_MS);
  const { triggerPrice } = intent.stop as IntentStop;
  const stop: StopRequest = {
    intentId: intent.id,
    symbol: intent.symbol,
    triggerPrice: text(triggerPrice),
    limitPrice: text(intent.limitPrice as Price),
    expirationS: Math.floor(options.stopLifeMs / 1_000),
    amount: text(intent.baseAmount as BaseQty),
    notBeforeMs: stopNotBeforeMs(intent),
  };
  const sendBeforeMs = (exchangeClock.now(nowMono) + options.orderExpiryMs) as EpochMs;
  lane.request({ type: 'place-stop', stop, sendBeforeMs });
}

interface CommitHooks {
  /** Right before the commit. */
  readonly before: (intent: Intent) => void;
  /** Directly after it, ahead of everything that only counts and tells. */
  readonly after: (intent: Intent) => void;
}

/** `lifeMs`: from the look at the price until the exchange would refuse it, or until its absence can be proven. */
function commitIntent(
  context: EngineContext,
  pair: PairState,
  draft: OrderDraft,
  { nowMono, tickMono }: OrderTimes,
  lifeMs: number,
  hooks: CommitHooks = { before: () => undefined, after: () => undefined },
): Intent {
  const { books, clock, exchangeClock, options, board } = context;
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
    deadlineMs: (exchangeClock.now(nowMono) + lifeMs) as EpochMs,
    offsetErrorMs: Math.ceil(exchangeClock.errorMs(nowMono)),
  });
  const { cycle } = next;
  assert(cycle, `${pair.symbol} has no cycle to order for`);

  hooks.before(intent);
  let committedMono = nowMono;
  const change: ChangeSet = {
    pair: next,
    // An order of a cycle that is in the books already changes nothing about it: its row, ladder and all, stays.
    ...(cycle !== pair.cycle && { cycle: { ...cycle, symbol: pair.symbol } }),
    newIntents: [intent],
    journal: [journal(nowMs, 'order.intent', pair.symbol, describe(intent, cycle.number))],
  };
  books.commit(change, () => {
    committedMono = clock.monoMs();
    hooks.after(intent);
    const askAtMono = committedMono + options.requestDeadlineMs + SILENCE_MARGIN_MS;
    context.intents.set(intent.id, newIntentMemory({ tickMono, committedMono, askAtMono }));
    context.budget.take(nowMono);
  });
  board.counters.increment('orders_sent');
  board.latencies.record('decision_to_commit', (committedMono - nowMono) * 1_000);
  return intent;
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
  ...(intent.stop && { trigger: text(intent.stop.triggerPrice) }),
});
