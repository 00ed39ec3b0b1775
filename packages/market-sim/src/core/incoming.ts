import { type Decimal, ONE, integer, text } from '@mtrade/money';
import type { Accounts } from './accounts.js';
import type { Market } from './market.js';
import type { Plan, Taking } from './matching.js';
import { type CheckedRequest, checkSize, mayTrade } from './request.js';
import { type Result, refuse } from './result.js';
import type { FinishAs } from './types.js';

/** What an incoming order asks of the market and of its account, before anything is moved. */

const ROUND_DOWN = 0;
const ROUND_UP = 3;

/** Null when the order may go on to the book. */
export function refuseBeforeMatching(
  accounts: Accounts,
  market: Market,
  userId: string,
  request: CheckedRequest,
): Result<never> | null {
  const { spec } = market;
  if (!mayTrade(spec, request.side))
    return refuse('TRADE_RESTRICTED', `${spec.id} is ${spec.tradeStatus}: no ${request.side} orders`);
  if (!market.isQuoted) return refuse('ORDER_BOOK_NOT_FOUND', `${spec.id} has no order book yet`);
  const size = sizeOf(market, request);
  const fits = checkSize(spec, size.base, size.value);
  if (!fits.ok) return fits;
  const coin = request.side === 'buy' ? spec.quote : spec.base;
  const needed =
    request.price === null || request.side === 'sell' ? request.amount : request.amount.times(request.price);
  if (accounts.available(userId, coin).lt(needed))
    return refuse('BALANCE_NOT_ENOUGH', `Not enough balance: ${text(needed)} ${coin} needed`);
  return null;
}

export function takingOf(market: Market, userId: string, request: CheckedRequest): Taking {
  const { side } = request;
  const isBudget = request.type === 'market' && side === 'buy';
  return {
    userId,
    side,
    limitTicks: request.priceTicks ?? slippageLimit(market, request),
    units: isBudget ? null : market.unitsOf(request.amount),
    budget: isBudget ? request.amount : null,
  };
}

/** Worst price of a market order: best price times (1 +- slippage), rounded towards the best price. */
function slippageLimit(market: Market, { side, slippage }: CheckedRequest): number {
  const none = side === 'buy' ? Infinity : 0;
  const { bid, ask } = market.best;
  const best = side === 'buy' ? ask : bid;
  if (slippage === null || best === none) return none;
  const factor = side === 'buy' ? ONE.plus(slippage) : ONE.minus(slippage);
  // The best price in ticks times the factor is the limit in ticks; cut towards the best price.
  return Number(
    integer(best)
      .times(factor)
      .round(0, side === 'buy' ? ROUND_DOWN : ROUND_UP)
      .toFixed(),
  );
}

/** Amount in base and value in quote for the minimum checks; null where the order does not say. */
function sizeOf(market: Market, request: CheckedRequest): { base: Decimal | null; value: Decimal | null } {
  if (request.price !== null) return { base: request.amount, value: request.amount.times(request.price) };
  if (request.side === 'buy') return { base: null, value: request.amount };
  const { bid } = market.best;
  return { base: request.amount, value: bid === 0 ? null : request.amount.times(market.priceOf(bid)) };
}

/** How the order ends, or that it rests (`open`). */
export function finishOf(request: CheckedRequest, plan: Plan): FinishAs {
  if (plan.isComplete) return plan.fills.length > 0 ? 'filled' : 'small';
  if (plan.hitsOwn) return 'stp';
  if (request.timeInForce === 'gtc' || request.timeInForce === 'poc') return 'open';
  if (request.timeInForce === 'fok') return 'fok';
  return request.type === 'market' ? 'depth_not_enough' : 'ioc';
}
