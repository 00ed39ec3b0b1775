import type { ScaledPrice } from './ports/index.js';

const DOT = 46;
const ZERO = 48;
const NINE = 57;
/** No listed price needs more; longer text is an attack or a mistake. */
const MOST_CHARS = 40;

/**
 * A positive price from plain decimal text, digit by digit, without ever being a fraction in binary: `8.8648` is
 * 88648 x 10^-4. Trailing zeros are dropped, so that equal prices are equal numbers. Null for everything else: an
 * exponent, a sign, `NaN`, an empty text, zero, `.5`, or more digits than a double counts exactly.
 */
export function parseScaledPrice(text: unknown): ScaledPrice | null {
  if (typeof text !== 'string' || text.length === 0 || text.length > MOST_CHARS) return null;
  let end = text.length;
  const dot = text.indexOf('.');
  if (dot === 0 || dot === end - 1) return null;
  if (dot > 0) {
    while (text.charCodeAt(end - 1) === ZERO) end -= 1;
    if (end - 1 === dot) end = dot;
  }
  let mantissa = 0;
  for (let index = 0; index < end; index += 1) {
    if (index === dot) continue;
    const code = text.charCodeAt(index);
    if (code < ZERO || code > NINE || code === DOT) return null;
    mantissa = mantissa * 10 + (code - ZERO);
    if (mantissa > Number.MAX_SAFE_INTEGER) return null;
  }
  if (mantissa === 0) return null;
  return { mantissa, decimals: end > dot && dot > 0 ? end - dot - 1 : 0 };
}
