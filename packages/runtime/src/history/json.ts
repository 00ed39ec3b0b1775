import { ENDING_WORDS } from '@mtrade/cycle';
import type { CycleLine, JournalLine, Page, TradeLine } from '@mtrade/store';

/** Public shapes of what was: the API, `--json` of the reports and the exports show the same. Times are Unix ms. */

export const tradeJson = (trade: TradeLine) => ({
  trade_id: trade.tradeId,
  ms: trade.epochMs,
  symbol: trade.symbol,
  side: trade.side,
  amount: trade.amount,
  price: trade.price,
  cost: trade.cost,
  fee: trade.fee,
  fee_coin: trade.feeCoin,
  role: trade.role,
  purpose: trade.purpose,
  step: trade.step,
  order_id: trade.orderId,
  client_order_id: trade.clientOrderId,
  cycle_id: trade.cycleId,
  cycle: trade.cycleNumber,
});
export type TradeJson = ReturnType<typeof tradeJson>;

export const cycleJson = (cycle: CycleLine) => ({
  id: cycle.id,
  symbol: cycle.symbol,
  cycle: cycle.number,
  outcome: cycle.outcome,
  ended_by: cycle.ending,
  ended_text: ENDING_WORDS[cycle.ending],
  rollback: cycle.rollback,
  step: cycle.step,
  start_price: cycle.startPrice,
  base_left: cycle.baseVolume,
  bought: cycle.bought,
  sold: cycle.sold,
  quote_fees: cycle.quoteFees,
  taken_over: cycle.takenOver,
  left_over: cycle.leftOver,
  let_go: cycle.letGo,
  taken_in: cycle.takenIn,
  invested: cycle.invested,
  proceeds: cycle.proceeds,
  profit: cycle.profit,
  fees: cycle.fees,
  other_fees: cycle.otherFees,
  started_ms: cycle.startedMs,
  closed_ms: cycle.closedMs,
});
export type CycleJson = ReturnType<typeof cycleJson>;

export const journalJson = (line: JournalLine) => ({
  id: line.id,
  ms: line.epochMs,
  event: line.event,
  symbol: line.symbol,
  details: line.details,
});
export type JournalJson = ReturnType<typeof journalJson>;

/** A page under the name of what it lists, with where the next one begins. */
export const pageJson = <Name extends string, Line, Json>(
  name: Name,
  { rows, next }: Page<Line>,
  toJson: (line: Line) => Json,
) => ({ schema: 1 as const, [name]: rows.map(toJson), next }) as PageJson<Name, Json>;

export type PageJson<Name extends string, Json> = { readonly schema: 1; readonly next: string | null } & {
  readonly [K in Name]: readonly Json[];
};
