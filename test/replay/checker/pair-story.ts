import type { LadderFacts, MarketFacts, Violation } from './facts.js';
import { type FilledOrder, nameOf } from './fills.js';
import { Fraction, HUNDRED, ONE, ZERO, larger, smaller, say } from './fraction.js';
import { CheckedLadder, purchase, stepDrop } from './ladder.js';

export interface EndedCycle {
  readonly symbol: string;
  /** Deepest row bought. */
  readonly step: number;
  readonly profit: Fraction;
  readonly orderIds: readonly string[];
}

export interface PairStory {
  readonly symbol: string;
  readonly cycles: readonly EndedCycle[];
  readonly profit: Fraction;
  readonly dust: { readonly base: Fraction; readonly cost: Fraction };
  /** The position that is still held. */
  readonly open: {
    readonly step: number;
    readonly base: Fraction;
    readonly invested: Fraction;
    readonly proceeds: Fraction;
  } | null;
  readonly deepestRow: number;
  readonly filledOrders: number;
  readonly unfilledOrders: number;
  /** Client id of each filled buy to the row it stands for. */
  readonly rows: ReadonlyMap<string, number>;
  readonly violations: readonly Violation[];
}

interface RunningCycle {
  readonly ladder: CheckedLadder;
  step: number;
  lastBuy: Fraction;
  base: Fraction;
  invested: Fraction;
  proceeds: Fraction;
  readonly filledRows: Map<number, string>;
  readonly orderIds: string[];
}

/** Decimals of a dust's share of the cost, rounded up: the one rounding in the books. */
const COST_DECIMALS = 18;

/**
 * Tells one pair's story again from its orders and trades, in the order in which the exchange took them, and notes
 * everything that the rules forbid. After a violation the story goes on with what really happened.
 */
export class StoryTeller {
  readonly #market: MarketFacts;
  readonly #facts: LadderFacts;
  readonly #fee: Fraction;
  readonly #violations: Violation[] = [];
  readonly #cycles: EndedCycle[] = [];
  readonly #rows = new Map<string, number>();
  #cycle: RunningCycle | null = null;
  #dust = { base: ZERO, cost: ZERO };
  #profit = ZERO;
  #deepest = 0;
  #filled = 0;
  #unfilled = 0;
  #lastRow = -1;

  constructor(market: MarketFacts, facts: LadderFacts) {
    this.#market = market;
    this.#facts = facts;
    this.#fee = Fraction.of(market.feePct).over(HUNDRED);
  }

  take(filled: FilledOrder): void {
    const { order, row, purpose } = filled;
    // A stop is decided long before it sells.
    if (purpose !== 'stop-loss') {
      if (row <= this.#lastRow)
        this.#report('out-of-turn', [filled], `row ${row} of the books came after row ${this.#lastRow}`);
      this.#lastRow = row;
    }
    if (order.status === 'open')
      this.#report('still-open', [filled], 'the engine leaves no resting orders behind');
    if (filled.base.isZero) this.#unfilled += 1;
    else this.#filled += 1;
    if (purpose === 'start') return this.#start(filled);
    if (purpose === 'average') return this.#average(filled);
    if (purpose === 'take-profit') return this.#sale(filled);
    if (purpose === 'stop-loss' && this.#facts.stop_loss_pct !== undefined) return this.#stopSale(filled);
    this.#report('unexpected-purpose', [filled], 'a replay gives no commands, so only the rules may trade');
  }

  end(): PairStory {
    const cycle = this.#cycle;
    return {
      symbol: this.#market.symbol,
      cycles: this.#cycles,
      profit: this.#profit,
      dust: this.#dust,
      open: cycle && {
        step: cycle.step,
        base: cycle.base,
        invested: cycle.invested,
        proceeds: cycle.proceeds,
      },
      deepestRow: this.#deepest,
      filledOrders: this.#filled,
      unfilledOrders: this.#unfilled,
      rows: this.#rows,
      violations: this.#violations,
    };
  }

  #start(filled: FilledOrder): void {
    const { order } = filled;
    if (order.side !== 'buy' || order.type !== 'market')
      this.#report('wrong-order', [filled], `a start is a market buy, this is a ${order.type} ${order.side}`);
    if (!Fraction.of(order.amount).equals(Fraction.of(this.#facts.base_order)))
      this.#report('wrong-size', [filled], `a start spends ${this.#facts.base_order}, not ${order.amount}`);
    if (filled.base.isZero) return;
    if (this.#cycle !== null)
      return this.#report(
        'row-twice',
        [filled],
        `a second start buy; the cycle has begun with order ${this.#cycle.filledRows.get(0)}`,
      );
    const average = filled.quote.over(filled.base);
    this.#cycle = {
      ladder: new CheckedLadder(this.#facts, average),
      step: 0,
      lastBuy: average,
      base: filled.base.minus(filled.fee).plus(this.#dust.base),
      invested: filled.quote.plus(this.#dust.cost),
      proceeds: ZERO,
      filledRows: new Map([[0, nameOf(order)]]),
      orderIds: [order.id],
    };
    this.#dust = { base: ZERO, cost: ZERO };
    this.#rows.set(order.text, 0);
  }

  #average(filled: FilledOrder): void {
    const cycle = this.#cycle;
    if (cycle === null) return this.#report('no-cycle', [filled], 'an averaging buy without a cycle');
    const { order } = filled;
    if (order.side !== 'buy' || order.type !== 'limit')
      this.#report('wrong-order', [filled], 'an averaging buy is a limit buy');
    const step = this.#rowOf(filled, cycle);
    if (step === null) return;
    const rate = cycle.ladder.rate(step);
    if (Fraction.of(order.price).isAbove(rate))
      this.#report('limit-above-row', [filled], say`limit ${order.price}, row ${step} stands at ${rate}`);
    if (filled.base.isZero || filled.highest === null) return;
    if (filled.highest.isAbove(rate))
      this.#report(
        'fill-above-row',
        [filled],
        say`filled at ${filled.highest}, row ${step} stands at ${rate}`,
      );
    const bound = cycle.lastBuy.times(HUNDRED.minus(stepDrop(this.#facts, step))).over(HUNDRED);
    if (!filled.highest.isBelow(bound))
      this.#report(
        'fill-too-near',
        [filled],
        say`filled at ${filled.highest}; after a buy at ${cycle.lastBuy} row ${step} needs less than ${bound}`,
      );
    const before = cycle.filledRows.get(step);
    if (before !== undefined)
      this.#report('row-twice', [filled], `row ${step} was filled before by order ${before}`);
    cycle.filledRows.set(step, nameOf(order));
    cycle.orderIds.push(order.id);
    cycle.step = Math.max(cycle.step, step);
    cycle.lastBuy = filled.quote.over(filled.base);
    cycle.base = cycle.base.plus(filled.base).minus(filled.fee);
    cycle.invested = cycle.invested.plus(filled.quote);
    this.#deepest = Math.max(this.#deepest, step);
    this.#rows.set(order.text, step);
  }

  /**
   * Which row an averaging buy stands for, by its size: the next one, or one that has been bought already. The exchange
   * does not know rows; the size does, because it is the row's purchase at the limit in whole steps. Where all rows have
   * one size, the limit decides.
   */
  #rowOf(filled: FilledOrder, cycle: RunningCycle): number | null {
    const next = cycle.step + 1;
    if (!cycle.ladder.hasRow(next)) {
      this.#report('no-such-row', [filled], `the ladder ends with row ${cycle.step}`);
      return null;
    }
    const limit = Fraction.of(filled.order.price);
    const isRow = (step: number): boolean =>
      this.#fits(filled, step) && !limit.isAbove(cycle.ladder.rate(step));
    for (let step = next; step >= 1; step -= 1) if (isRow(step)) return step;
    if (this.#fits(filled, next)) return next;
    this.#report(
      'wrong-size',
      [filled],
      say`${filled.order.amount} at ${filled.order.price} is not the purchase of row ${next}, ${purchase(this.#facts, next)}`,
    );
    return next;
  }

  #fits({ order }: FilledOrder, step: number): boolean {
    const { amountDecimals, minQuote } = this.#market;
    const limit = Fraction.of(order.price);
    const whole = purchase(this.#facts, step).over(limit).floor(amountDecimals);
    const amount = Fraction.of(order.amount);
    if (amount.equals(whole)) return true;
    // Where rounding down alone put the value below the pair's minimum, one amount step more is bought.
    const raised = whole.plus(ONE.over(Fraction.of(10 ** amountDecimals)));
    return amount.equals(raised) && whole.times(limit).isBelow(Fraction.of(minQuote));
  }

  #sale(filled: FilledOrder): void {
    const cycle = this.#cycle;
    if (cycle === null) return this.#report('no-cycle', [filled], 'a sale without a cycle');
    const { order } = filled;
    if (order.side !== 'sell' || order.type !== 'limit')
      this.#report('wrong-order', [filled], 'a sale is a limit sale');
    const cost = larger(cycle.invested.minus(cycle.proceeds), ZERO);
    const required = larger(
      cycle.ladder.sellPrice(cycle.step),
      cost.over(cycle.base.times(ONE.minus(this.#fee))),
    );
    if (Fraction.of(order.price).isBelow(required))
      this.#report('limit-too-low', [filled], say`limit ${order.price}, required are ${required}`);
    const whole = cycle.base.floor(this.#market.amountDecimals);
    if (!Fraction.of(order.amount).equals(whole))
      this.#report(
        'wrong-size',
        [filled],
        say`offers ${order.amount}, the position is ${cycle.base}: ${whole} in whole steps`,
      );
    if (filled.lowest?.isBelow(required) === true)
      this.#report(
        'sale-too-low',
        [filled],
        say`sold at ${filled.lowest}, required at row ${cycle.step} are ${required}`,
      );
    this.#sold(filled, cycle);
  }

  /** By a stop that has fired, or by the engine where none could: at any price, and never more than is held. */
  #stopSale(filled: FilledOrder): void {
    const cycle = this.#cycle;
    if (filled.order.side !== 'sell') this.#report('wrong-order', [filled], 'a stop sells');
    if (cycle !== null) return this.#sold(filled, cycle);
    if (!filled.base.isZero) this.#report('no-cycle', [filled], 'a stop has sold without a cycle');
  }

  #sold(filled: FilledOrder, cycle: RunningCycle): void {
    if (filled.base.isZero) return;
    const { order } = filled;
    const cost = larger(cycle.invested.minus(cycle.proceeds), ZERO);
    const left = cycle.base.minus(filled.base);
    if (left.isBelow(ZERO))
      this.#report('sold-too-much', [filled], say`sold ${filled.base} of a position of ${cycle.base}`);
    cycle.proceeds = cycle.proceeds.plus(filled.quote).minus(filled.fee);
    cycle.orderIds.push(order.id);
    if (this.#isSellable(left, filled.quote.over(filled.base))) cycle.base = left;
    else this.#close(cycle, left, cost);
  }

  #isSellable(left: Fraction, at: Fraction): boolean {
    const whole = left.floor(this.#market.amountDecimals);
    return (
      whole.isAbove(ZERO) &&
      !whole.isBelow(Fraction.of(this.#market.minBase)) &&
      !whole.times(at).isBelow(Fraction.of(this.#market.minQuote))
    );
  }

  /** What cannot be sold is dust: it takes its part of the cost along to the next cycle. */
  #close(cycle: RunningCycle, left: Fraction, cost: Fraction): void {
    const dustCost = smaller(cost, cost.times(left).over(cycle.base).ceiling(COST_DECIMALS));
    const profit = cycle.proceeds.minus(cycle.invested).plus(dustCost);
    this.#dust = { base: left, cost: dustCost };
    this.#profit = this.#profit.plus(profit);
    this.#cycles.push({ symbol: this.#market.symbol, step: cycle.step, profit, orderIds: cycle.orderIds });
    this.#cycle = null;
  }

  #report(rule: string, filled: readonly FilledOrder[], text: string): void {
    const orders = filled.map(({ order }) => nameOf(order));
    this.#violations.push({ rule, symbol: this.#market.symbol, orders, text });
  }
}
