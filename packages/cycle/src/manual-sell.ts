import { floorToStep, min, type Price, scaled, ZERO } from '@mtrade/money';
import type { Decision, DecisionContext } from './decision.js';
import {
  clockCertain,
  engineStarted,
  firstRefusal,
  type Guard,
  keyAccepted,
  nothingOpen,
  notRestored,
  priceFresh,
  rulesKnown,
  saleBudget,
  salePermitted,
  salesOpen,
  accountKnown,
} from './guards.js';
import { restingStop } from './open-intents.js';
import type { PairState } from './pair-state.js';
import { isTradableAmount } from './sale-terms.js';

/** How far below the bid the operator's sale may go before it rather stays unsold. */
const KEPT_OF_BID = scaled(98, 2);

const GUARDS: readonly Guard[] = [
  engineStarted,
  keyAccepted,
  nothingOpen,
  notRestored,
  salePermitted,
  clockCertain,
  rulesKnown,
  priceFresh,
  accountKnown,
  salesOpen,
  saleBudget,
];

/**
 * The operator's "sell now": the whole position at the market, at most 2 % below the bid, through the same intent path
 * as every order. Back-off and attention do not stop it, unless the
 * books are restored ones and take no order; it sells what both the books and the account hold. Null when
 * there is no position.
 */
export function manualSell(pair: PairState, context: DecisionContext): Decision | null {
  const { cycle } = pair;
  if (cycle?.phase !== 'active') return null;
  const refused = firstRefusal(GUARDS, pair, context);
  if (refused) return { type: 'wait', reason: refused };
  const { rules, account, market } = context;
  if (rules === null || account === null || market.bid === null)
    return { type: 'wait', reason: 'price_unknown' };

  const isAccountsWord = account.settled && restingStop(pair) === undefined;
  const held = isAccountsWord ? min(cycle.baseVolume, account.baseAvailable) : cycle.baseVolume;
  const amount = floorToStep(held, rules.amountStep);
  const limit = floorToStep(market.bid.times(KEPT_OF_BID) as Price, rules.priceStep);
  if (limit.lte(ZERO) || !isTradableAmount(amount, limit, rules))
    return { type: 'wait', reason: 'below_minimum' };
  return {
    type: 'place',
    draft: {
      side: 'sell',
      purpose: 'manual-sell',
      step: cycle.step,
      type: 'limit',
      timeInForce: 'ioc',
      baseAmount: amount,
      quoteAmount: null,
      limitPrice: limit,
    },
  };
}
