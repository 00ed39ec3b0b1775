import { type Decimal, decimal, sumsByKey, text, ZERO } from '@mtrade/money';
import type { Database } from 'better-sqlite3';

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

interface Moved {
  base: Decimal;
  cost: Decimal;
}
type Dust = Readonly<Record<'takenOver' | 'leftOver' | 'takenIn', Moved>>;

const nothing = (): Moved => ({ base: ZERO, cost: ZERO });
const noDust = (): Dust => ({ takenOver: nothing(), leftOver: nothing(), takenIn: nothing() });
const coins = ({ base, cost }: Moved): Coins => ({ base: text(base), cost: text(cost) });

/** The cycles that are asked for: a SELECT of their ids. */
export interface CycleChoice {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/** Works out the sums of the chosen cycles. Their dust is read once, because it has no index by cycle. */
export function cycleSummer(db: Database, chosen: CycleChoice): (cycle: CycleNumbers) => CycleSums {
  const feesOf = db.prepare<[number], FeeRow>(
    'SELECT side, fee, fee_coin AS coin FROM fill WHERE cycle_id = ?',
  );
  const dust = dustByCycle(db, chosen);
  return (cycle) => {
    const [base, quote] = cycle.symbol.split('/');
    const rows = feesOf.all(cycle.id);
    const buyFees = sumIn(quote, rows, 'buy');
    const sellFees = sumIn(quote, rows, 'sell');
    const { takenOver, leftOver, takenIn } = dust.get(cycle.id) ?? noDust();
    const invested = decimal(cycle.invested);
    const proceeds = decimal(cycle.proceeds);
    return {
      bought: text(invested.minus(takenOver.cost).minus(takenIn.cost).minus(buyFees)),
      sold: text(proceeds.plus(sellFees)),
      quoteFees: text(buyFees.plus(sellFees)),
      fees: sumByCoin(rows),
      otherFees: sumByCoin(rows.filter(({ coin }) => coin !== base && coin !== quote)),
      takenOver: coins(takenOver),
      leftOver: coins(leftOver),
      letGo: letGo(cycle, invested.minus(proceeds).minus(leftOver.cost)),
      takenIn: coins(takenIn),
    };
  };
}

/** What the sales have not paid back goes with the coins; a cycle that was sold, or still runs, lets nothing go. */
const letGo = ({ profit, baseVolume }: CycleNumbers, unpaid: Decimal): Coins =>
  profit === null ? { base: '0', cost: '0' } : { base: baseVolume, cost: text(unpaid.plus(decimal(profit))) };

const sumIn = (coin: string | undefined, rows: readonly FeeRow[], side: FeeRow['side']): Decimal =>
  rows.reduce(
    (total, row) => (row.side === side && row.coin === coin ? total.plus(decimal(row.fee)) : total),
    ZERO,
  );

function sumByCoin(rows: readonly FeeRow[]): Record<string, string> {
  const sums = sumsByKey(rows.map(({ fee, coin }) => [coin, decimal(fee)]));
  return Object.fromEntries(
    [...sums].filter(([, sum]) => !sum.eq(ZERO)).map(([coin, sum]) => [coin, text(sum)]),
  );
}

interface DustRow extends Coins {
  readonly cycleId: number;
  readonly isTakenIn: 0 | 1;
}

/** Seen from the pair, what a cycle took over has a minus. Coins that it took in came from nowhere one row earlier. */
function dustByCycle(db: Database, { sql, values }: CycleChoice): Map<number, Dust> {
  const rows = db.prepare<unknown[], DustRow>(
    `SELECT dust.cycle_id AS cycleId, dust.base, dust.cost,
            came.id IS NOT NULL AND came.cycle_id IS NULL AND came.symbol = dust.symbol
              AND '-' || came.base = dust.base AS isTakenIn
     FROM dust LEFT JOIN dust AS came ON came.id = dust.id - 1
     WHERE dust.cycle_id IN (${sql})`,
  );
  const byCycle = new Map<number, Dust>();
  for (const row of rows.iterate(...values)) {
    const dust = byCycle.get(row.cycleId) ?? noDust();
    byCycle.set(row.cycleId, dust);
    const isGone = row.base.startsWith('-') || row.cost.startsWith('-');
    const moved = dust[isGone ? (row.isTakenIn === 1 ? 'takenIn' : 'takenOver') : 'leftOver'];
    const [base, cost] = [decimal(row.base), decimal(row.cost)];
    moved.base = isGone ? moved.base.minus(base) : moved.base.plus(base);
    moved.cost = isGone ? moved.cost.minus(cost) : moved.cost.plus(cost);
  }
  return byCycle;
}
