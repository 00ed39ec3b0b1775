import type { Transfer } from './account-types.js';
import type { TradeStatus } from './market-types.js';
import type { Order, Trade } from './order-types.js';
import type { TriggerOrder } from './trigger-types.js';

/**
 * How much of the past an exchange keeps. An order is forgotten, with its trades, when it has ended longer than `youngMs`
 * ago and at least `finishedOrders` orders of its account have ended after it; an ended trigger
 * order likewise, counted apart. Open orders and balances always stay.
 */
export interface OrderRetention {
  readonly finishedOrders: number;
  readonly youngMs: number;
}

/** What stays of forgotten orders. */
export interface ForgottenOrders {
  readonly orders: number;
  readonly trades: number;
  /** Highest ids among them, numeric text; `0` for none. */
  readonly lastOrderId: string;
  readonly lastTradeId: string;
  /** Highest `Trade.sequenceId` of each pair. */
  readonly sequences: readonly (readonly [symbol: string, sequence: number])[];
  /** What their trades brought in minus what they took, fees included; signed. */
  readonly net: readonly (readonly [userId: string, currency: string, amount: string])[];
}

/** One atomic change of the accounts, as plain JSON. Applying all of them in order rebuilds the exchange. */
export interface ExchangeRecord {
  /** Increases by one. */
  readonly seq: number;
  readonly ms: number;
  /** Orders after the change. */
  readonly orders?: readonly Order[];
  readonly trades?: readonly Trade[];
  /** Price-triggered orders after the change. */
  readonly triggers?: readonly TriggerOrder[];
  readonly transfers?: readonly Transfer[];
  /** Balances after the change. */
  readonly balances?: readonly (readonly [
    userId: string,
    currency: string,
    available: string,
    locked: string,
  ])[];
  readonly tradeStatus?: readonly (readonly [symbol: string, status: TradeStatus])[];
  /** Ids of finished orders that are forgotten after this change, with their trades. */
  readonly forgotten?: readonly string[];
  /** Ids of ended trigger orders that are forgotten after this change. */
  readonly forgottenTriggers?: readonly string[];
}

/** Everything about accounts. Prices are not part of it. */
export interface ExchangeSnapshot {
  readonly version: 1;
  readonly seq: number;
  readonly balances: readonly (readonly [
    userId: string,
    currency: string,
    available: string,
    locked: string,
  ])[];
  readonly orders: readonly Order[];
  readonly trades: readonly Trade[];
  readonly transfers: readonly Transfer[];
  readonly tradeStatus: readonly (readonly [symbol: string, status: TradeStatus])[];
  /** Absent while nothing has been forgotten. */
  readonly forgotten?: ForgottenOrders;
  /** Absent while there never was one; so are they in files of earlier versions. */
  readonly triggers?: readonly TriggerOrder[];
  /** Highest id that was ever given to one, numeric text. Absent with `triggers`. */
  readonly lastTriggerId?: string;
}
