import { Big } from 'big.js';
import type { BaseQty, Decimal, Price, QuoteAmount } from './decimal.js';
import { quotient } from './quotient.js';

/** The largest multiple of `step` that is not above `value`. Both positive. */
export function floorToStep<T extends Decimal>(value: T, step: T): T {
  const steps = quotient(value, step).round(0, Big.roundDown);
  const floored = steps.times(step);
  // A quotient is rounded at its 40th decimal; this makes the promise hold even when that rounding went up.
  return (floored.gt(value) ? floored.minus(step) : floored) as T;
}

/** The smallest multiple of `step` that is not below `value`. Both positive. */
export function ceilToStep<T extends Decimal>(value: T, step: T): T {
  const floored = floorToStep(value, step);
  return (floored.eq(value) ? floored : floored.plus(step)) as T;
}

/** Rounds towards zero to `decimals` places: for amounts that must not promise more than there is. */
export const truncate = <T extends Decimal>(value: T, decimals: number): T =>
  value.round(decimals, Big.roundDown) as T;

/** Exact value of `qty` at `at`. */
export const valueOf = (at: Price, qty: BaseQty): QuoteAmount => at.times(qty) as QuoteAmount;

/** The most whole steps of base that `budget` can buy at `at`. */
export const qtyFor = (budget: QuoteAmount, at: Price, step: BaseQty): BaseQty =>
  floorToStep(quotient(budget, at) as BaseQty, step);
