import { type Decimal, HUNDRED, ZERO, decimal, text } from '@mtrade/money';
import type { Accounts } from './accounts.js';
import type { LiveOrder } from './orders.js';
import type { PairSpec, Trade } from './types.js';

/** GT fees are rounded up to this many decimals: the exchange never takes less than its rate. */
const GT_DECIMALS = 8;
const ROUND_UP = 3;

export interface FillFacts {
  readonly spec: PairSpec;
  readonly order: LiveOrder;
  readonly role: 'taker' | 'maker';
  readonly price: Decimal;
  readonly amount: Decimal;
  /** Quote per GT; null when fees are never paid in GT. */
  readonly gtPrice: Decimal | null;
}

/**
 * Moves the coins of one fill and takes the fee: in base on a buy, in quote on a sale, or in GT while the account has
 * enough. Exact to the last digit, nothing is rounded but the GT fee. A maker pays from what its order has locked.
 */
export function settleFill(
  accounts: Accounts,
  fill: FillFacts,
): Pick<Trade, 'fee' | 'feeCurrency' | 'gtFee'> {
  const { spec, order, role, price, amount, gtPrice } = fill;
  const { userId, side } = order.view;
  const value = price.times(amount);
  const rate = decimal(role === 'taker' ? spec.takerFeePct : spec.makerFeePct).div(HUNDRED);
  const [given, givenCoin] = side === 'buy' ? [value, spec.quote] : [amount, spec.base];
  const [gained, gainedCoin] = side === 'buy' ? [amount, spec.base] : [value, spec.quote];

  if (role === 'maker') accounts.move(userId, givenCoin, ZERO, given.neg());
  else accounts.move(userId, givenCoin, given.neg(), ZERO);

  const gtFee = gtPrice === null ? ZERO : value.times(rate).div(gtPrice).round(GT_DECIMALS, ROUND_UP);
  const paysGt = gtFee.gt(ZERO) && accounts.available(userId, 'GT').gte(gtFee);
  if (paysGt) accounts.move(userId, 'GT', gtFee.neg(), ZERO);
  const fee = paysGt ? ZERO : gained.times(rate);
  accounts.move(userId, gainedCoin, gained.minus(fee), ZERO);

  order.filledAmount = order.filledAmount.plus(amount);
  order.filledTotal = order.filledTotal.plus(value);
  order.left = order.left.minus(order.view.type === 'market' && side === 'buy' ? value : amount);
  order.fee = order.fee.plus(fee);
  if (paysGt) order.gtFee = order.gtFee.plus(gtFee);
  return { fee: text(fee), feeCurrency: gainedCoin, gtFee: paysGt ? text(gtFee) : '0' };
}
