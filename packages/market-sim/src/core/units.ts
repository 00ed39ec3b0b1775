import { assert } from '@mtrade/base';
import type { ScaledPrice } from './types.js';

/**
 * Book prices are whole price steps ("ticks") and book sizes whole amount steps ("units"), both safe integers: exact,
 * cheap to compare ten thousand times a second, and without any decimal library on the way of a quote.
 */

const POWERS = Array.from({ length: 16 }, (_, exponent) => Number(`1e${exponent}`));

export function powerOfTen(exponent: number): number {
  const power = POWERS[exponent];
  assert(power !== undefined, `no power of ten for exponent ${exponent}`);
  return power;
}

/** A price in steps of `decimals`; digits beyond them are rounded towards the given side. */
export function toTicks(price: ScaledPrice, decimals: number, side: 'floor' | 'ceil' | 'near'): number {
  const shift = decimals - price.decimals;
  if (shift === 0) return price.mantissa;
  if (shift > 0) {
    const ticks = price.mantissa * powerOfTen(shift);
    assert(Number.isSafeInteger(ticks), `price ${price.mantissa}e-${price.decimals} is too large`);
    return ticks;
  }
  const divisor = powerOfTen(-shift);
  const rest = price.mantissa % divisor;
  const floor = (price.mantissa - rest) / divisor;
  if (rest === 0 || side === 'floor') return floor;
  return side === 'ceil' || rest * 2 >= divisor ? floor + 1 : floor;
}

/** Whole steps in a plain positive decimal text; digits beyond `decimals` are cut off. */
export function unitsOf(text: string, decimals: number): number {
  const point = text.indexOf('.');
  const whole = point < 0 ? text : text.slice(0, point);
  const fraction = point < 0 ? '' : text.slice(point + 1, point + 1 + decimals);
  const units = Number(whole + fraction.padEnd(decimals, '0'));
  assert(!Number.isNaN(units) && units >= 0, `not a positive plain decimal: ${text}`);
  return Math.min(units, Number.MAX_SAFE_INTEGER);
}

/** `unitsText(12345, 2)` is `123.45`. Keeps trailing zeros. */
export function unitsText(units: number, decimals: number): string {
  if (decimals === 0) return String(units);
  const digits = String(units).padStart(decimals + 1, '0');
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/** A decimal text as mantissa and decimals, trailing zeros dropped: `61837.63000000` is 6183763 x 10^-2. */
export function scaledOf(text: string): ScaledPrice {
  const point = text.indexOf('.');
  if (point < 0) return { mantissa: Number(text), decimals: 0 };
  let end = text.length;
  while (text.charCodeAt(end - 1) === 48) end -= 1;
  if (end === point + 1) return { mantissa: Number(text.slice(0, point)), decimals: 0 };
  return { mantissa: Number(text.slice(0, point) + text.slice(point + 1, end)), decimals: end - point - 1 };
}
