import { Big } from 'big.js';
import { type Decimal, ZERO } from './decimal.js';

/** Exact sum; zero for an empty list. */
export function sum<T extends Decimal>(values: Iterable<T>): T {
  let total: Decimal = ZERO;
  for (const value of values) total = total.plus(value);
  return total as T;
}

/** Exact sums of the values under each key, in the order in which the keys first come: per coin, per day. */
export function sumsByKey(entries: Iterable<readonly [key: string, value: Decimal]>): Map<string, Decimal> {
  const sums = new Map<string, Decimal>();
  for (const [key, value] of entries) sums.set(key, (sums.get(key) ?? ZERO).plus(value));
  return sums;
}

/** Decimal places that every stored amount may have: `decimal(text(x))` takes no more. */
export const STORED_DECIMALS = 40;

/** Rounds half up to `decimals` places: for figures that are shown or compared, where neither side must win. */
export const roundHalfUp = <T extends Decimal>(value: T, decimals: number): T =>
  value.round(decimals, Big.roundHalfUp) as T;

/** Rounds away from zero to `decimals` places: for prices and costs that must not come out too low. */
export const roundUp = <T extends Decimal>(value: T, decimals: number): T =>
  value.round(decimals, Big.roundUp) as T;
