export type OrderSide = 'buy' | 'sell';

export type OrderType = 'limit' | 'market';

export type TimeInForce = 'gtc' | 'ioc' | 'fok' | 'poc';

export type OrderStatus = 'open' | 'closed' | 'cancelled';

export type FinishAs =
  'open' | 'filled' | 'cancelled' | 'ioc' | 'fok' | 'poc' | 'stp' | 'small' | 'depth_not_enough';

export interface PlaceOrder {
  readonly symbol: string;
  readonly side: OrderSide;
  readonly type: OrderType;
  /** Base; for a market buy quote. */
  readonly amount: string;
  /** Needed for limit orders, ignored for market orders. */
  readonly price?: string | undefined;
  /** Default gtc for limit orders; market orders must say ioc or fok. */
  readonly timeInForce?: TimeInForce | undefined;
  /** `t-` and at most 28 bytes of `0-9 A-Z a-z _ - .`; default `apiv4`. */
  readonly text?: string | undefined;
  /** Echoed in the order. Default `spot`. */
  readonly account?: string | undefined;
  /** Market orders only: the worst price is the best one times (1 +- slippage). */
  readonly slippage?: string | undefined;
}

/** One order as the exchange tells it. Plain JSON; a new object for every change. */
export interface Order {
  /** Numeric text. */
  readonly id: string;
  readonly userId: string;
  readonly symbol: string;
  readonly text: string;
  readonly account: string;
  readonly side: OrderSide;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  /** Base; for a market buy quote. */
  readonly amount: string;
  /** `0` for market orders. */
  readonly price: string;
  /** What is not filled, in the unit of `amount`. */
  readonly left: string;
  /** Base. */
  readonly filledAmount: string;
  /** Quote. */
  readonly filledTotal: string;
  /** `0` while nothing is filled. */
  readonly avgDealPrice: string;
  /** Sum of the fees in `feeCurrency`. */
  readonly fee: string;
  readonly feeCurrency: string;
  /** Sum of the fees paid in GT instead; `0` without. */
  readonly gtFee: string;
  readonly status: OrderStatus;
  readonly finishAs: FinishAs;
  readonly createMs: number;
  readonly updateMs: number;
  /** Null while the order is open. */
  readonly finishMs: number | null;
}

/** One own fill. */
export interface Trade {
  /** Numeric text, increasing. */
  readonly id: string;
  readonly userId: string;
  readonly symbol: string;
  readonly orderId: string;
  readonly text: string;
  readonly side: OrderSide;
  readonly role: 'taker' | 'maker';
  readonly amount: string;
  readonly price: string;
  readonly fee: string;
  readonly feeCurrency: string;
  readonly gtFee: string;
  readonly ms: number;
  /** Per pair, increasing by one. */
  readonly sequenceId: string;
}

export interface ListQuery {
  readonly userId: string;
  /** All pairs when absent. */
  readonly symbol?: string | undefined;
  readonly side?: OrderSide | undefined;
  /** Trades only. */
  readonly orderId?: string | undefined;
  /** Inclusive bounds in ms: of the end for finished orders, of the fill for trades. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  /** From 1. */
  readonly page?: number | undefined;
  readonly limit?: number | undefined;
}
