import type { Intent, ScanRecord } from '@mtrade/cycle';
import { baseQty, price, quoteAmount } from '@mtrade/money';
import { orNull, epoch, epochOrNull, textOrNull } from './columns.js';

export interface IntentRow {
  readonly id: number;
  readonly client_order_id: string;
  readonly epoch: number;
  readonly symbol: string;
  readonly side: Intent['side'];
  readonly purpose: Intent['purpose'];
  readonly cycle_id: number;
  readonly decision_no: number;
  readonly step: number;
  readonly type: Intent['type'];
  readonly time_in_force: Intent['timeInForce'];
  readonly base_amount: string | null;
  readonly quote_amount: string | null;
  readonly limit_price: string | null;
  readonly state: Intent['state'];
  readonly created_ms: number;
  readonly deadline_ms: number;
  readonly offset_error_ms: number;
  readonly exchange_order_id: string | null;
  readonly finish_as: string | null;
  readonly filled_base: string | null;
  readonly filled_quote: string | null;
  readonly proof: string;
  readonly closed_ms: number | null;
  readonly trigger_price: string | null;
  readonly stop_id: string | null;
}

/** Its values stand in the order of `INTENT_COLUMNS`. */
export const intentToRow = (intent: Intent): IntentRow => ({
  id: intent.id,
  client_order_id: intent.clientOrderId,
  epoch: intent.epoch,
  symbol: intent.symbol,
  side: intent.side,
  purpose: intent.purpose,
  cycle_id: intent.cycleId,
  decision_no: intent.decisionNo,
  step: intent.step,
  type: intent.type,
  time_in_force: intent.timeInForce,
  base_amount: textOrNull(intent.baseAmount),
  quote_amount: textOrNull(intent.quoteAmount),
  limit_price: textOrNull(intent.limitPrice),
  state: intent.state,
  created_ms: intent.createdMs,
  deadline_ms: intent.deadlineMs,
  offset_error_ms: intent.offsetErrorMs,
  exchange_order_id: intent.exchangeOrderId,
  finish_as: intent.finishAs,
  filled_base: textOrNull(intent.filledBase),
  filled_quote: textOrNull(intent.filledQuote),
  proof: JSON.stringify(intent.proof),
  closed_ms: intent.closedMs,
  trigger_price: textOrNull(intent.stop?.triggerPrice ?? null),
  stop_id: intent.stop?.stopId ?? null,
});

export const intentFromRow = (row: IntentRow): Intent => ({
  id: row.id,
  clientOrderId: row.client_order_id,
  epoch: row.epoch,
  symbol: row.symbol,
  side: row.side,
  purpose: row.purpose,
  cycleId: row.cycle_id,
  decisionNo: row.decision_no,
  step: row.step,
  type: row.type,
  timeInForce: row.time_in_force,
  baseAmount: orNull(baseQty, row.base_amount),
  quoteAmount: orNull(quoteAmount, row.quote_amount),
  limitPrice: orNull(price, row.limit_price),
  state: row.state,
  createdMs: epoch(row.created_ms),
  deadlineMs: epoch(row.deadline_ms),
  offsetErrorMs: row.offset_error_ms,
  exchangeOrderId: row.exchange_order_id,
  finishAs: row.finish_as,
  filledBase: orNull(baseQty, row.filled_base),
  filledQuote: orNull(quoteAmount, row.filled_quote),
  proof: JSON.parse(row.proof) as ScanRecord[],
  closedMs: epochOrNull(row.closed_ms),
  ...(row.trigger_price === null
    ? {}
    : { stop: { triggerPrice: price(row.trigger_price), stopId: row.stop_id } }),
});
