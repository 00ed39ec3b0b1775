import { scaledOf } from '../core/units.js';

/** Longest first, so that `FDUSD` is not read as `USD`. */
const QUOTES = ['FDUSD', 'USDT', 'USDC', 'BUSD', 'TUSD', 'USD', 'EUR', 'BTC', 'ETH', 'BNB'];

/**
 * `BTCUSDT` is `BTC/USDT`; also the first word of a file name such as `BTCUSDT_binance_spot_1m.csv.gz`. With a hyphen
 * the quote need not be a known one: `PEPE-TRY_gate_1m.csv`. Null: unknown.
 */
export function symbolOf(name: string): string | null {
  const [, split, quoteName] = /^([A-Z0-9]+)-([A-Z]{2,10})(?=[_.]|$)/.exec(name) ?? [];
  if (split !== undefined && quoteName !== undefined) return `${split}/${quoteName}`;
  const word = /^[A-Z0-9]+/.exec(name.toUpperCase())?.[0] ?? '';
  const quote = QUOTES.find((one) => word.endsWith(one) && word.length > one.length);
  return quote === undefined ? null : `${word.slice(0, -quote.length)}/${quote}`;
}

const PLAIN = /^\d{1,20}(?:\.\d{1,20})?$/;

/** A plain decimal, zero included. */
export const isSizeText = (text: unknown): text is string => typeof text === 'string' && PLAIN.test(text);

/** A plain decimal above zero that a mantissa holds exactly. */
export function isPriceText(text: unknown): text is string {
  if (!isSizeText(text)) return false;
  const { mantissa } = scaledOf(text);
  return mantissa > 0 && Number.isSafeInteger(mantissa);
}
