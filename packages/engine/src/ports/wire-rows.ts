import type { Side } from '@mtrade/cycle';
import type { StopEvidence } from './stops.js';
import type { Refused } from './orders.js';

export interface WireOwnTrade {
  readonly clientOrderId: string;
  readonly exchangeOrderId: string;
  readonly fill: WireFill;
}

export type WirePlaceOutcome =
  | {
      readonly type: 'acked';
      readonly exchangeOrderId: string;
      readonly finished: boolean;
      readonly finishAs: string | null;
      readonly filledBase: string;
      readonly filledQuote: string;
    }
  | Refused
  | { readonly type: 'unknown'; readonly reason: string };

/** An order that is over, with the trades that make up what it filled. */
export interface WireSettledOrder {
  readonly exchangeOrderId: string;
  readonly finishAs: string | null;
  readonly filledBase: string;
  readonly filledQuote: string;
  readonly fills: readonly WireFill[];
}

export interface WireFill {
  readonly tradeId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly baseAmount: string;
  readonly price: string;
  readonly fee: string;
  readonly feeCoin: string;
  readonly role: 'maker' | 'taker' | 'unknown';
  readonly epochMs: number;
}

export interface WireEvidence {
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly exchangeOrderId: string;
  readonly finished: boolean;
  readonly finishAs: string | null;
  readonly filledBase: string | null;
  readonly filledQuote: string | null;
}

export type WireStop = Omit<StopEvidence, 'triggerPrice' | 'amount'> & {
  readonly triggerPrice: string;
  readonly amount: string;
};

export interface WireRules {
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly amountStep: string;
  readonly priceStep: string;
  readonly minBase: string;
  readonly minQuote: string;
  readonly tradable: 'both' | 'buy-only' | 'sell-only' | 'none';
  readonly feeRate: string;
  readonly supportsFok: boolean;
}
