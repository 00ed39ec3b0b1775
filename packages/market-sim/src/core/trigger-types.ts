import type { OrderSide, OrderType } from './order-types.js';

/** `<=` fires when the last price is at or below the trigger price, `>=` when it is at or above. */
export type TriggerRule = '<=' | '>=';

/** `finish`: it fired and its order was accepted; `failed`: it fired and its order was refused. */
export type TriggerStatus = 'open' | 'finish' | 'failed' | 'cancelled' | 'expired';

/** The order that is placed when the trigger fires. */
export interface TriggeredPut {
  readonly side: OrderSide;
  readonly type: OrderType;
  /** Base; for a market buy quote. */
  readonly amount: string;
  /** Needed for limit orders, ignored for market orders. */
  readonly price?: string | undefined;
  readonly timeInForce: 'gtc' | 'ioc';
  /** `normal` (spot) or `unified`; echoed. */
  readonly account: string;
  /** Where the order came from, such as `api`: no name of its own, the exchange has none for these orders. */
  readonly text: string;
}

export interface PlaceTrigger {
  readonly symbol: string;
  readonly rule: TriggerRule;
  readonly triggerPrice: string;
  /** Seconds until it is given up: 60 to 2,592,000 (30 days). */
  readonly expirationS: number;
  readonly put: TriggeredPut;
}

/** One price-triggered order as the exchange tells it. Plain JSON; a new object for every change. */
export interface TriggerOrder extends PlaceTrigger {
  /** Numeric text, increasing. */
  readonly id: string;
  readonly userId: string;
  readonly status: TriggerStatus;
  /** Null unless the status is `finish`. */
  readonly firedOrderId: string | null;
  /** Why it ended as it did; empty while it is open and after it fired. */
  readonly reason: string;
  readonly createMs: number;
  /** Null while it is open. */
  readonly finishMs: number | null;
}

export interface TriggerQuery {
  readonly userId: string;
  readonly status: 'open' | 'finished';
  /** All pairs when absent. */
  readonly symbol?: string | undefined;
  /** Rows to pass over, newest first. Default 0. */
  readonly offset?: number | undefined;
  /** Default 100. */
  readonly limit?: number | undefined;
}
