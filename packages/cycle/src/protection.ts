import type { EpochMs } from '@mtrade/base';
import { floorToStep, min, type Price } from '@mtrade/money';
import { backoffMs, isBackingOff } from './backoff.js';
import type { DecisionContext, WaitReason } from './decision.js';
import {
  clockCertain,
  engineStarted,
  firstRefusal,
  type Guard,
  keyAccepted,
  notRestored,
  rulesKnown,
  saleBudget,
  salesOpen,
} from './guards.js';
import type { Intent, OrderDraft } from './intent.js';
import type { MarketRules, MarketView } from './market.js';
import { protectiveStop } from './open-intents.js';
import type { Cycle, PairState } from './pair-state.js';
import type { Position, RollbackReason } from './position.js';
import { isTradableAmount } from './sale-terms.js';
import { renewal } from './stop-renewal.js';
import { type StopTerms, stopTerms } from './stop-terms.js';

/** What a position needs now. */
export type Protection =
  | { readonly type: 'nothing' }
  | { readonly type: 'wait'; readonly reason: WaitReason }
  /** No stop and no sale of this position is an order that the pair takes: only a human can do something. */
  | { readonly type: 'impossible' }
  | { readonly type: 'place'; readonly draft: OrderDraft }
  /** The stop on the exchange is not (or no longer) the one that this position needs. */
  | { readonly type: 'cancel'; readonly stop: Intent; readonly why: 'outdated' | 'expiring' | 'cycle-over' }
  /** To be noted on the position first; it is sold (`exit`) from then on. */
  | { readonly type: 'roll-back'; readonly reason: RollbackReason }
  /** Rolling back does not get on; a human has to know, and it is tried on. */
  | { readonly type: 'attention'; readonly reason: string }
  | { readonly type: 'exit'; readonly draft: OrderDraft };

const ROLLBACK_FAILED =
  'the position is to be sold for want of a stop, and that has failed, too; it is tried again and again';

const NOTHING: Protection = { type: 'nothing' };
const IMPOSSIBLE: Protection = { type: 'impossible' };
const wait = (reason: WaitReason): Protection => ({ type: 'wait', reason });

/** So many stops in a row may be refused before the position is sold instead. */
export const MAX_STOP_REFUSALS = 5;

/**
 * Protecting what is held is no new risk: neither permission nor a pause nor attention is asked. Only what the books
 * refuse is not tried.
 */
const GUARDS: readonly Guard[] = [
  notRestored,
  engineStarted,
  keyAccepted,
  clockCertain,
  rulesKnown,
  salesOpen,
  saleBudget,
];

/** The pair's protective stop, as `decide` is its trading. Same state and context, same answer. */
export function protection(pair: PairState, context: DecisionContext): Protection {
  const { cycle, position } = pair;
  const stop = protectiveStop(pair);
  if (stop !== undefined) return whileThere(pair, stop, context);
  if (position === null || cycle?.phase !== 'active' || pair.openIntents.length > 0) return NOTHING;
  const refused = firstRefusal(GUARDS, pair, context);
  if (refused) return wait(refused);
  const { rules, market } = context;
  if (rules === null) return wait('rules_unknown');
  if (position.rollback !== null) return exit(pair, cycle, rules, context);

  const terms = stopTerms(cycle, rules);
  if (terms === null) return IMPOSSIBLE;
  if (hasPassed(market, terms.triggerPrice, context.staleAfterMs))
    return { type: 'roll-back', reason: 'trigger-passed' };
  if (position.refusals >= MAX_STOP_REFUSALS) return { type: 'roll-back', reason: 'refused' };
  if (isBackingOff(position, context.nowMs)) return wait('backing_off');
  return { type: 'place', draft: stopDraft(cycle, terms) };
}

/** A stop that is on its way or has fired is followed elsewhere; one that rests may be out of date. */
function whileThere(pair: PairState, stop: Intent, context: DecisionContext): Protection {
  const { cycle } = pair;
  if (stop.state !== 'LIVE') return NOTHING;
  if (stop.cycleId !== cycle?.id) return { type: 'cancel', stop, why: 'cycle-over' };
  if (cycle.phase !== 'active' || pair.openIntents.length > 1 || context.rules === null) return NOTHING;
  const terms = stopTerms(cycle, context.rules);
  const isRight =
    terms === null ||
    (stop.baseAmount?.eq(terms.amount) === true &&
      stop.stop?.triggerPrice.eq(terms.triggerPrice) === true &&
      stop.limitPrice?.eq(terms.limitPrice) === true);
  const why = isRight ? 'expiring' : 'outdated';
  if (isRight && !renewal(stop, cycle, context)) return NOTHING;
  // A stop that is a little off is worth more than none that nobody may place.
  const refused = firstRefusal(GUARDS, pair, context);
  return refused ? wait(refused) : { type: 'cancel', stop, why };
}

/** The whole position at the market. It sells what both the books and, where that is known, the account hold. */
function exit(pair: PairState, cycle: Cycle, rules: MarketRules, context: DecisionContext): Protection {
  // One try that came to nothing may have died with the engine before it was sent; alarms are up as it is.
  if (pair.failures > 1 && pair.attention?.includes(ROLLBACK_FAILED) !== true)
    return { type: 'attention', reason: ROLLBACK_FAILED };
  if (isBackingOff(pair, context.nowMs)) return wait('backing_off');
  const { account, market } = context;
  const held = account?.settled === true ? min(cycle.baseVolume, account.baseAvailable) : cycle.baseVolume;
  const amount = floorToStep(held, rules.amountStep);
  const at = market.bid ?? market.last;
  const isTradable = at === null ? amount.gte(rules.minBase) : isTradableAmount(amount, at, rules);
  return isTradable && amount.gt('0') ? { type: 'exit', draft: marketSale(cycle, amount) } : IMPOSSIBLE;
}

const marketSale = (cycle: Cycle, amount: Cycle['baseVolume']): OrderDraft => ({
  side: 'sell',
  purpose: 'stop-loss',
  step: cycle.step,
  type: 'market',
  timeInForce: 'ioc',
  baseAmount: amount,
  quoteAmount: null,
  limitPrice: null,
});

const stopDraft = (cycle: Cycle, { triggerPrice, limitPrice, amount }: StopTerms): OrderDraft => ({
  ...marketSale(cycle, amount),
  type: 'limit',
  limitPrice,
  stop: { triggerPrice, stopId: null },
});

/** The exchange fires by the last price. One that is not fresh, or that nothing confirms, says nothing: the exchange will. */
function hasPassed(
  { last, bid, ageMs, isBelieved }: MarketView,
  trigger: Price,
  staleAfterMs: number,
): boolean {
  if (!isBelieved || !(ageMs < staleAfterMs) || bid === null) return false;
  return bid.lte(trigger) && (last ?? bid).lte(trigger);
}

/** Gate's word for a trigger price that the last price has passed already. */
const PASSED = /^AUTO_TRIGGER_PRICE_\w*_LAST$/;
/** Refusals that say nothing about the stop: too fast, too late, or nobody may trade with this key at all. */
const SAYS_NOTHING: ReadonlySet<string> = new Set([
  'NOT_SENT',
  'TOO_MANY_REQUESTS',
  'REQUEST_EXPIRED',
  'INVALID_KEY',
  'INVALID_SIGNATURE',
  'IP_FORBIDDEN',
  'READ_ONLY',
  'FORBIDDEN',
]);
const SOON_MS = 2_000;
/** Nobody may trade the pair, or with this account, at the moment: a sale instead of the stop would be refused as well. */
const CLOSED: ReadonlySet<string> = new Set([
  'TRADE_RESTRICTED',
  'ORDER_BOOK_NOT_FOUND',
  'ACCOUNT_LOCKED',
  'SUB_ACCOUNT_LOCKED',
  'ACCOUNT_EXCEPTION',
  'TOO_BUSY',
]);
const WHILE_CLOSED_MS = 10_000;

/** The position after the exchange has refused its stop: at once, or so that later no such stop was there. */
export function afterStopRefusal(
  position: Position,
  label: string,
  retryAfterMs: number | null,
  nowMs: EpochMs,
): Position {
  if (PASSED.test(label)) return { ...position, rollback: position.rollback ?? 'trigger-passed' };
  if (SAYS_NOTHING.has(label))
    return { ...position, retryAtMs: (nowMs + Math.max(SOON_MS, retryAfterMs ?? 0)) as EpochMs };
  if (CLOSED.has(label)) return { ...position, retryAtMs: (nowMs + WHILE_CLOSED_MS) as EpochMs };
  const retryAtMs = (nowMs + backoffMs('kill', position.refusals)) as EpochMs;
  return { ...position, refusals: position.refusals + 1, retryAtMs };
}
