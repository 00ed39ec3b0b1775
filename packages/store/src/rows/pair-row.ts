import type { Cycle, Intent, PairState, Position } from '@mtrade/cycle';
import { baseQty, quoteAmount, text } from '@mtrade/money';
import { bit, epoch } from './columns.js';

export interface PairRow {
  readonly symbol: string;
  readonly permitted: number;
  readonly paused: number;
  readonly attention: string | null;
  readonly cycles_started: number;
  readonly dust_base: string;
  readonly dust_cost: string;
  readonly realized_profit: string;
  readonly retry_at_ms: number;
  readonly failures: number;
  readonly decisions: number;
  readonly stop_outs: number;
  readonly last_exit: string | null;
}

export const pairToRow = (pair: PairState): PairRow => ({
  symbol: pair.symbol,
  permitted: bit(pair.permitted),
  paused: bit(pair.paused),
  attention: pair.attention,
  cycles_started: pair.cyclesStarted,
  dust_base: text(pair.dust.base),
  dust_cost: text(pair.dust.cost),
  realized_profit: text(pair.realizedProfit),
  retry_at_ms: pair.retryAtMs,
  failures: pair.failures,
  decisions: pair.decisions,
  stop_outs: pair.stopOuts,
  last_exit: pair.lastExit,
});

/**
 * The pair's own columns, put together with its running cycle, that cycle's position and its open intents. The number of
 * the last decision is in the pair's row or in the row of an order that is still open, see `PairRows`.
 */
export const pairFromRow = (
  row: PairRow,
  cycle: Cycle | null,
  position: Position | null,
  openIntents: readonly Intent[],
): PairState => ({
  symbol: row.symbol,
  permitted: row.permitted === 1,
  paused: row.paused === 1,
  attention: row.attention,
  cycle,
  position,
  openIntents,
  cyclesStarted: row.cycles_started,
  dust: { base: baseQty(row.dust_base), cost: quoteAmount(row.dust_cost) },
  realizedProfit: quoteAmount(row.realized_profit),
  retryAtMs: epoch(row.retry_at_ms),
  failures: row.failures,
  decisions: Math.max(row.decisions, ...openIntents.map(({ decisionNo }) => decisionNo)),
  stopOuts: row.stop_outs,
  lastExit: row.last_exit,
});
