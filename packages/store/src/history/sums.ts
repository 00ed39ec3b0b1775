import { type Decimal, decimal, text, ZERO } from '@mtrade/money';
import type { Database } from 'better-sqlite3';
import type { DustOf, Moved } from './dust-of-cycles.js';

/** Coins of a pair and what they have cost in its quote coin. */
export interface Coins {
  readonly base: string;
  readonly cost: string;
}

/**
 * What a cycle did, as exact decimal text. With these every report adds up to the last digit:
 *
 *     profit = sold - bought - quoteFees + leftOver.cost - takenOver.cost + letGo.cost - takenIn.cost
 */
export interface CycleSums {
  /** What its buys came to, price x amount, without fees: the `cost` of its trades. */
  readonly bought: string;
  /** What its sales came to, without fees. */
  readonly sold: string;
  /** Fees taken in the quote coin. Those in the base coin are missing from the coins instead. */
  readonly quoteFees: string;
  /** What the exchange took, per coin. */
  readonly fees: Readonly<Record<string, string>>;
  /** Those of them in a third coin, which are in no other figure. */
  readonly otherFees: Readonly<Record<string, string>>;
  /** Coins too few to be sold that earlier cycles had left, taken over with their cost. */
  readonly takenOver: Coins;
  /** Coins too few to be sold that it left to the pair's next cycle. */
  readonly leftOver: Coins;
  /** Coins that left the books with a reset. They stay on the account. */
  readonly letGo: Coins;
  /** Coins that its orders sold and that were not in the books, taken in at what they fetched. */
  readonly takenIn: Coins;
}

/** The same as decimals, for whoever adds them up. */
export interface CycleAmounts extends Readonly<Record<'bought' | 'sold' | 'quoteFees', Decimal>> {
  readonly fees: ReadonlyMap<string, Decimal>;
  readonly takenOver: Moved;
  readonly leftOver: Moved;
  readonly letGo: Moved;
  readonly takenIn: Moved;
}

/** The cycle's own numbers; `profit` is null while it runs. */
export interface CycleNumbers {
  readonly id: number;
  readonly symbol: string;
  readonly baseVolume: string;
  readonly invested: string;
  readonly proceeds: string;
  readonly profit: string | null;
}

interface FeeRow {
  readonly side: 'buy' | 'sell';
  readonly fee: string;
  readonly coin: string;
}

/** Works out what cycles did from their own numbers, their fees and their dust. */
export function cycleAmounts(db: Database, dustOf: DustOf): (cycle: CycleNumbers) => CycleAmounts {
  const feesOf = db.prepare<[number], FeeRow>(
    'SELECT side, fee, fee_coin AS coin FROM fill WHERE cycle_id = ?',
  );
  return (cycle) => {
    const quote = quoteOf(cycle.symbol);
    const fees = new Map<string, Decimal>();
    let buyFees = ZERO;
    let sellFees = ZERO;
    for (const row of feesOf.iterate(cycle.id)) {
      const fee = decimal(row.fee);
      fees.set(row.coin, (fees.get(row.coin) ?? ZERO).plus(fee));
      if (row.coin !== quote) continue;
      if (row.side === 'buy') buyFees = buyFees.plus(fee);
      else sellFees = sellFees.plus(fee);
    }
    const { takenOver, leftOver, takenIn } = dustOf(cycle.id);
    const invested = decimal(cycle.invested);
    const proceeds = decimal(cycle.proceeds);
    return {
      bought: invested.minus(takenOver.cost).minus(takenIn.cost).minus(buyFees),
      sold: proceeds.plus(sellFees),
      quoteFees: buyFees.plus(sellFees),
      fees,
      takenOver,
      leftOver,
      letGo: letGo(cycle, invested.minus(proceeds).minus(leftOver.cost)),
      takenIn,
    };
  };
}

/** What the sales have not paid back goes with the coins; a cycle that was sold, or still runs, lets nothing go. */
const letGo = ({ profit, baseVolume }: CycleNumbers, unpaid: Decimal): Moved =>
  profit === null
    ? { base: ZERO, cost: ZERO }
    : { base: decimal(baseVolume), cost: unpaid.plus(decimal(profit)) };

export const quoteOf = (symbol: string): string => symbol.split('/')[1] ?? '';
export const baseOf = (symbol: string): string => symbol.split('/')[0] ?? '';

const coins = ({ base, cost }: Moved): Coins => ({ base: text(base), cost: text(cost) });

export const textsOf = (sums: ReadonlyMap<string, Decimal>): Record<string, string> =>
  Object.fromEntries([...sums].filter(([, sum]) => !sum.eq(ZERO)).map(([coin, sum]) => [coin, text(sum)]));

/** Fees in neither coin of the pair. */
export const otherFees = (symbol: string, fees: ReadonlyMap<string, Decimal>): Map<string, Decimal> =>
  new Map([...fees].filter(([coin]) => coin !== baseOf(symbol) && coin !== quoteOf(symbol)));

export const sumsText = (symbol: string, amounts: CycleAmounts): CycleSums => ({
  bought: text(amounts.bought),
  sold: text(amounts.sold),
  quoteFees: text(amounts.quoteFees),
  fees: textsOf(amounts.fees),
  otherFees: textsOf(otherFees(symbol, amounts.fees)),
  takenOver: coins(amounts.takenOver),
  leftOver: coins(amounts.leftOver),
  letGo: coins(amounts.letGo),
  takenIn: coins(amounts.takenIn),
});
