import type { CycleLine, JournalLine, Page, ProfitLine, TradeLine } from '@mtrade/store';

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
  step: cycle.step,
  start_price: cycle.startPrice,
  base_left: cycle.baseVolume,
  invested: cycle.invested,
  proceeds: cycle.proceeds,
  profit: cycle.profit,
  fees: cycle.fees,
  started_ms: cycle.startedMs,
  closed_ms: cycle.closedMs,
});
export type CycleJson = ReturnType<typeof cycleJson>;

/** What the cycles of a day or a pair have earned. */
export interface ProfitJson {
  readonly day?: string;
  readonly pair?: string;
  readonly quote: string;
  readonly cycles: number;
  /** After fees. */
  readonly profit: string;
  readonly fees: Readonly<Record<string, string>>;
  readonly bought: string;
  readonly sold: string;
}

export const profitJson = (by: 'day' | 'pair', { key, ...line }: ProfitLine): ProfitJson => ({
  ...(by === 'day' ? { day: key } : { pair: key }),
  ...line,
});

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
