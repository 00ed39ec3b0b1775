import type { Fill } from '@mtrade/cycle';
import { baseQty, price, text } from '@mtrade/money';
import { epoch } from './columns.js';

export interface FillRow {
  readonly symbol: string;
  readonly trade_id: string;
  readonly intent_id: number;
  readonly cycle_id: number;
  readonly side: Fill['side'];
  readonly base_amount: string;
  readonly price: string;
  readonly fee: string;
  readonly fee_coin: string;
  readonly role: Fill['role'];
  readonly epoch_ms: number;
}

/** A fill with the order and the cycle it was booked on. */
export interface BookedFill {
  readonly fill: Fill;
  readonly intentId: number;
  readonly cycleId: number;
}

export const fillToRow = ({ fill, intentId, cycleId }: BookedFill): FillRow => ({
  symbol: fill.symbol,
  trade_id: fill.tradeId,
  intent_id: intentId,
  cycle_id: cycleId,
  side: fill.side,
  base_amount: text(fill.baseAmount),
  price: text(fill.price),
  fee: text(fill.fee),
  fee_coin: fill.feeCoin,
  role: fill.role,
  epoch_ms: fill.epochMs,
});

export const fillFromRow = (row: FillRow): BookedFill => ({
  fill: {
    tradeId: row.trade_id,
    symbol: row.symbol,
    side: row.side,
    baseAmount: baseQty(row.base_amount),
    price: price(row.price),
    fee: baseQty(row.fee),
    feeCoin: row.fee_coin,
    role: row.role,
    epochMs: epoch(row.epoch_ms),
  },
  intentId: row.intent_id,
  cycleId: row.cycle_id,
});
