import type { OrderEvidence } from '@mtrade/engine';
import { type Decimal, text } from '@mtrade/money';
import { Broken } from './target.js';

const KNOWN_PROTOTYPE = Object.getOwnPropertyNames(Object.prototype).join();

/** Nothing that came in may have reached what every object has (S10). */
export function requireCleanPrototype(input: string | Buffer): void {
  if (Object.getOwnPropertyNames(Object.prototype).join() !== KNOWN_PROTOTYPE)
    throw new Broken('S10: Object.prototype was changed', input);
}

/** An amount of something that was traded: known digits, not negative. */
export function requireAmount(name: string, amount: Decimal | null, input: string | Buffer): void {
  if (amount !== null && (amount.lt('0') || !/^\d+(\.\d+)?$/.test(text(amount))))
    throw new Broken(`${name} is ${amount.toFixed()}`, input);
}

export function requireEvidence(evidence: OrderEvidence, input: string | Buffer): void {
  const { clientOrderId, exchangeOrderId, symbol } = evidence;
  if (typeof clientOrderId !== 'string' || typeof exchangeOrderId !== 'string' || exchangeOrderId === '')
    throw new Broken('evidence without a name', input);
  if (!/^[A-Z0-9]{1,20}\/[A-Z0-9]{1,20}$/.test(symbol)) throw new Broken('evidence of no pair', input);
  requireAmount('the filled base', evidence.filledBase, input);
  requireAmount('the filled quote', evidence.filledQuote, input);
}
