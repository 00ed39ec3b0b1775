import type { Brand } from '@mtrade/base';
import { Big } from 'big.js';

/**
 * The one decimal type of the project. Strict: a JavaScript number is refused everywhere, so a float can never slip
 * into money. Sums and products are exact; a quotient is rounded half up to 40 decimals, far below any market's step.
 */
Big.strict = true;
Big.DP = 40;
Big.RM = Big.roundHalfUp;
Big.PE = 60;
Big.NE = -60;

export type Decimal = Big;

/** Quote per one base. */
export type Price = Brand<Decimal, 'Price'>;
/** An amount of the base coin. */
export type BaseQty = Brand<Decimal, 'BaseQty'>;
/** An amount of the quote coin. */
export type QuoteAmount = Brand<Decimal, 'QuoteAmount'>;

const PLAIN_DECIMAL = /^-?\d{1,30}(?:\.\d{1,40})?$/;

/** Exchange or configuration text in, exact decimal out. `1e-7`, `NaN`, ` 1` and `.5` are refused, not guessed. */
export function decimal(text: string): Decimal {
  if (text.length > 72 || !PLAIN_DECIMAL.test(text))
    throw new TypeError(`not a plain decimal: ${JSON.stringify(text.slice(0, 80))}`);
  return new Big(text);
}

export const price = (text: string): Price => decimal(text) as Price;
export const baseQty = (text: string): BaseQty => decimal(text) as BaseQty;
export const quoteAmount = (text: string): QuoteAmount => decimal(text) as QuoteAmount;

/** Plain decimal text, never exponential; `decimal(text(x))` equals `x`. */
export const text = (value: Decimal): string => value.toFixed();

/** A whole number that a counter or a mantissa holds exactly. */
export function integer(value: number): Decimal {
  if (!Number.isSafeInteger(value)) throw new TypeError(`not a safe integer: ${value}`);
  return new Big(String(value));
}

/** `mantissa x 10^-decimals`, exact: how a price lies in shared memory. */
export function scaled(mantissa: number, decimals: number): Decimal {
  if (!Number.isSafeInteger(mantissa)) throw new TypeError(`not a safe integer: ${mantissa}`);
  return new Big(`${mantissa}e-${decimals}`);
}

/**
 * Gives back the same object in as little memory as it takes: for what is kept for hours by the thousand. An array that
 * was filled digit by digit has room for sixteen more, which is half of a short number.
 */
export function compact<T extends Decimal>(value: T): T {
  value.c = value.c.slice();
  return value;
}

/** For hints and displays only: the nearest double. Never the base of a decision that spends money. */
export const toDouble = (value: Decimal): number => Number(value.toFixed());

export const ZERO: Decimal = new Big('0');
export const ONE: Decimal = new Big('1');
export const HUNDRED: Decimal = new Big('100');

export const max = <T extends Decimal>(a: T, b: T): T => (a.gte(b) ? a : b);
export const min = <T extends Decimal>(a: T, b: T): T => (a.lte(b) ? a : b);
