import { type Decimal, min, toDouble } from '@mtrade/money';
import { isRestored } from './attention.js';
import { isBackingOff } from './backoff.js';
import { buyTerms } from './buy-terms.js';
import { blockingIntents } from './open-intents.js';
import type { DecisionContext, Triggers } from './decision.js';
import type { PairState } from './pair-state.js';
import { saleTerms } from './sale-terms.js';

export const NOTHING_ARMED: Triggers = { buyAtOrBelow: null, askLevel: 1, sellAtOrAbove: null };

export type TriggerContext = Pick<
  DecisionContext,
  'nowMs' | 'trading' | 'sellWhenForbidden' | 'rules' | 'account' | 'reconciled' | 'soleEngine'
>;

/** A few units in the last place: more than any rounding on the way from exact text to the compared double. */
const OUTWARD = 2 ** -49;

/**
 * The prices at which this pair could act, for the thread that sees every tick. They are hints: rounded outward, so
 * that none hides a possible order, and followed by the exact decision.
 *
 * Nothing is armed that could not act now (an open intent, a back-off, no permission, no money), or every tick beyond
 * it would push the pair to the head of the queue for nothing. An idle pair arms nothing either: its start buy
 * waits for no price, and the round robin serves it.
 */
export function armTriggers(pair: PairState, context: TriggerContext): Triggers {
  const { cycle } = pair;
  const { rules, account } = context;
  const idle = cycle?.phase !== 'active' || blockingIntents(pair).length > 0 || isRestored(pair);
  if (idle || !context.trading || isBackingOff(pair, context.nowMs) || rules === null || account === null)
    return NOTHING_ARMED;

  const mayBuy =
    pair.permitted &&
    pair.attention === null &&
    context.reconciled &&
    context.soleEngine &&
    opens(rules.tradable, 'buy-only');
  const buy = mayBuy ? buyTerms(cycle, rules) : null;
  const affordable =
    buy !== null && buy.amount !== null && account.quoteAvailable.minus(cycle.params.reserve).gte(buy.cost);

  const maySell = (pair.permitted || context.sellWhenForbidden) && opens(rules.tradable, 'sell-only');
  const sale = maySell ? saleTerms(cycle, rules) : null;
  return {
    buyAtOrBelow: affordable ? upward(min(buy.row.rate as Decimal, buy.bound)) : null,
    askLevel: buy?.row.level ?? 1,
    sellAtOrAbove: sale !== null && sale.amount !== null ? downward(sale.limit) : null,
  };
}

const opens = (tradable: string, side: 'buy-only' | 'sell-only'): boolean =>
  tradable === 'both' || tradable === side;

const upward = (value: Decimal): number => toDouble(value) * (1 + OUTWARD);
const downward = (value: Decimal): number => toDouble(value) * (1 - OUTWARD);
