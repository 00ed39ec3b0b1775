import type { ExportLine } from '@mtrade/store';

/**
 * One trade as both formats have it, in the order of the columns. Amounts are exact decimal text, the time is UTC.
 * The first eleven are what tax programs import; `fee` is in `fee_currency`, `cost` and `realized_profit` in the quote
 * coin of the pair.
 */
export const tradeRecord = (line: ExportLine, mode: string) => ({
  timestamp: new Date(line.epochMs).toISOString(),
  exchange: line.exchange,
  pair: line.symbol,
  side: line.side,
  amount: line.amount,
  price: line.price,
  cost: line.cost,
  fee: line.fee,
  fee_currency: line.feeCoin,
  order_id: line.orderId,
  client_order_id: line.clientOrderId,
  trade_id: line.tradeId,
  role: line.role,
  purpose: line.purpose,
  cycle: line.cycleNumber,
  step: line.step,
  realized_profit: line.realizedProfit,
  mode,
});
export type TradeRecord = ReturnType<typeof tradeRecord>;

export const TRADE_COLUMNS = [
  'timestamp',
  'exchange',
  'pair',
  'side',
  'amount',
  'price',
  'cost',
  'fee',
  'fee_currency',
  'order_id',
  'client_order_id',
  'trade_id',
  'role',
  'purpose',
  'cycle',
  'step',
  'realized_profit',
  'mode',
] as const satisfies readonly (keyof TradeRecord)[];
