import { assert } from '@mtrade/base';
import { type BaseQty, type Price, ZERO } from '@mtrade/money';
import { buyTerms, nextRow } from './buy-terms.js';
import type { Decision, DecisionContext, WaitReason } from './decision.js';
import {
  ALWAYS,
  AVERAGE,
  buyBudget,
  firstRefusal,
  KNOWLEDGE,
  priceFresh,
  SALE,
  saleBudget,
  START,
} from './guards.js';
import type { OrderDraft } from './intent.js';
import type { AccountView, MarketRules, MarketView } from './market.js';
import { restingStop } from './open-intents.js';
import type { Cycle, PairState } from './pair-state.js';
import { saleTerms } from './sale-terms.js';
import { isShort, shortage } from './shortage.js';

/**
 * The one rule of the engine: what a pair does now. Same state and context, same answer. A sale comes before a buy;
 * at most one order per decision. The order of the checks is the order in which an operator wants the reasons.
 */
export function decide(pair: PairState, context: DecisionContext): Decision {
  const stopped = firstRefusal(ALWAYS, pair, context);
  if (stopped) return wait(stopped);
  const missing = pair.attention === null ? shortage(pair, context.account) : null;
  if (missing !== null) return { type: 'attention', reason: missing };
  return pair.cycle === null ? start(pair, context) : goOn(pair, pair.cycle, context);
}

function start(pair: PairState, context: DecisionContext): Decision {
  const refused = firstRefusal(START, pair, context);
  if (refused) return wait(refused);
  const { rules, account, ask } = known(context);
  const { baseOrder, reserve } = context.params;
  if (baseOrder.lt(rules.minQuote) || baseOrder.lt(rules.minBase.times(ask))) return wait('below_minimum');
  if (account.quoteAvailable.minus(reserve).lt(baseOrder)) return wait('insufficient_quote');
  return {
    type: 'place',
    draft: {
      side: 'buy',
      purpose: 'start',
      step: 0,
      type: 'market',
      timeInForce: 'ioc',
      baseAmount: null,
      quoteAmount: baseOrder,
      limitPrice: null,
    },
  };
}

function goOn(pair: PairState, cycle: Cycle, context: DecisionContext): Decision {
  assert(cycle.phase === 'active', `${pair.symbol} is buying, but its start buy is not open`);
  const refused = firstRefusal(KNOWLEDGE, pair, context);
  if (refused) return wait(refused);
  const sale = sell(pair, cycle, context);
  if (sale.type !== 'wait') return sale;
  const buy = average(pair, cycle, context);
  if (buy.type !== 'wait') return buy;
  return wait(nearer(cycle, context.market, sale.reason, buy.reason));
}

function sell(pair: PairState, cycle: Cycle, context: DecisionContext): Decision {
  const refused = firstRefusal(SALE, pair, context);
  if (refused) return wait(refused);
  const { rules, account, bid } = known(context);
  const { limit, amount, required } = saleTerms(cycle, rules);
  if (bid.lt(required)) return wait('bid_below_required');
  if (amount === null || amount.times(bid).lt(rules.minQuote)) return wait('below_minimum');
  if (bid.lt(limit)) return wait('bid_below_required');
  if (pair.attention !== null && isShort(pair, account)) return wait('needs_attention');
  // What a resting stop may hold back is free again before the sale goes out.
  const isHeldBack = restingStop(pair) !== undefined;
  if (account.settled && !isHeldBack && account.baseAvailable.lt(amount))
    return locked(pair, account, amount, rules);
  if (firstRefusal([saleBudget], pair, context)) return wait('rate_limited');
  return {
    type: 'place',
    draft: {
      side: 'sell',
      purpose: 'take-profit',
      step: cycle.step,
      type: 'limit',
      timeInForce: rules.supportsFok ? 'fok' : 'ioc',
      baseAmount: amount,
      quoteAmount: null,
      limitPrice: limit,
    },
  };
}

/** The coins are there but not free: an order that is not ours holds them, and the sale would only be refused. */
function locked(pair: PairState, account: AccountView, amount: BaseQty, rules: MarketRules): Decision {
  if (pair.attention !== null) return wait('needs_attention');
  const reason = `the sale needs ${amount.toFixed()} ${rules.base}, but only ${account.baseAvailable.toFixed()} of the account's ${account.baseTotal.toFixed()} are free`;
  return { type: 'attention', reason };
}

function average(pair: PairState, cycle: Cycle, context: DecisionContext): Decision {
  const refused = firstRefusal(AVERAGE, pair, context);
  if (refused) return wait(refused);
  const row = nextRow(cycle);
  if (row === undefined) return wait('ladder_exhausted');
  const ask = askAt(context.market, row.level);
  if (ask === null) return wait('price_unknown');
  if (isLevelStale(row.level, context)) return wait('price_stale');
  if (ask.gt(row.rate)) return wait('price_above_row');
  const { rules, account } = known(context);
  const terms = buyTerms(cycle, rules);
  assert(terms, `cycle ${cycle.id} has a row ${row.step} but no last buy`);
  if (ask.gte(terms.bound)) return wait('drop_insufficient');
  if (terms.limit === null || terms.amount === null) return wait('below_minimum');
  // Only where the book does not keep to the pair's own price grid.
  if (ask.gt(terms.limit)) return wait('price_above_row');
  if (account.quoteAvailable.minus(cycle.params.reserve).lt(terms.cost)) return wait('insufficient_quote');
  if (firstRefusal([buyBudget], pair, context)) return wait('rate_limited');
  return {
    type: 'place',
    draft: {
      side: 'buy',
      purpose: 'average',
      step: row.step,
      type: 'limit',
      timeInForce: rules.supportsFok ? 'fok' : 'ioc',
      baseAmount: terms.amount,
      quoteAmount: null,
      limitPrice: terms.limit,
    },
  };
}

/**
 * The ask that a buy at this level of the book would have to reach; null when that level is not known. The best ask
 * comes on a channel of its own: where the two contradict each other, the higher one counts.
 */
function askAt({ ask, levelAsk, askLevel }: MarketView, level: number): Price | null {
  if (level === 1) return ask;
  if (askLevel !== level || levelAsk === null) return null;
  return ask !== null && ask.gt(levelAsk) ? ask : levelAsk;
}

/** Written so that an age that is not a number is stale too. */
const isLevelStale = (level: number, { market, staleAfterMs }: DecisionContext): boolean =>
  level > 1 && !(market.levelAgeMs < staleAfterMs);

/** The second look at the prices that an order rests on, right before its commit: the same rules as at the decision. */
export function priceRefusal(
  pair: PairState,
  context: DecisionContext,
  { purpose }: OrderDraft,
): WaitReason | null {
  const refused = firstRefusal([priceFresh], pair, context);
  if (refused !== null || purpose !== 'average' || pair.cycle === null) return refused;
  return isLevelStale(nextRow(pair.cycle)?.level ?? 1, context) ? 'price_stale' : null;
}

/**
 * Of two reasons to wait the one about what comes next: below the last buy that is the row, above it the sale. A forbidden
 * pair has only the sale to wait for.
 */
function nearer(cycle: Cycle, market: MarketView, sale: WaitReason, buy: WaitReason): WaitReason {
  if (buy === 'not_permitted') return sale === 'bid_below_required' ? 'only_sells' : sale;
  if (buy === 'ladder_exhausted') return sale;
  if (buy !== 'price_above_row') return buy;
  return (market.bid ?? ZERO).lt(cycle.lastBuyPrice ?? ZERO) ? buy : sale;
}

const wait = <R extends WaitReason>(reason: R): { type: 'wait'; reason: R } => ({ type: 'wait', reason });

interface Known {
  readonly rules: MarketRules;
  readonly account: AccountView;
  readonly bid: Price;
  readonly ask: Price;
}

/** The facts that the guards have vouched for. */
function known({ rules, account, market }: DecisionContext): Known {
  assert(rules && account && market.bid && market.ask, 'a guard let an unknown fact pass');
  return { rules, account, bid: market.bid, ask: market.ask };
}
