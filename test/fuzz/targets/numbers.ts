import { clientOrderId, parseClientOrderId } from '@mtrade/cycle';
import { parseScaledPrice } from '@mtrade/engine';
import { decimal, scaled, text } from '@mtrade/money';
import type { Random } from '../../simulation/random.js';
import { mutateBytes } from '../mutate.js';
import { CLIENT_ID } from '../samples.js';
import { Broken, type Target } from '../target.js';

/** No reader of a few characters may take longer than this over any text, however long (S20). */
const SLOW_MS = 1_000;
const BATCH = 64;

/** Amounts, prices and order names, held against slow readers that say the same in another way (X07, X30, S20). */
export const numbers: Target = {
  open: () =>
    Promise.resolve({
      step: (random) => {
        for (let count = 0; count < BATCH; count += 1) {
          if (random.chance(0.7)) tryNumber(numberText(random));
          else tryName(nameText(random));
        }
        return Promise.resolve(BATCH);
      },
      close: () => Promise.resolve(),
    }),
};

function numberText(random: Random): string {
  const digits = (most: number): string =>
    Array.from({ length: random.below(most) }, () => String(random.below(10))).join('');
  const plain = `${random.chance(0.1) ? '-' : ''}${digits(24)}${random.chance(0.7) ? `.${digits(24)}` : ''}`;
  if (random.chance(0.5)) return plain;
  if (random.chance(0.05)) return digits(2) + random.pick(['0', '9', '.', ' ', '-']).repeat(50_000);
  return mutateBytes(Buffer.from(plain), random).toString('utf8');
}

function tryNumber(input: string): void {
  const begunMs = performance.now();
  let value: ReturnType<typeof decimal> | null = null;
  try {
    value = decimal(input);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  const price = parseScaledPrice(input);
  if (performance.now() - begunMs > SLOW_MS)
    throw new Broken('S20: a number took too long', input.slice(0, 100));
  if (value !== null && exactOf(text(value)) !== exactOf(input))
    throw new Broken(`X30: read as ${text(value)}`, input);
  if (price === null) return;
  if (value === null || !value.gt('0')) throw new Broken('a price that is no positive decimal', input);
  if (!scaled(price.mantissa, price.decimals).eq(value))
    throw new Broken(`X30: a price of ${price.mantissa}e-${price.decimals}`, input);
}

/** The digits as one whole number with its decimals, by nothing but text and BigInt. */
function exactOf(input: string): string {
  const [whole = '', fraction = ''] = input.split('.');
  const digits = BigInt((whole + fraction).replace('-', ''));
  const kept = fraction.replace(/0+$/, '');
  const value = digits / 10n ** BigInt(fraction.length - kept.length);
  return `${input.startsWith('-') && value !== 0n ? '-' : ''}${value}e-${kept.length}`;
}

function nameText(random: Random): string {
  const own = clientOrderId({
    installId: random.pick(['abcd', '0000', 'zz9z']),
    startNonce: 'q7ab',
    rowId: random.below(1_000_000),
    purpose: random.pick(['start', 'average', 'take-profit']),
  });
  if (random.chance(0.02)) return `t-m1-${'a'.repeat(100_000)}`;
  const name = random.chance(0.5) ? own : CLIENT_ID;
  return random.chance(0.2) ? name : mutateBytes(Buffer.from(name), random).toString('latin1');
}

/** A name is ours only when it is, to the letter, what we would have written. */
function tryName(input: string): void {
  const begunMs = performance.now();
  const parts = parseClientOrderId(input);
  if (performance.now() - begunMs > SLOW_MS)
    throw new Broken('S20: a name took too long', input.slice(0, 100));
  if (parts !== null && clientOrderId(parts) !== input)
    throw new Broken('a name that we would not have given', input);
}
