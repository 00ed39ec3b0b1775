import type { Exchange } from '../core/exchange.js';
import type { BalanceView, ForgottenOrders, Order, Trade, Transfer, TriggerOrder } from '../core/types.js';
import type { FaultPort } from '../faults/fault-port.js';
import type { RequestLogEntry } from './request-log.js';

/** Everything that ever happened on the accounts, for a checker that trusts nobody else. */
export interface ExchangeRecords {
  readonly orders: readonly Order[];
  readonly trades: readonly Trade[];
  /** Price-triggered orders, ended ones included. */
  readonly triggers: readonly TriggerOrder[];
  readonly transfers: readonly Transfer[];
  /** What is kept no longer; null on an exchange that keeps everything. */
  readonly forgotten: ForgottenOrders | null;
  /** By user, then by currency. */
  readonly balances: Readonly<Record<string, Readonly<Record<string, BalanceView>>>>;
}

export interface ExchangeStats {
  /** REST requests since the start, those without effect included. */
  readonly requests: number;
  readonly sockets: number;
  readonly subscriptions: number;
  /** Frames handed to sockets. */
  readonly framesSent: number;
  /** Of these, the ones that a newer one may replace: prices, books, tickers. */
  readonly replaceableSent: number;
  /** Best prices that changed while nobody had subscribed to them: no frame was made. */
  readonly pricesUnheard: number;
  /** Frames replaced by a newer one of the same kind because their reader was too slow. */
  readonly framesReplaced: number;
  /** Sockets closed because their reader was too slow for frames that must not be lost. */
  readonly slowSocketsClosed: number;
}

/** What a test or an operator can see and do from outside the protocol. */
export interface ExchangeControl {
  readonly exchange: Exchange;
  readonly faults: FaultPort;
  /** The exchange's clock. */
  readonly nowMs: () => number;
  /** Shifts the clock that stamps answers and judges signatures and expiry. */
  readonly setClockOffsetMs: (offsetMs: number) => void;
  /** Cuts all WebSocket connections without a close frame; answers how many. */
  readonly dropSockets: () => number;
  readonly records: () => ExchangeRecords;
  /** The latest REST requests, oldest first. */
  readonly requests: () => readonly RequestLogEntry[];
  readonly stats: () => ExchangeStats;
}
