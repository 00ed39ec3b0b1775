/**
 * The words of the exchange in code. Every amount and price that crosses this border is a plain decimal string (exact);
 * every time is Unix milliseconds and is given by the caller. Pairs are named `BASE/QUOTE`; `PairSpec.id` is the
 * exchange's own spelling `BASE_QUOTE`.
 */

/** A price as an exact integer: `mantissa x 10^-decimals`, mantissa a safe integer. */
export interface ScaledPrice {
  readonly mantissa: number;
  readonly decimals: number;
}

export type TradeStatus = 'tradable' | 'buyable' | 'sellable' | 'untradable';
export type OrderSide = 'buy' | 'sell';
export type OrderType = 'limit' | 'market';
export type TimeInForce = 'gtc' | 'ioc' | 'fok' | 'poc';
export type OrderStatus = 'open' | 'closed' | 'cancelled';
export type FinishAs =
  'open' | 'filled' | 'cancelled' | 'ioc' | 'fok' | 'poc' | 'stp' | 'small' | 'depth_not_enough';

/** How the book around a mid price looks. Deterministic: the same mid gives the same book. */
export interface BookShape {
  /** Best ask minus best bid, in hundredths of a per cent of the mid; at least one price step. */
  readonly spreadBp: number;
  /** Distance between two levels of one side, in hundredths of a per cent of the mid; at least one price step. */
  readonly levelGapBp: number;
  readonly levels: number;
  /** Value of the best level in quote (whole units). */
  readonly levelQuote: number;
  /** Every deeper level is worth this many per cent of `levelQuote` more. */
  readonly levelGrowthPct: number;
}

export interface PairSpec {
  /** `ETH/USDT` */
  readonly symbol: string;
  /** `ETH_USDT` */
  readonly id: string;
  readonly base: string;
  readonly quote: string;
  readonly amountDecimals: number;
  readonly priceDecimals: number;
  /** Smallest order in base; `0` means none. */
  readonly minBase: string;
  /** Smallest order value in quote; `0` means none. */
  readonly minQuote: string;
  /** Per cent: `0.2` is a fee of 0.002 of the trade. */
  readonly takerFeePct: string;
  readonly makerFeePct: string;
  readonly tradeStatus: TradeStatus;
  readonly supportsFok: boolean;
  readonly book: BookShape;
}

export type Level = readonly [price: string, size: string];

/** What the market looks like now. Prices with more decimals than the pair are rounded away from the spread. */
export type Quote =
  /** The pair's `BookShape` around a mid price. */
  | { readonly kind: 'mid'; readonly mid: ScaledPrice }
  /** Recorded best prices with sizes in base; the pair's `BookShape` behind them. */
  | {
      readonly kind: 'top';
      readonly bid: ScaledPrice;
      readonly ask: ScaledPrice;
      readonly bidSize: string;
      readonly askSize: string;
      readonly last?: ScaledPrice;
    }
  /** The whole book as given, best first; nothing behind it. A side may be empty. */
  | { readonly kind: 'book'; readonly bids: readonly Level[]; readonly asks: readonly Level[] };

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

/** A trade as everybody sees it. `side` is the taker's. */
export interface PublicTrade {
  readonly id: string;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly amount: string;
  readonly price: string;
  readonly ms: number;
}

export interface BalanceView {
  readonly available: string;
  readonly locked: string;
}

export type BalanceReason = 'deposit' | 'withdraw' | 'order-create' | 'order-match' | 'order-cancel';

export interface BalanceChange {
  readonly userId: string;
  readonly currency: string;
  readonly available: string;
  readonly locked: string;
  /** Change of available + locked; negative when it shrank. */
  readonly change: string;
  /** Change of locked. */
  readonly lockedChange: string;
  readonly reason: BalanceReason;
  readonly ms: number;
}

/** Coins that came or went by hand. `amount` is signed. */
export interface Transfer {
  readonly userId: string;
  readonly currency: string;
  readonly amount: string;
  readonly note: string;
  readonly ms: number;
}

export interface BookTop {
  readonly symbol: string;
  /** Null when the side is empty. */
  readonly bid: string | null;
  readonly bidSize: string;
  readonly ask: string | null;
  readonly askSize: string;
  /** Increases by one with every change of the pair's book. */
  readonly updateId: number;
  readonly ms: number;
}

export interface BookView {
  readonly symbol: string;
  readonly updateId: number;
  readonly ms: number;
  /** Best first. */
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
}

export interface Ticker {
  readonly symbol: string;
  readonly last: string;
  readonly lowestAsk: string;
  readonly highestBid: string;
  /** Per cent against the price 24 h ago (or the oldest known). */
  readonly changePct: string;
  readonly high24h: string;
  readonly low24h: string;
  readonly baseVolume: string;
  readonly quoteVolume: string;
}

export interface Candle {
  readonly openMs: number;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly baseVolume: string;
  readonly quoteVolume: string;
  /** False while the interval lasts. */
  readonly closed: boolean;
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

/** What a socket server needs to hear. Called after the change is recorded, in the order of the changes. */
export interface ExchangeListener {
  /** The market moved: ticker, best prices and book are new. Called on every quote; keep it cheap. */
  onQuote?(symbol: string, nowMs: number): void;
  /** The book changed without a quote: depth was taken, or an order came to rest or went. */
  onBook?(symbol: string, nowMs: number): void;
  onTrade?(trade: PublicTrade): void;
  onOrder?(event: 'put' | 'update' | 'finish', order: Order): void;
  onUserTrade?(trade: Trade): void;
  onBalance?(change: BalanceChange): void;
  onTradeStatus?(symbol: string, status: TradeStatus): void;
}

/**
 * How much of the past an exchange keeps. An order is forgotten, with its trades, when it has ended longer than `youngMs`
 * ago and at least `finishedOrders` orders of its account have ended after it. Open orders and balances always stay.
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
}

export interface ExchangeOptions {
  readonly pairs: readonly PairSpec[];
  /** Account ids; default one, `DEFAULT_USER_ID`. Numeric text, as the exchange's. */
  readonly users?: readonly string[];
  /** A FOK order that the book cannot fill: a 2xx answer with a cancelled order (default) or an error. */
  readonly fokKill?: 'cancelled' | 'error';
  /** A POC order that would take: an error (default) or a 2xx answer with a cancelled order. */
  readonly pocCross?: 'cancelled' | 'error';
  /** How long a new or just finished order or trade stays out of the lists. Default 0. */
  readonly listLagMs?: number;
  /** How long a new order cannot be looked up singly. Default 0. */
  readonly lookupLagMs?: number;
  /** How long a cancelled order without a fill can still be found. Default 60,000. */
  readonly emptyOrderRetentionMs?: number;
  /** Fees are paid in GT at this price (quote per GT) while the account has enough of it. Default: never. */
  readonly gtPrice?: string | null;
  readonly firstOrderId?: number;
  readonly firstTradeId?: number;
  /** Default: everything is kept. What is forgotten is part of the records, so a rebuilt exchange forgets the same. */
  readonly retention?: OrderRetention | undefined;
  /** Called before anybody hears of the change; must not return before the record is safe. A throw is fatal. */
  readonly onRecord?: (record: ExchangeRecord) => void;
}
