import { type Decimal, decimal, text } from '@mtrade/money';
import type { Fill, Purpose } from '@mtrade/cycle';
import type { Database } from 'better-sqlite3';
import { type Page, type PageFilter, pageLimit, parseCursor, toPage, when, whereOf } from './cursor.js';

/** One booked trade with the order and the cycle it belongs to. Amounts are exact decimal text. */
export interface TradeLine {
  readonly tradeId: string;
  readonly epochMs: number;
  readonly symbol: string;
  readonly side: Fill['side'];
  readonly amount: string;
  readonly price: string;
  /** amount x price, exact, in the quote coin; the fee is not in it. */
  readonly cost: string;
  readonly fee: string;
  readonly feeCoin: string;
  readonly role: Fill['role'];
  readonly purpose: Purpose;
  /** The row of the ladder. */
  readonly step: number;
  /** The row of the order in the books. */
  readonly intentId: number;
  readonly orderId: string | null;
  readonly clientOrderId: string;
  readonly cycleId: number;
  /** The pair's own number of the cycle. */
  readonly cycleNumber: number;
}

export interface TradeFilter extends PageFilter {
  readonly cycleId?: number;
}

type Row = Omit<TradeLine, 'cost'>;

const SELECT = `
  SELECT fill.trade_id AS tradeId, fill.epoch_ms AS epochMs, fill.symbol, fill.side, fill.base_amount AS amount,
         fill.price, fill.fee, fill.fee_coin AS feeCoin, fill.role, intent.purpose, intent.step,
         intent.exchange_order_id AS orderId, intent.client_order_id AS clientOrderId,
         fill.cycle_id AS cycleId, cycle.number AS cycleNumber, fill.intent_id AS intentId
  FROM fill JOIN intent ON intent.id = fill.intent_id JOIN cycle ON cycle.id = fill.cycle_id`;

export function tradePage(db: Database, filter: TradeFilter): Page<TradeLine> {
  const limit = pageLimit(filter.limit);
  const { sql, values } = whereOf([
    when(filter.symbol, 'fill.symbol = ?'),
    when(filter.fromMs, 'fill.epoch_ms >= ?'),
    when(filter.untilMs, 'fill.epoch_ms < ?'),
    when(filter.cycleId, 'fill.cycle_id = ?'),
    filter.before === undefined
      ? null
      : ['(fill.epoch_ms, fill.intent_id, fill.trade_id) < (?, ?, ?)', parseCursor(filter.before, 2, true)],
  ]);
  const rows = db
    .prepare<unknown[], Row>(
      `${SELECT} ${sql} ORDER BY fill.epoch_ms DESC, fill.intent_id DESC, fill.trade_id DESC LIMIT ?`,
    )
    .all(...values, limit + 1);
  const page = toPage(rows, limit, (row) => `${row.epochMs}.${row.intentId}.${row.tradeId}`);
  return { rows: page.rows.map(withCost), next: page.next };
}

export const withCost = <R extends Row>(row: R): R & { readonly cost: string } => {
  const cost: Decimal = decimal(row.amount).times(decimal(row.price));
  return { ...row, cost: text(cost) };
};
