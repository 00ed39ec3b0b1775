import type { ClosedCycle, Cycle, Outcome } from '@mtrade/cycle';
import { baseQty, price, quoteAmount, text } from '@mtrade/money';
import { orNull, epoch, epochOrNull, textOrNull } from './columns.js';
import { ladderFromText, ladderToText, paramsFromText, paramsToText } from './ladder-json.js';

export interface CycleRow {
  readonly id: number;
  readonly symbol: string;
  readonly number: number;
  readonly state: Cycle['phase'] | Outcome;
  readonly params: string;
  readonly ladder: string | null;
  readonly step: number;
  readonly start_price: string | null;
  readonly last_buy_price: string | null;
  readonly base_volume: string;
  readonly invested: string;
  readonly proceeds: string;
  readonly profit: string | null;
  readonly started_ms: number;
  readonly last_fill_ms: number | null;
  readonly closed_ms: number | null;
}

/** A finished cycle with the pair it belongs to. */
export type PairClosedCycle = ClosedCycle & { readonly symbol: string };
export type PairCycle = Cycle & { readonly symbol: string };

type Numbers = Omit<Cycle, 'phase'>;

const numbersToRow = (cycle: Numbers & { readonly symbol: string }) => ({
  id: cycle.id,
  symbol: cycle.symbol,
  number: cycle.number,
  params: paramsToText(cycle.params),
  ladder: cycle.ladder && ladderToText(cycle.ladder),
  step: cycle.step,
  start_price: textOrNull(cycle.startPrice),
  last_buy_price: textOrNull(cycle.lastBuyPrice),
  base_volume: text(cycle.baseVolume),
  invested: text(cycle.invested),
  proceeds: text(cycle.proceeds),
  started_ms: cycle.startedMs,
  last_fill_ms: cycle.lastFillMs,
});

export const cycleToRow = (cycle: PairCycle): CycleRow => ({
  ...numbersToRow(cycle),
  state: cycle.phase,
  profit: null,
  closed_ms: null,
});

export const closedCycleToRow = (cycle: PairClosedCycle): CycleRow => ({
  ...numbersToRow(cycle),
  state: cycle.outcome,
  profit: text(cycle.profit),
  closed_ms: cycle.closedMs,
});

const numbersFromRow = (row: CycleRow): Numbers => ({
  id: row.id,
  number: row.number,
  params: paramsFromText(row.params),
  ladder: row.ladder === null ? null : ladderFromText(row.ladder),
  step: row.step,
  startPrice: orNull(price, row.start_price),
  lastBuyPrice: orNull(price, row.last_buy_price),
  baseVolume: baseQty(row.base_volume),
  invested: quoteAmount(row.invested),
  proceeds: quoteAmount(row.proceeds),
  startedMs: epoch(row.started_ms),
  lastFillMs: epochOrNull(row.last_fill_ms),
});

export const cycleFromRow = (row: CycleRow): Cycle => ({
  ...numbersFromRow(row),
  phase: row.state as Cycle['phase'],
});

export const closedCycleFromRow = (row: CycleRow): PairClosedCycle => ({
  ...numbersFromRow(row),
  symbol: row.symbol,
  outcome: row.state as Outcome,
  profit: quoteAmount(row.profit as string),
  closedMs: epoch(row.closed_ms as number),
});
