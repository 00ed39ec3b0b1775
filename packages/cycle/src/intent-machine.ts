import { assert, assertNever, type EpochMs } from '@mtrade/base';
import { type BaseQty, type QuoteAmount, sum, ZERO } from '@mtrade/money';
import type { Fill, Intent, IntentState, ScanRecord } from './intent.js';
import { addsUp } from './fill-sums.js';
import { isOpen, isUnresolved } from './open-intents.js';

/** What the exchange says about one order, from any source. */
export interface OrderWord {
  readonly exchangeOrderId: string;
  /** False while the order may still trade. */
  readonly finished: boolean;
  readonly finishAs: string | null;
  /** Null when the source does not say (a trade row). */
  readonly filledBase: BaseQty | null;
  readonly filledQuote: QuoteAmount | null;
}

/** An order that is over, with all of its trades. */
export interface SettledOrder {
  readonly exchangeOrderId: string;
  readonly finishAs: string | null;
  readonly filledBase: BaseQty;
  readonly filledQuote: QuoteAmount;
  readonly fills: readonly Fill[];
}

export type IntentEvent =
  /** The answer of the POST accepted the order. */
  | { readonly type: 'acked'; readonly order: OrderWord; readonly nowMs: EpochMs }
  /** The answer of the POST is one of the definite rejections. */
  | { readonly type: 'rejected'; readonly label: string; readonly nowMs: EpochMs }
  /** Anything else came of the POST. */
  | { readonly type: 'unknown' }
  /** The private stream or a single look-up saw the order. */
  | { readonly type: 'evidence'; readonly order: OrderWord }
  /** The order is over and its trades are there. */
  | ({ readonly type: 'settled'; readonly nowMs: EpochMs } & SettledOrder)
  /** Two orders under one client id: every one of them is over and all their trades are there (N24). */
  | { readonly type: 'all-settled'; readonly orders: readonly SettledOrder[]; readonly nowMs: EpochMs }
  /** A look at open orders, finished orders and own trades for the client id. */
  | {
      readonly type: 'scanned';
      readonly record: ScanRecord;
      readonly found: readonly OrderWord[];
      readonly nowMs: EpochMs;
    }
  /** The exchange's own id leads nowhere: an order without a fill is forgotten after a minute, and nobody looked in time. */
  | { readonly type: 'lost' }
  /** Time passed without an answer; exchange clock. */
  | { readonly type: 'waited'; readonly exchangeNowMs: EpochMs }
  /** The engine began anew: what it had heard about its open orders is not to be relied on. */
  | { readonly type: 'restarted' };

/** How long an order may stay invisible on Gate after it was accepted; measured ones were up to 10 s. */
export const L_VIS_MS = 10_000;
/** Between the two scans that prove an absence. */
export const SCAN_GAP_MS = 2_000;
/** An outcome unknown for longer is put under quarantine and raises an alarm. */
export const QUARANTINE_AFTER_MS = 600_000;
/** `finishAs` of an intent whose client id was found on two orders: both are booked, and an operator has to look. */
export const DUPLICATE = 'duplicate';
/** `finishAs` of an order that would have traded with one of the same account; what it had traded before counts. */
export const SELF_TRADE = 'stp';
/** `finishAs` of an order that was accepted, traded nothing and is no longer listed. */
export const VANISHED = 'vanished';

/** Every allowed step; a terminal state has none (protocol 2.4). */
export const INTENT_TRANSITIONS: Readonly<Record<IntentState, readonly IntentState[]>> = {
  SUBMITTED: ['ACKED', 'LIVE', 'SETTLING', 'KILLED', 'REJECTED', 'UNKNOWN', 'QUARANTINED'],
  UNKNOWN: ['ACKED', 'LIVE', 'SETTLING', 'NEVER', 'KILLED', 'FILLED', 'PARTIAL', 'QUARANTINED'],
  ACKED: ['LIVE', 'SETTLING', 'FILLED', 'PARTIAL', 'KILLED', 'UNKNOWN', 'QUARANTINED'],
  LIVE: ['SETTLING', 'FILLED', 'PARTIAL', 'KILLED', 'QUARANTINED'],
  SETTLING: ['FILLED', 'PARTIAL', 'KILLED', 'UNKNOWN', 'QUARANTINED'],
  QUARANTINED: ['ACKED', 'LIVE', 'SETTLING', 'NEVER', 'KILLED', 'FILLED', 'PARTIAL', 'UNKNOWN'],
  REJECTED: [],
  NEVER: [],
  FILLED: [],
  PARTIAL: [],
  KILLED: [],
};

/**
 * A stop has no expiry on the wire: instead of a deadline and a visibility lag this long a wait stands behind its commit
 * before an absence counts.
 */
export const STOP_WAIT_MS = 60_000;

/** Exchange clock: a stop that was created earlier is not this one. */
export const stopNotBeforeMs = (intent: Pick<Intent, 'deadlineMs' | 'offsetErrorMs'>): EpochMs =>
  (intent.deadlineMs - STOP_WAIT_MS - intent.offsetErrorMs) as EpochMs;

/** Before this moment of the exchange clock an absence proves nothing: the order may arrive, or be there unseen. */
export const safeToDoubtMs = (
  intent: Intent,
  visibilityLagMs: number = intent.stop === undefined ? L_VIS_MS : 0,
): number => intent.deadlineMs + intent.offsetErrorMs + visibilityLagMs;

/**
 * The intent after the event; the same object when the event says nothing new. An end is final (I14): what turns up
 * afterwards is booked under the intent by `settleLateFill` and changes nothing of it. Throws a contradiction when the
 * event cannot be true of this intent.
 */
export function transition(intent: Intent, event: IntentEvent): Intent {
  if (!isOpen(intent.state)) return intent;
  switch (event.type) {
    case 'acked':
      return heard(intent, event.order, event.nowMs);
    case 'evidence':
      return heard(intent, event.order, null);
    case 'lost':
      // A stop's order has no name of ours to be looked for by: it stays with the id that the stop has named.
      if (intent.stop !== undefined) return intent;
      return intent.state === 'ACKED' || intent.state === 'SETTLING'
        ? move(intent, 'UNKNOWN', { proof: [] })
        : intent;
    case 'rejected':
      return rejected(intent, event.label, event.nowMs);
    case 'unknown':
      return intent.state === 'SUBMITTED' ? move(intent, 'UNKNOWN') : intent;
    case 'settled':
      return settled(intent, event);
    case 'all-settled':
      return allSettled(intent, event);
    case 'scanned':
      return scanned(intent, event);
    case 'waited':
      return waited(intent, event.exchangeNowMs);
    case 'restarted':
      return restarted(intent);
    default:
      return assertNever(event);
  }
}

/** `nowMs` is set when the word is the POST's own answer: only that may end the order as killed without its trades. */
function heard(intent: Intent, order: OrderWord, nowMs: EpochMs | null): Intent {
  if (isDuplicate(intent)) return intent;
  if (intent.exchangeOrderId !== null && intent.exchangeOrderId !== order.exchangeOrderId)
    return doubled(intent, intent.exchangeOrderId, [intent, order]);
  const known = {
    exchangeOrderId: order.exchangeOrderId,
    finishAs: order.finishAs ?? intent.finishAs,
    ...mostFilled(intent, order),
    proof: [],
  };
  if (order.finished) {
    const killed = nowMs !== null && intent.state === 'SUBMITTED' && order.filledBase?.eq(ZERO);
    if (killed) return move(intent, 'KILLED', { ...known, closedMs: nowMs });
    return intent.state === 'SETTLING' ? intent : move(intent, 'SETTLING', known);
  }
  if (intent.state === 'SUBMITTED' || isUnresolved(intent.state)) return move(intent, 'ACKED', known);
  return intent;
}

/** What an order has filled it has filled: a word that comes late, of before, takes nothing of that back. */
function mostFilled(intent: Intent, order: OrderWord): Pick<Intent, 'filledBase' | 'filledQuote'> {
  const { filledBase, filledQuote } = intent;
  const isStale = filledBase !== null && order.filledBase !== null && order.filledBase.lt(filledBase);
  return isStale
    ? { filledBase, filledQuote }
    : { filledBase: order.filledBase ?? filledBase, filledQuote: order.filledQuote ?? filledQuote };
}

/** What was said of their fills is kept: orders that have traded are not taken for vanished ones later. */
function doubled(intent: Intent, firstId: string, words: readonly Pick<OrderWord, 'filledBase'>[]): Intent {
  return move(intent, 'QUARANTINED', {
    exchangeOrderId: intent.exchangeOrderId ?? firstId,
    finishAs: DUPLICATE,
    filledBase: sum(words.map(({ filledBase }) => filledBase ?? (ZERO as BaseQty))),
    proof: [],
  });
}

/** An exchange may refuse a fill-or-kill order and still list it as ended: what was seen of it then decides. */
function rejected(intent: Intent, label: string, nowMs: EpochMs): Intent {
  if (intent.state === 'SUBMITTED') return move(intent, 'REJECTED', { finishAs: label, closedMs: nowMs });
  assert(
    intent.exchangeOrderId !== null || isUnresolved(intent.state),
    `${intent.clientOrderId} was rejected in state ${intent.state}`,
  );
  return intent;
}

function settled(intent: Intent, event: Extract<IntentEvent, { type: 'settled' }>): Intent {
  if (isDuplicate(intent)) return intent;
  const { exchangeOrderId, filledBase, filledQuote, fills, finishAs } = event;
  if (intent.exchangeOrderId !== null && intent.exchangeOrderId !== exchangeOrderId)
    return doubled(intent, intent.exchangeOrderId, [intent, event]);
  const over = intent.baseAmount !== null && filledBase.gt(intent.baseAmount);
  assert(!over, `${intent.clientOrderId} filled ${filledBase.toFixed()}, more than was ordered`);
  if (!addsUp(fills, filledBase, filledQuote))
    return intent.state === 'SETTLING' ? intent : move(intent, 'SETTLING', { exchangeOrderId });
  const end = { exchangeOrderId, finishAs, filledBase, filledQuote, proof: [], closedMs: event.nowMs };
  if (filledBase.eq(ZERO)) return move(intent, 'KILLED', end);
  const whole = intent.baseAmount === null ? finishAs === 'filled' : filledBase.eq(intent.baseAmount);
  return move(intent, whole ? 'FILLED' : 'PARTIAL', end);
}

/** Only what is known to be doubled ends here: everything else is settled by its one order. */
function allSettled(
  intent: Intent,
  { orders, nowMs }: Extract<IntentEvent, { type: 'all-settled' }>,
): Intent {
  const whole = orders.every((order) => addsUp(order.fills, order.filledBase, order.filledQuote));
  if (!isDuplicate(intent) || orders.length === 0 || !whole) return intent;
  const filledBase = sum(orders.map((order) => order.filledBase));
  const end = {
    exchangeOrderId: intent.exchangeOrderId ?? orders[0]?.exchangeOrderId ?? null,
    filledBase,
    filledQuote: sum(orders.map((order) => order.filledQuote)),
    proof: [],
    closedMs: nowMs,
  };
  if (filledBase.eq(ZERO)) return move(intent, 'KILLED', end);
  const isFilled =
    intent.baseAmount === null
      ? orders.some(({ finishAs }) => finishAs === 'filled')
      : filledBase.gte(intent.baseAmount);
  return move(intent, isFilled ? 'FILLED' : 'PARTIAL', end);
}

function scanned(intent: Intent, event: Extract<IntentEvent, { type: 'scanned' }>): Intent {
  if (isDuplicate(intent) && event.found.length > 0)
    return intent.proof.length === 0 ? intent : { ...intent, proof: [] };
  const found = new Map(event.found.map((order) => [order.exchangeOrderId, order]));
  const [first] = found.keys();
  if (found.size > 1 && first !== undefined) return doubled(intent, first, [...found.values()]);
  // An order may be listed twice, by its own row and by its trades: the row that knows the end speaks.
  const order = event.found.find((word) => word.finished) ?? event.found[0];
  if (order) return heard(intent, order, null);
  // Only an unresolved outcome can be proven absent; anything else is followed by its own id.
  return isUnresolved(intent.state) ? missed(intent, event.record, event.nowMs) : intent;
}

/** The exchange has said so once. */
export const hasTraded = ({ filledBase }: Intent): boolean => filledBase !== null && filledBase.gt(ZERO);

/** One look that found nothing. Counts when it was complete and began after the order could no longer appear unseen. */
export function missed(intent: Intent, record: ScanRecord, nowMs: EpochMs): Intent {
  if (intent.state === 'QUARANTINED' && hasTraded(intent)) return intent;
  const previous = intent.proof.at(-1);
  const counts =
    record.complete &&
    record.startedAtMs > safeToDoubtMs(intent) &&
    (previous === undefined || record.startedAtMs - previous.startedAtMs >= SCAN_GAP_MS);
  if (!counts) return waited(intent, record.startedAtMs);
  const proof = [...intent.proof, record];
  if (proof.length < 2) return { ...intent, proof };
  const isNamed = intent.exchangeOrderId !== null || (intent.stop?.stopId ?? null) !== null;
  if (!isNamed) return move(intent, 'NEVER', { proof, closedMs: nowMs });
  // Somebody has seen it trade: whatever the lists say now, that it came to nothing would be a guess.
  if (hasTraded(intent)) return move(intent, 'QUARANTINED', { proof: [] });
  // It was accepted, so it existed; listed nowhere and without a trade it ended with nothing filled.
  const nothing = { filledBase: ZERO as BaseQty, filledQuote: ZERO as QuoteAmount };
  const finishAs = isDuplicate(intent) ? DUPLICATE : VANISHED;
  return move(intent, 'KILLED', { proof, ...nothing, finishAs, closedMs: nowMs });
}

const waited = (intent: Intent, exchangeNowMs: EpochMs): Intent =>
  intent.state === 'UNKNOWN' && exchangeNowMs > intent.deadlineMs + QUARANTINE_AFTER_MS
    ? move(intent, 'QUARANTINED')
    : intent;

/** A resting order rests on; every other outcome is asked for again, with a proof that starts from nothing. */
function restarted(intent: Intent): Intent {
  if (intent.state === 'LIVE' || isDuplicate(intent)) return intent;
  // A stop that has fired is known by the order it placed; nothing has to be looked for.
  if (intent.stop !== undefined && intent.state === 'SETTLING') return intent;
  if (intent.state === 'UNKNOWN') return intent.proof.length === 0 ? intent : { ...intent, proof: [] };
  return move(intent, 'UNKNOWN', { proof: [] });
}

/** Two orders were found under its name, and it is not over yet. */
export const isDuplicate = (intent: Intent): boolean =>
  intent.state === 'QUARANTINED' && intent.finishAs === DUPLICATE;

/** A step of the table above, and no other. */
export function move(intent: Intent, state: IntentState, changes: Partial<Intent> = {}): Intent {
  if (intent.state !== state)
    assert(
      INTENT_TRANSITIONS[intent.state].includes(state),
      `${intent.clientOrderId} cannot go from ${intent.state} to ${state}`,
    );
  return { ...intent, ...changes, state };
}
