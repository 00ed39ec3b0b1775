import type { Accounts } from './accounts.js';
import type { Markets } from './markets.js';
import { type OrderLog, liveOrder } from './orders.js';
import type { Trading } from './trading.js';
import type { TriggerLog } from './trigger-log.js';
import type { ExchangeRecord, ForgottenOrders, Order, Transfer } from './types.js';

/** What records change. */
export interface ExchangeState {
  readonly markets: Markets;
  readonly accounts: Accounts;
  readonly log: OrderLog;
  readonly trading: Trading;
  readonly triggers: TriggerLog;
  readonly transfers: Transfer[];
}

/** Makes the change of a record once more. Orders and trades of pairs that are no longer listed stay in the log. */
export function absorb(state: ExchangeState, record: Omit<ExchangeRecord, 'seq' | 'ms'>): void {
  const { accounts, log, markets, trading, transfers, triggers } = state;
  for (const row of record.balances ?? []) accounts.restore(row);
  for (const trade of record.trades ?? []) {
    log.addTrade(trade);
    countTrades(state, trade.symbol, Number(trade.sequenceId));
    trading.skipIds('0', trade.id);
  }
  for (const order of record.orders ?? []) absorbOrder(state, order);
  for (const order of record.triggers ?? [])
    triggers.put(order, markets.find(order.symbol)?.spec.priceDecimals);
  transfers.push(...(record.transfers ?? []));
  for (const [symbol, status] of record.tradeStatus ?? []) markets.find(symbol)?.setTradeStatus(status);
  if (record.forgotten !== undefined) log.forget(record.forgotten);
  if (record.forgottenTriggers !== undefined) triggers.forget(record.forgottenTriggers);
}

/** Ids and sequence numbers of a snapshot's forgotten orders, which no order in it shows any more. */
export function absorbForgotten(state: ExchangeState, forgotten: ForgottenOrders): void {
  state.log.restoreForgotten(forgotten);
  state.trading.skipIds(forgotten.lastOrderId, forgotten.lastTradeId);
  for (const [symbol, sequence] of forgotten.sequences) countTrades(state, symbol, sequence);
}

function countTrades({ markets }: ExchangeState, symbol: string, sequence: number): void {
  const market = markets.find(symbol);
  if (market !== undefined) market.tradeCount = Math.max(market.tradeCount, sequence);
}

function absorbOrder({ log, markets, trading }: ExchangeState, order: Order): void {
  const market = markets.find(order.symbol);
  const before = log.open(order.id);
  if (before !== undefined) market?.removeResting(before);
  log.put(order);
  trading.skipIds(order.id, '0');
  if (order.status !== 'open' || market === undefined) return;
  const live = liveOrder(order, market.spec.priceDecimals);
  log.addOpen(live);
  market.addResting(live);
}
