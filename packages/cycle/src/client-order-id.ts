import { assert } from '@mtrade/base';
import type { Purpose } from './intent.js';

/**
 * The name under which an order is sent: `t-m1-<install>-<nonce>-<row>-<purpose><check>`, 26 characters of [a-z0-9-].
 * It is a pure function of the committed row, so it can be recomputed and checked at any time. The install id tells
 * two engines on one account apart; the start nonce keeps ids unique after a restored backup has wound row numbers
 * back. Gate allows 28 characters with its `t-`.
 */
export interface ClientOrderIdParts {
  /** Four characters of [a-z0-9], drawn once per data directory. */
  readonly installId: string;
  /** Four characters of [a-z0-9], drawn at every start. */
  readonly startNonce: string;
  /** The intent's row number. */
  readonly rowId: number;
  readonly purpose: Purpose;
}

const PREFIX = 't-m1-';
/** Crockford's base 32 in lower case: no i, l, o, u that an eye could take for something else. */
const BASE32 = '0123456789abcdefghjkmnpqrstvwxyz';
const ROW_DIGITS = 7;
const MAX_ROW_ID = 32 ** ROW_DIGITS - 1;
const FOUR = /^[a-z0-9]{4}$/;
const PATTERN = /^(t-m1-([a-z0-9]{4})-([a-z0-9]{4})-([0-9a-hjkmnp-tv-z]{7})-([a-z]))([0-9a-hjkmnp-tv-z]{2})$/;

/** The purpose's first letter, except where two would be the same: a stop-loss protects. */
const LETTERS: Readonly<Record<Purpose, string>> = {
  start: 's',
  average: 'a',
  'take-profit': 't',
  'manual-sell': 'm',
  'stop-loss': 'p',
};
const PURPOSES = new Map(Object.entries(LETTERS).map(([purpose, letter]) => [letter, purpose as Purpose]));

export function clientOrderId(parts: ClientOrderIdParts): string {
  assert(
    FOUR.test(parts.installId),
    `install id is four of [a-z0-9], not ${JSON.stringify(parts.installId)}`,
  );
  assert(
    FOUR.test(parts.startNonce),
    `start nonce is four of [a-z0-9], not ${JSON.stringify(parts.startNonce)}`,
  );
  assert(
    Number.isSafeInteger(parts.rowId) && parts.rowId >= 0 && parts.rowId <= MAX_ROW_ID,
    `row id ${parts.rowId} does not fit a client order id`,
  );
  const body = `${PREFIX}${parts.installId}-${parts.startNonce}-${base32(parts.rowId, ROW_DIGITS)}-${LETTERS[parts.purpose]}`;
  return body + checkOf(body);
}

/** The parts of an id of this engine's form with a right check; null for everything else, whoever made it. */
export function parseClientOrderId(id: string): ClientOrderIdParts | null {
  const match = PATTERN.exec(id);
  if (!match) return null;
  const [, body = '', installId = '', startNonce = '', row = '', letter = '', check = ''] = match;
  const purpose = PURPOSES.get(letter);
  if (purpose === undefined || checkOf(body) !== check) return null;
  return { installId, startNonce, rowId: fromBase32(row), purpose };
}

/** True when the id is of this installation: own prefix, own install id, right check. */
export const isOwnClientOrderId = (id: string, installId: string): boolean =>
  parseClientOrderId(id)?.installId === installId;

function base32(value: number, digits: number): string {
  let rest = value;
  let out = '';
  for (let i = 0; i < digits; i += 1) {
    out = BASE32.charAt(rest % 32) + out;
    rest = Math.floor(rest / 32);
  }
  return out;
}

function fromBase32(digits: string): number {
  let value = 0;
  for (const digit of digits) value = value * 32 + BASE32.indexOf(digit);
  return value;
}

/** Modulo a prime below 32 x 32: every single wrong character and every swap of two neighbours is noticed. */
function checkOf(body: string): string {
  let remainder = 0;
  for (let i = 0; i < body.length; i += 1) remainder = (remainder * 37 + body.charCodeAt(i)) % 1021;
  return base32(remainder, 2);
}
