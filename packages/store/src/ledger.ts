import type { Fill } from '@mtrade/cycle';
import { type Decimal, ZERO } from '@mtrade/money';

/** What a set of fills does to a cycle, net of fees. Amounts of base, quote and quote. */
export interface LedgerSums {
  readonly baseVolume: Decimal;
  readonly invested: Decimal;
  readonly proceeds: Decimal;
  /** Fees in a coin that is neither base nor quote, per coin: they move neither volume nor money of the cycle. */
  readonly otherFees: ReadonlyMap<string, Decimal>;
}

/**
 * A cycle's numbers from its fills alone. Buys add base less base fees and cost quote plus quote fees; sales take base
 * plus base fees and bring quote less quote fees.
 */
export function sumFills(symbol: string, fills: Iterable<Fill>): LedgerSums {
  const [base, quote] = symbol.split('/');
  let baseVolume = ZERO;
  let invested = ZERO;
  let proceeds = ZERO;
  const otherFees = new Map<string, Decimal>();
  for (const fill of fills) {
    const value = fill.price.times(fill.baseAmount);
    const baseFee = fill.feeCoin === base ? fill.fee : ZERO;
    const quoteFee = fill.feeCoin === quote ? fill.fee : ZERO;
    if (fill.feeCoin !== base && fill.feeCoin !== quote)
      otherFees.set(fill.feeCoin, (otherFees.get(fill.feeCoin) ?? ZERO).plus(fill.fee));
    if (fill.side === 'buy') {
      baseVolume = baseVolume.plus(fill.baseAmount).minus(baseFee);
      invested = invested.plus(value).plus(quoteFee);
    } else {
      baseVolume = baseVolume.minus(fill.baseAmount).minus(baseFee);
      proceeds = proceeds.plus(value).minus(quoteFee);
    }
  }
  return { baseVolume, invested, proceeds, otherFees };
}
