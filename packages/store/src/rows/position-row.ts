import type { Position } from '@mtrade/cycle';
import { baseQty } from '@mtrade/money';
import { epoch, epochOrNull, orNull, textOrNull } from './columns.js';

export interface PositionRow {
  readonly cycle_id: number;
  readonly symbol: string;
  readonly state: Position['state'];
  readonly stop_volume: string | null;
  readonly rollback: Position['rollback'];
  readonly refusals: number;
  readonly retry_at_ms: number;
  readonly unprotected_since_ms: number | null;
  readonly sell_until_ms: number | null;
  readonly opened_ms: number;
  readonly closed_ms: number | null;
}

/** A position with the pair it belongs to. */
export type PairPosition = Position & { readonly symbol: string };

export const positionToRow = (position: PairPosition): PositionRow => ({
  cycle_id: position.cycleId,
  symbol: position.symbol,
  state: position.state,
  stop_volume: textOrNull(position.stopVolume),
  rollback: position.rollback,
  refusals: position.refusals,
  retry_at_ms: position.retryAtMs,
  unprotected_since_ms: position.unprotectedSinceMs,
  sell_until_ms: position.sellUntilMs,
  opened_ms: position.openedMs,
  closed_ms: position.closedMs,
});

export const positionFromRow = (row: PositionRow): Position => ({
  cycleId: row.cycle_id,
  state: row.state,
  stopVolume: orNull(baseQty, row.stop_volume),
  rollback: row.rollback,
  refusals: row.refusals,
  retryAtMs: epoch(row.retry_at_ms),
  unprotectedSinceMs: epochOrNull(row.unprotected_since_ms),
  sellUntilMs: epochOrNull(row.sell_until_ms),
  openedMs: epoch(row.opened_ms),
  closedMs: epochOrNull(row.closed_ms),
});
