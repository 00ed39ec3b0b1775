import type { LadderFacts } from './facts.js';
import { Fraction, HUNDRED, ONE, ZERO } from './fraction.js';

/**
 * The break-even table, straight from its definition and in exact fractions:
 *
 *     step_drop(k)  = 0 for k = 0, else k x step_growth_pct + step_pct      (points of P0)
 *     rate(k)       = P0 x (1 - (step_drop(0) + ... + step_drop(k)) / 100)
 *     purchase(k)   = base_order x scale^k                                  (scale: fixed 1, martingale 2, geometric volume_scale)
 *     breakeven(k)  = (purchase(0) + ... + purchase(k)) / (purchase(0)/rate(0) + ... + purchase(k)/rate(k))
 *     sell_price(k) = breakeven(k) + rate(k) x (take_profit_pct - k x take_profit_decay_pct) / 100
 *
 * The last line is the definition `rate x (1 + (breakeven_pct + target)/100)` with breakeven_pct written out.
 */
export class CheckedLadder {
  readonly #facts: LadderFacts;
  readonly #start: Fraction;
  readonly #rates: Fraction[] = [];

  constructor(facts: LadderFacts, startPrice: Fraction) {
    this.#facts = facts;
    this.#start = startPrice;
  }

  hasRow(step: number): boolean {
    return step <= this.#facts.safety_orders;
  }

  rate(step: number): Fraction {
    for (let k = this.#rates.length; k <= step; k += 1) {
      const above = k === 0 ? this.#start : (this.#rates[k - 1] as Fraction);
      this.#rates.push(above.minus(this.#start.times(stepDrop(this.#facts, k)).over(HUNDRED)));
    }
    return this.#rates[step] as Fraction;
  }

  sellPrice(step: number): Fraction {
    let invested = ZERO;
    let coins = ZERO;
    for (let k = 0; k <= step; k += 1) {
      const spent = purchase(this.#facts, k);
      invested = invested.plus(spent);
      coins = coins.plus(spent.over(this.rate(k)));
    }
    const target = Fraction.of(this.#facts.take_profit_pct).minus(
      Fraction.of(step).times(Fraction.of(this.#facts.take_profit_decay_pct)),
    );
    return invested.over(coins).plus(this.rate(step).times(target).over(HUNDRED));
  }
}

/** In percentage points. */
export const stepDrop = (facts: LadderFacts, step: number): Fraction =>
  step === 0
    ? ZERO
    : Fraction.of(step).times(Fraction.of(facts.step_growth_pct)).plus(Fraction.of(facts.step_pct));

export function purchase(facts: LadderFacts, step: number): Fraction {
  const scale =
    facts.volume_mode === 'fixed'
      ? ONE
      : Fraction.of(facts.volume_mode === 'martingale' ? '2' : facts.volume_scale);
  let amount = Fraction.of(facts.base_order);
  for (let k = 0; k < step; k += 1) amount = amount.times(scale);
  return amount;
}
