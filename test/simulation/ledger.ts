import type { ClosedCycle, Cycle, PairState } from '@mtrade/cycle';
import type { ChangeSet } from '@mtrade/engine';
import { type Decimal, text, ZERO } from '@mtrade/money';

interface Sums {
  base: Decimal;
  invested: Decimal;
  proceeds: Decimal;
  dustBase: Decimal;
  dustCost: Decimal;
}

interface PairTotals {
  bought: Decimal;
  sold: Decimal;
  profit: Decimal;
}

/** The books' numbers once more, from the booked trades alone: what every commit is held against. */
export class Ledger {
  readonly #cycles = new Map<number, Sums>();
  readonly #pairs = new Map<string, PairTotals>();

  /** What is wrong with the commit; null when the books agree. `before` is the pair as it was. */
  check(change: ChangeSet, before: PairState | null): { id: string; detail: string } | null {
    for (const { fill, cycleId } of change.fills ?? []) this.#book(fill, cycleId);
    const after = change.pair ?? null;
    const wasBuying = before?.cycle?.phase === 'buying';
    if (change.cycle?.phase === 'active' && wasBuying && before) {
      const sums = this.#sums(change.cycle.id);
      sums.dustBase = before.dust.base;
      sums.dustCost = before.dust.cost;
    }
    if (change.takenIn) {
      const sums = this.#sums(change.takenIn.cycleId);
      sums.dustBase = sums.dustBase.plus(change.takenIn.base);
      sums.dustCost = sums.dustCost.plus(change.takenIn.cost);
      const totals = this.#totals(change.takenIn.symbol);
      totals.bought = totals.bought.plus(change.takenIn.base);
    }
    const running = change.cycle?.phase === 'active' ? this.#wrong(change.cycle) : null;
    if (running) return running;
    if (change.closedCycle && before && after) {
      // What an ended cycle leaves as dust, then or with a late fill, is no longer its own.
      if (change.closedCycle.outcome !== 'reset') {
        const sums = this.#sums(change.closedCycle.id);
        sums.dustBase = sums.dustBase.minus(after.dust.base.minus(before.dust.base));
      }
      const wrong = this.#wrong(change.closedCycle) ?? this.#wrongProfit(change.closedCycle, before, after);
      if (wrong) return wrong;
    }
    return change.fills?.length ? this.#oversold(change) : null;
  }

  #book(fill: NonNullable<ChangeSet['fills']>[number]['fill'], cycleId: number): void {
    const sums = this.#sums(cycleId);
    const totals = this.#totals(fill.symbol);
    const [base, quote] = fill.symbol.split('/');
    const value = fill.price.times(fill.baseAmount);
    const baseFee = fill.feeCoin === base ? fill.fee : ZERO;
    const quoteFee = fill.feeCoin === quote ? fill.fee : ZERO;
    if (fill.side === 'buy') {
      sums.base = sums.base.plus(fill.baseAmount).minus(baseFee);
      sums.invested = sums.invested.plus(value).plus(quoteFee);
      totals.bought = totals.bought.plus(fill.baseAmount).minus(baseFee);
    } else {
      sums.base = sums.base.minus(fill.baseAmount).minus(baseFee);
      sums.proceeds = sums.proceeds.plus(value).minus(quoteFee);
      totals.sold = totals.sold.plus(fill.baseAmount).plus(baseFee);
    }
  }

  #wrong(cycle: Cycle | ClosedCycle): { id: string; detail: string } | null {
    const sums = this.#sums(cycle.id);
    const numbers: readonly (readonly [string, Decimal, Decimal])[] = [
      ['base volume', cycle.baseVolume, sums.base.plus(sums.dustBase)],
      ['invested', cycle.invested, sums.invested.plus(sums.dustCost)],
      ['proceeds', cycle.proceeds, sums.proceeds],
    ];
    for (const [what, stored, trades] of numbers)
      if (!stored.eq(trades))
        return {
          id: 'I8',
          detail: `cycle ${cycle.id}: ${what} is ${text(stored)}, its trades make ${text(trades)}`,
        };
    return null;
  }

  /** The pair's profit moves by what its closed cycle has earned. */
  #wrongProfit(
    closed: ClosedCycle,
    before: PairState,
    after: PairState,
  ): { id: string; detail: string } | null {
    const moved = after.realizedProfit.minus(before.realizedProfit);
    const isFirst = before.cycle?.id === closed.id;
    if (!isFirst || moved.eq(closed.profit)) return null;
    return {
      id: 'I8',
      detail: `cycle ${closed.id} earned ${text(closed.profit)}, the pair's profit moved by ${text(moved)}`,
    };
  }

  #oversold(change: ChangeSet): { id: string; detail: string } | null {
    const symbol = change.fills?.[0]?.fill.symbol ?? '';
    const { bought, sold } = this.#totals(symbol);
    if (sold.lte(bought)) return null;
    return { id: 'I16', detail: `${symbol}: sold ${text(sold)}, bought only ${text(bought)}` };
  }

  #sums(cycleId: number): Sums {
    let sums = this.#cycles.get(cycleId);
    if (!sums)
      this.#cycles.set(
        cycleId,
        (sums = { base: ZERO, invested: ZERO, proceeds: ZERO, dustBase: ZERO, dustCost: ZERO }),
      );
    return sums;
  }

  #totals(symbol: string): PairTotals {
    let totals = this.#pairs.get(symbol);
    if (!totals) this.#pairs.set(symbol, (totals = { bought: ZERO, sold: ZERO, profit: ZERO }));
    return totals;
  }
}
