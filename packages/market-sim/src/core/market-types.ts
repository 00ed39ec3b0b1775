import type { OrderSide } from './order-types.js';

/** A price as an exact integer: `mantissa x 10^-decimals`, mantissa a safe integer. */
export interface ScaledPrice {
  readonly mantissa: number;
  readonly decimals: number;
}

export type TradeStatus = 'tradable' | 'buyable' | 'sellable' | 'untradable';

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

/** A trade as everybody sees it. `side` is the taker's. */
export interface PublicTrade {
  readonly id: string;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly amount: string;
  readonly price: string;
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
