import type { PairState } from '@mtrade/cycle';
import { type Decimal, decimal, text } from '@mtrade/money';
import type { Database } from 'better-sqlite3';
import { pairToRow } from './rows/pair-row.js';
import { PAIR_COLUMNS, upsertSql } from './rows/sql.js';

/** How a pair's dust has changed: signed plain decimals. */
export interface DustChange {
  readonly symbol: string;
  readonly base: string;
  readonly cost: string;
}

export interface PairRows {
  /** Writes the pair's columns where there is something to write; answers how its dust changed, or null. */
  readonly write: (pair: PairState) => DustChange | null;
  /** The transaction is on disk, or is not. */
  readonly ended: (isCommitted: boolean) => void;
}

/** What the row has, the number of the last decision apart. The key is the state's own. */
const WRITTEN = [
  'permitted',
  'paused',
  'attention',
  'cyclesStarted',
  'dust',
  'realizedProfit',
  'retryAtMs',
  'failures',
  'stopOuts',
  'lastExit',
] as const satisfies readonly (keyof PairState)[];

/**
 * The rows of the pairs. Their one writer remembers what it has written last, so that an order, which changes no more
 * of its pair than the number of the last decision, costs no page of this table: that number is in the order's own row,
 * and comes here with the order's end at the latest.
 */
export function createPairRows(db: Database): PairRows {
  const upsert = db.prepare<[object]>(upsertSql('pair', 'symbol', PAIR_COLUMNS));
  const dustOf = db.prepare<[string], { base: string; cost: string }>(
    'SELECT dust_base AS base, dust_cost AS cost FROM pair WHERE symbol = ?',
  );
  const written = new Map<string, PairState>();
  let writing: PairState | null = null;

  const dustBefore = (symbol: string): { readonly base: Decimal; readonly cost: Decimal } => {
    const known = written.get(symbol);
    if (known) return known.dust;
    const { base, cost } = dustOf.get(symbol) ?? { base: '0', cost: '0' };
    return { base: decimal(base), cost: decimal(cost) };
  };

  return {
    write: (pair) => {
      if (isWritten(pair, written.get(pair.symbol))) return null;
      const { symbol, dust } = pair;
      const before = dustBefore(symbol);
      upsert.run(pairToRow(pair));
      writing = pair;
      if (dust.base.eq(before.base) && dust.cost.eq(before.cost)) return null;
      return { symbol, base: text(dust.base.minus(before.base)), cost: text(dust.cost.minus(before.cost)) };
    },
    ended: (isCommitted) => {
      if (isCommitted && writing) written.set(writing.symbol, writing);
      writing = null;
    },
  };
}

const isWritten = (pair: PairState, row: PairState | undefined): boolean =>
  row !== undefined &&
  WRITTEN.every((key) => pair[key] === row[key]) &&
  (pair.decisions === row.decisions ||
    pair.openIntents.some(({ decisionNo }) => decisionNo === pair.decisions));
