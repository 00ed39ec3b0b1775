import { decimal, type Decimal, text, ZERO } from '@mtrade/money';
import type { EndedCycle } from './cycles.js';
import type { ForgottenDust } from './off-cycle.js';
import type { Moved } from './dust-of-cycles.js';
import { baseOf, otherFees, textsOf } from './sums.js';

/** What the cycles of one day or one pair have earned; one line per quote coin. Amounts are exact decimal text. */
export interface ProfitLine {
  /** A day such as `2026-11-21`, or a pair. */
  readonly key: string;
  readonly quote: string;
  readonly cycles: number;
  /** How many of them a reset has ended. */
  readonly resets: number;
  /** Price x amount of their buys and of their sales, without fees: the `cost` of the trades. */
  readonly bought: string;
  readonly sold: string;
  /** Fees taken in the quote coin. */
  readonly quoteFees: string;
  /** Cost of coins too few to be sold: left to later cycles, less what these cycles took over. May be below zero. */
  readonly kept: string;
  /** Cost of coins that left the books with a reset, and which coins they were. */
  readonly letGo: string;
  readonly letGoCoins: Readonly<Record<string, string>>;
  /** Cost of coins that were sold without being in the books. */
  readonly takenIn: string;
  /** Cost of the coins that were bought and not sold, whatever became of them: kept + letGo - takenIn. */
  readonly unsold: string;
  /** After fees: sold - bought - quoteFees + unsold, exactly. */
  readonly profit: string;
  /** Per coin, also what was taken in a third one and is not part of `profit`. */
  readonly fees: Readonly<Record<string, string>>;
  /** Those in a third coin. */
  readonly otherFees: Readonly<Record<string, string>>;
}

const AMOUNTS = ['bought', 'sold', 'quoteFees', 'kept', 'letGo', 'takenIn', 'profit'] as const;
type Amounts = Record<(typeof AMOUNTS)[number], Decimal>;

/** The running sums of one line. */
export class ProfitSums {
  readonly #amounts = Object.fromEntries(AMOUNTS.map((name) => [name, ZERO])) as Amounts;
  readonly #fees = new Map<string, Decimal>();
  readonly #otherFees = new Map<string, Decimal>();
  readonly #coins = new Map<string, Decimal>();
  #cycles = 0;
  #resets = 0;

  addCycle(cycle: EndedCycle): void {
    // A start buy that was never filled is no cycle; what it bought after its end all the same is in the amounts.
    if (cycle.outcome !== 'abandoned') this.#cycles += 1;
    if (cycle.outcome === 'reset') this.#resets += 1;
    const { bought, sold, quoteFees, profit, leftOver, takenOver, takenIn } = cycle;
    this.#add({ bought, sold, quoteFees, profit, takenIn: takenIn.cost });
    this.#add({ kept: leftOver.cost.minus(takenOver.cost) });
    this.#letGo(cycle.symbol, cycle.letGo);
    addAll(this.#fees, cycle.fees);
    addAll(this.#otherFees, otherFees(cycle.symbol, cycle.fees));
  }

  addForgotten({ symbol, base, cost }: ForgottenDust): void {
    const coins = { base: decimal(base), cost: decimal(cost) };
    this.#add({ kept: ZERO.minus(coins.cost) });
    this.#letGo(symbol, coins);
  }

  add(other: ProfitSums): void {
    this.#cycles += other.#cycles;
    this.#resets += other.#resets;
    this.#add(other.#amounts);
    addAll(this.#coins, other.#coins);
    addAll(this.#fees, other.#fees);
    addAll(this.#otherFees, other.#otherFees);
  }

  result(key: string, quote: string): ProfitLine {
    const amounts = Object.fromEntries(AMOUNTS.map((name) => [name, text(this.#amounts[name])]));
    return {
      key,
      quote,
      cycles: this.#cycles,
      resets: this.#resets,
      ...(amounts as Record<keyof Amounts, string>),
      unsold: text(this.#amounts.kept.plus(this.#amounts.letGo).minus(this.#amounts.takenIn)),
      letGoCoins: textsOf(this.#coins),
      fees: textsOf(this.#fees),
      otherFees: textsOf(this.#otherFees),
    };
  }

  #add(amounts: Partial<Amounts>): void {
    for (const name of AMOUNTS) {
      const amount = amounts[name];
      if (amount !== undefined) this.#amounts[name] = this.#amounts[name].plus(amount);
    }
  }

  #letGo(symbol: string, { base, cost }: Moved): void {
    this.#add({ letGo: cost });
    if (!base.eq(ZERO)) addAll(this.#coins, new Map([[baseOf(symbol), base]]));
  }
}

function addAll(sums: Map<string, Decimal>, amounts: ReadonlyMap<string, Decimal>): void {
  for (const [coin, amount] of amounts) sums.set(coin, (sums.get(coin) ?? ZERO).plus(amount));
}
