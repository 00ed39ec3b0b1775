import { assertNever, type EpochMs } from '@mtrade/base';
import { type BaseQty, type QuoteAmount, ZERO } from '@mtrade/money';
import type { Intent, IntentStop, ScanRecord } from './intent.js';
import { DUPLICATE, hasTraded, isDuplicate, missed, move, VANISHED } from './intent-machine.js';
import { isOpen, isUnresolved } from './open-intents.js';

/** What the exchange says about one stop, from a single look or from a list. */
export interface StopWord {
  readonly stopId: string;
  readonly createdMs: EpochMs;
  readonly status: 'open' | 'cancelled' | 'fired' | 'failed' | 'expired';
  readonly firedOrderId: string | null;
  readonly reason: string | null;
}

export type StopEvent =
  /** The answer of the POST: the stop lies on the exchange. */
  | { readonly type: 'stop-acked'; readonly stopId: string }
  /** The answer of the POST is a refusal whose label proves nothing: it counts when no stop is found. */
  | { readonly type: 'stop-refused'; readonly label: string }
  | { readonly type: 'stop-seen'; readonly stop: StopWord; readonly nowMs: EpochMs }
  /** A look at open and finished stops; `found` are those that can only be this one. */
  | {
      readonly type: 'stops-found';
      readonly record: ScanRecord;
      readonly found: readonly StopWord[];
      readonly nowMs: EpochMs;
    }
  /** The order that it has fired exists, and its trades cannot be had yet; null: how much it has filled was not said. */
  | { readonly type: 'order-seen'; readonly filledBase: BaseQty | null }
  /** The order that it has fired is not known by its id, and the complete list of that order's trades is empty. */
  | { readonly type: 'traded-nothing'; readonly record: ScanRecord; readonly nowMs: EpochMs }
  /** Every trade of the order that it is said to have fired is booked under another intent: it was taken for this one. */
  | { readonly type: 'not-its-own'; readonly nowMs: EpochMs };

/**
 * An order at the market is over at once and its trades are shown within L_VIS_MS; one without any is forgotten after a
 * minute. Two looks so far apart that find neither order nor trades prove that there are none.
 */
export const NOTHING_AFTER_MS = 30_000;

/** `finishAs` of a stop that was taken for one whose trades are booked under another intent. */
export const NOT_ITS_OWN = 'not-its-own';

const NOTHING = { filledBase: ZERO as BaseQty, filledQuote: ZERO as QuoteAmount };

/**
 * The steps that only a stop takes; all others are those of any order (`transition`). A stop is LIVE while it lies on
 * the exchange. Once it has fired it is the order that it placed, and that order's trades decide.
 */
export function stopTransition(intent: Intent, event: StopEvent): Intent {
  if (!isOpen(intent.state) || isDuplicate(intent)) return intent;
  switch (event.type) {
    case 'stop-acked':
      return resting(intent, event.stopId);
    case 'stop-refused':
      return refused(intent, event.label);
    case 'stop-seen':
      return seen(intent, event.stop, event.nowMs);
    case 'stops-found':
      return found(intent, event);
    case 'order-seen':
      return orderSeen(intent, event.filledBase);
    case 'traded-nothing':
      return tradedNothing(intent, event.record, event.nowMs);
    case 'not-its-own':
      return intent.state === 'SETTLING'
        ? move(intent, 'KILLED', { ...NOTHING, proof: [], finishAs: NOT_ITS_OWN, closedMs: event.nowMs })
        : intent;
    default:
      return assertNever(event);
  }
}

/** Kept with the intent, so that a restart before the proof of absence forgets no refusal. */
function refused(intent: Intent, label: string): Intent {
  const isAwaited = intent.state === 'SUBMITTED' || isUnresolved(intent.state);
  const isKnown = (intent.stop?.stopId ?? null) !== null || intent.exchangeOrderId !== null;
  return isAwaited && !isKnown && intent.finishAs !== label ? { ...intent, finishAs: label } : intent;
}

/** What it says it has filled is kept: no list of trades that lags behind takes it for nothing later. */
function orderSeen(intent: Intent, said: BaseQty | null): Intent {
  if (intent.state !== 'SETTLING') return intent;
  const filledBase = said !== null && said.gt(intent.filledBase ?? ZERO) ? said : intent.filledBase;
  const isNews = intent.proof.length > 0 || filledBase !== intent.filledBase;
  return isNews ? { ...intent, filledBase, proof: [] } : intent;
}

function tradedNothing(intent: Intent, record: ScanRecord, nowMs: EpochMs): Intent {
  if (intent.state !== 'SETTLING' || !record.complete || hasTraded(intent)) return intent;
  const [first] = intent.proof;
  if (first === undefined) return { ...intent, proof: [record] };
  if (record.startedAtMs - first.startedAtMs < NOTHING_AFTER_MS) return intent;
  const proof = [first, record];
  return move(intent, 'KILLED', { ...NOTHING, proof, finishAs: VANISHED, closedMs: nowMs });
}

/**
 * Rows of the open list and of the list of ended ones, read one after the other: a stop that ends in between stands in
 * both, and what has become of it counts. Taken for two stops it would be surplus beside itself.
 */
export function eachOnce<T extends StopWord>(rows: readonly T[]): readonly T[] {
  const byId = new Map<string, T>();
  for (const row of rows) {
    const known = byId.get(row.stopId);
    if (known === undefined || isFurther(row, known)) byId.set(row.stopId, row);
  }
  return [...byId.values()];
}

const isFurther = (one: StopWord, other: StopWord): boolean =>
  one.firedOrderId !== null || (other.firedOrderId === null && one.status !== 'open');

/** Of several stops that look like this one: what has fired counts, then what lies there the longest. */
export function adopted(candidates: readonly StopWord[]): StopWord | undefined {
  const byAge = candidates.toSorted((a, b) => a.createdMs - b.createdMs);
  return byAge.find(hasFired) ?? byAge.find(({ status }) => status === 'open') ?? byAge.at(-1);
}

/** Stops beside the adopted one that would sell a second time, or have. */
export const surplus = <T extends StopWord>(candidates: readonly T[]): readonly T[] => {
  const one = adopted(candidates);
  return candidates.filter((stop) => stop !== one && (stop.status === 'open' || hasFired(stop)));
};

const hasFired = ({ status, firedOrderId }: StopWord): boolean => status === 'fired' || firedOrderId !== null;

function found(intent: Intent, event: Extract<StopEvent, { type: 'stops-found' }>): Intent {
  const one = adopted(event.found);
  if (one !== undefined) return seen(intent, one, event.nowMs);
  return isUnresolved(intent.state) || intent.state === 'LIVE'
    ? missed(intent, event.record, event.nowMs)
    : intent;
}

function seen(intent: Intent, stop: StopWord, nowMs: EpochMs): Intent {
  const knownId = intent.stop?.stopId ?? stop.stopId;
  if (knownId !== stop.stopId) return intent;
  if (intent.state === 'SETTLING') return intent;
  const known = { stop: withId(intent, stop.stopId), finishAs: null, proof: [] };
  // Whatever else the exchange calls it: an order that it has placed may have sold.
  if (stop.firedOrderId !== null)
    return move(intent, 'SETTLING', { ...known, exchangeOrderId: stop.firedOrderId });
  switch (stop.status) {
    case 'open':
      return resting(intent, stop.stopId);
    case 'fired':
      // Fired, and its order is not named yet: the next look will say it.
      return resting(intent, stop.stopId);
    case 'cancelled':
    case 'failed':
    case 'expired': {
      const finishAs = stop.reason === null ? stop.status : `${stop.status}: ${stop.reason}`;
      return move(intent, 'KILLED', { ...known, ...NOTHING, finishAs, closedMs: nowMs });
    }
    default:
      return assertNever(stop.status);
  }
}

function resting(intent: Intent, stopId: string): Intent {
  const known = intent.stop?.stopId ?? null;
  if (known !== null && known !== stopId)
    return move(intent, 'QUARANTINED', { finishAs: DUPLICATE, proof: [] });
  if (intent.state === 'LIVE') return intent.proof.length === 0 ? intent : { ...intent, proof: [] };
  if (intent.state !== 'SUBMITTED' && !isUnresolved(intent.state)) return intent;
  return move(intent, 'LIVE', { stop: withId(intent, stopId), finishAs: null, proof: [] });
}

const withId = (intent: Intent, stopId: string): IntentStop => ({ ...(intent.stop as IntentStop), stopId });
