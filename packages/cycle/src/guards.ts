import { isRestored } from './attention.js';
import { isBackingOff } from './backoff.js';
import type { DecisionContext, WaitReason } from './decision.js';
import { blockingIntents, isUnresolved, restingStop } from './open-intents.js';
import type { PairState } from './pair-state.js';
import { stopTerms } from './stop-terms.js';

/** Only `yes` goes on. `no` is a known fact; `unknown` is a missing one and never taken for either. */
export type Verdict =
  { readonly answer: 'yes' } | { readonly answer: 'no' | 'unknown'; readonly reason: WaitReason };

export type Guard = (pair: PairState, context: DecisionContext) => Verdict;

const YES: Verdict = { answer: 'yes' };
const no = (reason: WaitReason): Verdict => ({ answer: 'no', reason });
const unknown = (reason: WaitReason): Verdict => ({ answer: 'unknown', reason });

const ENGINE_STOPPED = no('engine_stopped');
const KEY_REFUSED = no('key_refused');
const INTENT_OPEN = no('intent_open');
const OUTCOME_UNKNOWN = unknown('outcome_unknown');
const NOT_PERMITTED = no('not_permitted');
const NEEDS_ATTENTION = no('needs_attention');
const RESTORED_BOOKS = no('restored_books');
const ROLLING_BACK = no('rolling_back');
const STOP_REACHED = no('stop_reached');
const UNPROTECTED = no('unprotected');
const PAUSED = no('paused');
const BACKING_OFF = no('backing_off');
const CLOCK_UNCERTAIN = unknown('clock_uncertain');
const RULES_UNKNOWN = unknown('rules_unknown');
const ACCOUNT_UNKNOWN = unknown('account_unknown');
const NOT_RECONCILED = unknown('not_reconciled');
const FOREIGN_ENGINE = no('foreign_engine');
const PRICE_UNKNOWN = unknown('price_unknown');
const PRICE_STALE = unknown('price_stale');
const PRICE_UNCONFIRMED = unknown('price_unconfirmed');
const BOOK_CROSSED = unknown('book_crossed');
const NOT_TRADABLE = no('not_tradable');
const RATE_LIMITED = no('rate_limited');

export const engineStarted: Guard = (_, context) => (context.trading ? YES : ENGINE_STOPPED);

/** A stop that rests on the exchange is in nobody's way: a sale ends it first, a buy leaves it where it is. */
export const keyAccepted: Guard = (_, context) => (context.keyAccepted ? YES : KEY_REFUSED);

export const nothingOpen: Guard = (pair) => {
  const blocking = blockingIntents(pair);
  if (blocking.length === 0) return YES;
  return blocking.some((intent) => isUnresolved(intent.state)) ? OUTCOME_UNKNOWN : INTENT_OPEN;
};

export const permitted: Guard = (pair) => (pair.permitted ? YES : NOT_PERMITTED);

/** Whether a position may still be sold while the pair is forbidden is the operator's explicit setting. */
export const salePermitted: Guard = (pair, context) =>
  pair.permitted || context.sellWhenForbidden ? YES : NOT_PERMITTED;

export const noAttention: Guard = (pair) => (pair.attention === null ? YES : NEEDS_ATTENTION);

/** The books refuse every order of such a pair, sales and stops included: none is tried. */
export const notRestored: Guard = (pair) => (isRestored(pair) ? RESTORED_BOOKS : YES);

/**
 * What wants a stop is bought further only while it has one, and never while it is being sold for want of one. Only a
 * position that is too small for a stop grows: that is how it gets one.
 */
export const isProtected: Guard = ({ cycle, position }, { rules }) => {
  if (position === null || position.state === 'active') return YES;
  if (position.rollback !== null) return ROLLING_BACK;
  const isTooSmall = cycle !== null && rules !== null && stopTerms(cycle, rules) === null;
  return isTooSmall ? YES : UNPROTECTED;
};

/** At the stop's price the exchange is selling, or is about to: whatever were bought now it might sell again at once. */
export const stopNotReached: Guard = (pair, { market: { last, bid } }) => {
  const trigger = restingStop(pair)?.stop?.triggerPrice;
  if (trigger === undefined) return YES;
  return last?.lte(trigger) === true || bid?.lte(trigger) === true ? STOP_REACHED : YES;
};

export const notPaused: Guard = (pair) => (pair.paused ? PAUSED : YES);

export const notBackingOff: Guard = (pair, context) =>
  isBackingOff(pair, context.nowMs) ? BACKING_OFF : YES;

export const clockCertain: Guard = (_, context) => (context.clockCertain ? YES : CLOCK_UNCERTAIN);

export const rulesKnown: Guard = (_, context) => (context.rules === null ? RULES_UNKNOWN : YES);

export const accountKnown: Guard = (_, context) => (context.account === null ? ACCOUNT_UNKNOWN : YES);

/** What this account has ordered in the books' name is known: whoever buys before may buy a second time. */
export const accountReconciled: Guard = (_, context) => (context.reconciled ? YES : NOT_RECONCILED);

export const onlyEngine: Guard = (_, context) => (context.soleEngine ? YES : FOREIGN_ENGINE);

/** Both sides of the book, young enough, believed and not crossed: a one-sided or crossed book is no price to act on. */
export const priceFresh: Guard = (_, { market, staleAfterMs }) => {
  if (market.bid === null || market.ask === null) return PRICE_UNKNOWN;
  // Written so that an age that is not a number is stale too.
  if (!(market.ageMs < staleAfterMs)) return PRICE_STALE;
  if (!market.isBelieved) return PRICE_UNCONFIRMED;
  return market.bid.gt(market.ask) ? BOOK_CROSSED : YES;
};

export const buysOpen: Guard = (_, { rules }) =>
  rules?.tradable === 'both' || rules?.tradable === 'buy-only' ? YES : NOT_TRADABLE;

export const salesOpen: Guard = (_, { rules }) =>
  rules?.tradable === 'both' || rules?.tradable === 'sell-only' ? YES : NOT_TRADABLE;

export const buyBudget: Guard = (_, { budget }) => (budget.buy ? YES : RATE_LIMITED);

export const saleBudget: Guard = (_, { budget }) => (budget.sell ? YES : RATE_LIMITED);

/** Before anything else: the engine trades, nothing of the pair is on its way, and its books take orders. */
export const ALWAYS: readonly Guard[] = [engineStarted, keyAccepted, nothingOpen, notRestored];

/** What every order needs to know. The account comes last: it is asked for only where an order is possible. */
export const KNOWLEDGE: readonly Guard[] = [
  notBackingOff,
  clockCertain,
  rulesKnown,
  priceFresh,
  accountKnown,
];

export const START: readonly Guard[] = [
  permitted,
  noAttention,
  onlyEngine,
  notPaused,
  ...KNOWLEDGE,
  accountReconciled,
  buysOpen,
  buyBudget,
];
export const AVERAGE: readonly Guard[] = [
  permitted,
  noAttention,
  onlyEngine,
  isProtected,
  stopNotReached,
  accountReconciled,
  buysOpen,
];
export const SALE: readonly Guard[] = [salePermitted, salesOpen];

/** The first guard that does not say yes; null when all do. */
export function firstRefusal(
  guards: readonly Guard[],
  pair: PairState,
  context: DecisionContext,
): WaitReason | null {
  for (const guard of guards) {
    const verdict = guard(pair, context);
    if (verdict.answer !== 'yes') return verdict.reason;
  }
  return null;
}
