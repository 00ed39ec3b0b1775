import { decimal, type Decimal, text, ZERO } from '@mtrade/money';
import type { EndedCycle } from './cycles.js';
import type { ForgottenDust } from './off-cycle.js';
import type { Coins } from './sums.js';

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
    const kept = decimal(leftOver.cost).minus(decimal(takenOver.cost));
    this.#add({ bought, sold, quoteFees, profit, takenIn: takenIn.cost });
    this.#amounts.kept = this.#amounts.kept.plus(kept);
    this.#letGo(cycle.symbol, cycle.letGo);
    addAll(this.#fees, cycle.fees);
    addAll(this.#otherFees, cycle.otherFees);
  }

  addForgotten({ symbol, ...coins }: ForgottenDust): void {
    this.#amounts.kept = this.#amounts.kept.minus(decimal(coins.cost));
    this.#letGo(symbol, coins);
  }

  addLine(line: ProfitLine): void {
    this.#cycles += line.cycles;
    this.#resets += line.resets;
    this.#add(line);
    addAll(this.#coins, line.letGoCoins);
    addAll(this.#fees, line.fees);
    addAll(this.#otherFees, line.otherFees);
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
      letGoCoins: texts(this.#coins),
      fees: texts(this.#fees),
      otherFees: texts(this.#otherFees),
    };
  }

  #add(amounts: Partial<Record<keyof Amounts, string>>): void {
    for (const name of AMOUNTS) this.#amounts[name] = this.#amounts[name].plus(decimal(amounts[name] ?? '0'));
  }

  #letGo(symbol: string, { base, cost }: Coins): void {
    this.#add({ letGo: cost });
    if (!decimal(base).eq(ZERO)) addAll(this.#coins, { [symbol.split('/')[0] ?? '']: base });
  }
}

function addAll(sums: Map<string, Decimal>, amounts: Readonly<Record<string, string>>): void {
  for (const [coin, amount] of Object.entries(amounts))
    sums.set(coin, (sums.get(coin) ?? ZERO).plus(decimal(amount)));
}
const texts = (sums: ReadonlyMap<string, Decimal>): Record<string, string> =>
  Object.fromEntries([...sums].map(([key, sum]) => [key, text(sum)]));
