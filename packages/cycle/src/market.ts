import type { BaseQty, Decimal, Price, QuoteAmount } from '@mtrade/money';

/** What the exchange says about one pair. Amounts in exact decimals; `feeRate` is a fraction: 0.002 = 0.2 %. */
export interface MarketRules {
  /** Canonical `BASE/QUOTE`. */
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly amountStep: BaseQty;
  readonly priceStep: Price;
  /** Smallest order in base; zero when the exchange names none. */
  readonly minBase: BaseQty;
  /** Smallest order value in quote; zero when the exchange names none. */
  readonly minQuote: QuoteAmount;
  readonly tradable: 'both' | 'buy-only' | 'sell-only' | 'none';
  /** Taker fee as a fraction of the trade. */
  readonly feeRate: Decimal;
  readonly supportsFok: boolean;
}

/** One pair's prices at one moment, as exact decimals. `null` means unknown and never zero. */
export interface MarketView {
  readonly bid: Price | null;
  readonly ask: Price | null;
  /** Ask at `askLevel` of the book (1 = best), for ladders that look deeper than the best price. */
  readonly levelAsk: Price | null;
  readonly askLevel: number;
  readonly last: Price | null;
  /**
   * How old bid and ask are: since they came or since the exchange stamped them, whichever is more. Infinity when there
   * are none.
   */
  readonly ageMs: number;
  /** The same for `levelAsk`, which comes on a channel of its own. */
  readonly levelAgeMs: number;
  /** False while bid and ask are too far from the last believed ones and nothing has confirmed them yet. */
  readonly isBelieved: boolean;
}

/** What the pair's two coins look like on the account. */
export interface AccountView {
  /** Free quote less everything that open or just finished buys may still take from it. */
  readonly quoteAvailable: QuoteAmount;
  readonly baseAvailable: BaseQty;
  /** Free and locked together. */
  readonly baseTotal: BaseQty;
  /** True when the snapshot was asked for well after the pair's last fill, so a shortage in it is real. */
  readonly settled: boolean;
}
