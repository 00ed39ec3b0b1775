import { assert } from '@mtrade/base';
import type { Cycle, PairState } from '@mtrade/cycle';
import { type Decimal, decimal, max, text, ZERO } from '@mtrade/money';
import type { Database } from 'better-sqlite3';
import { sumFills } from './ledger.js';
import type { PairClosedCycle } from './rows/cycle-row.js';
import { fillFromRow, type FillRow } from './rows/fill-row.js';
import { FILL_COLUMNS } from './rows/sql.js';

/** Cached numbers against the rows that they are sums of. A difference throws MTRADE_CONTRADICTION (I8). */
export interface Audit {
  /** The pair's own columns and its running cycle. */
  readonly pair: (pair: PairState) => void;
  /** A finished cycle, its profit included. */
  readonly closedCycle: (cycle: PairClosedCycle) => void;
}

export function createAudit(db: Database): Audit {
  const fillsOf = db.prepare<[number], FillRow>(
    `SELECT ${FILL_COLUMNS.join(', ')} FROM fill WHERE cycle_id = ?`,
  );
  const dustOfCycle = db.prepare<[number], DustRow>('SELECT base, cost FROM dust WHERE cycle_id = ?');
  const dustOfPair = db.prepare<[string], DustRow>('SELECT base, cost FROM dust WHERE symbol = ?');
  const profits = db
    .prepare<[string], string>('SELECT profit FROM cycle WHERE symbol = ? AND profit IS NOT NULL')
    .pluck();
  const lastNumber = db
    .prepare<[string], number>('SELECT coalesce(max(number), 0) FROM cycle WHERE symbol = ?')
    .pluck();

  /** Returns what the dust that the cycle left behind has cost. */
  const cycleNumbers = (symbol: string, cycle: Omit<Cycle, 'phase'>): Decimal => {
    const sums = sumFills(
      symbol,
      fillsOf.all(cycle.id).map((row) => fillFromRow(row).fill),
    );
    // Seen from the pair: dust that the cycle took over went away, dust that it left came in.
    const rows = dustOfCycle.all(cycle.id);
    const taken = sumDust(rows.filter(({ base, cost }) => base.startsWith('-') || cost.startsWith('-')));
    const all = sumDust(rows);
    const where = `${symbol}, cycle ${cycle.number}`;
    same(`${where}: base volume`, cycle.baseVolume, sums.baseVolume.minus(all.base));
    same(`${where}: invested`, cycle.invested, sums.invested.minus(taken.cost));
    same(`${where}: proceeds`, cycle.proceeds, sums.proceeds);
    return all.cost.minus(taken.cost);
  };

  return {
    pair: (pair) => {
      const { symbol, dust } = pair;
      if (pair.cycle) cycleNumbers(symbol, pair.cycle);
      const ledger = sumDust(dustOfPair.all(symbol));
      same(`${symbol}: dust`, dust.base, ledger.base);
      same(`${symbol}: cost of dust`, dust.cost, ledger.cost);
      same(`${symbol}: realized profit`, pair.realizedProfit, sum(profits.all(symbol)));
      const last = lastNumber.get(symbol);
      assert(
        pair.cyclesStarted === last,
        `contradiction: ${symbol} counts ${pair.cyclesStarted} cycles, the last one is ${last}`,
      );
    },
    closedCycle: (cycle) => {
      const dustCost = cycleNumbers(cycle.symbol, cycle);
      const gain = cycle.proceeds.minus(cycle.invested).plus(dustCost);
      // Coins that stay on the account after a reset still carry what the proceeds have not paid back.
      const keepsCoins = cycle.outcome === 'reset' && !cycle.baseVolume.eq(ZERO);
      same(
        `${cycle.symbol}, cycle ${cycle.number}: profit`,
        cycle.profit,
        keepsCoins ? max(gain, ZERO) : gain,
      );
    },
  };
}

interface DustRow {
  readonly base: string;
  readonly cost: string;
}

const sum = (values: readonly string[]): Decimal =>
  values.reduce((total, value) => total.plus(decimal(value)), ZERO);

const sumDust = (rows: readonly DustRow[]): { base: Decimal; cost: Decimal } => ({
  base: sum(rows.map((row) => row.base)),
  cost: sum(rows.map((row) => row.cost)),
});

function same(what: string, cached: Decimal, recomputed: Decimal): void {
  assert(
    cached.eq(recomputed),
    `contradiction: ${what} is stored as ${text(cached)}, its rows add up to ${text(recomputed)}`,
  );
}
