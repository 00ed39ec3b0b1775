/** How the process of the exchange is set up. */
export interface ExchangeBoot {
  readonly symbols: readonly string[];
  /** The first so many of them are traded; the others only have prices. */
  readonly traded: number;
  readonly apiKey: string;
  readonly apiSecret: string;
  /** True: a sale is followed by a start buy, which the exchange waits for before it moves that pair again. */
  readonly buysAgain: boolean;
}

export interface MeasurePlan {
  readonly orders: number;
  /** Between two crossing frames, ms; 0: the next one leaves as soon as the order before it has been answered. */
  readonly gapMs: number;
  /** An order that has not come after this long is missing. */
  readonly limitMs: number;
}

/** What the exchange saw of one plan. */
export interface Measured {
  /** From right before the frame is made to the head of the order's request read, us. One clock, one process. */
  readonly reactionsUs: readonly number[];
  /** Crossing frames that no order followed. */
  readonly missing: number;
}

export type ExchangeRequest =
  /** Quotes every pair from now on, so often that no price gets old; resolves when every pair has had its start buy. */
  | { readonly type: 'open'; readonly limitMs: number }
  /** All pairs together, one after the other, a changed price each; 0 ends it. */
  | { readonly type: 'load'; readonly framesPerSecond: number }
  /** Changed prices of one pair alone, beside the load of all; 0 ends it. */
  | { readonly type: 'flood'; readonly framesPerSecond: number }
  /** From now on every REST call, whatever it is, is answered so much later. */
  | { readonly type: 'hang'; readonly ms: number }
  | { readonly type: 'measure'; readonly plan: MeasurePlan }
  /** Sends the first price of a pair that has had none: resolves like `measure`. */
  | { readonly type: 'first'; readonly limitMs: number }
  | { readonly type: 'counts' };

export interface ExchangeCounts {
  /** Price frames that have left. */
  readonly framesSent: number;
  readonly requests: number;
  readonly orders: number;
}

export interface Addresses {
  readonly restUrl: string;
  readonly wsUrl: string;
}

export type ToExchange =
  | { readonly type: 'boot'; readonly boot: ExchangeBoot }
  | { readonly type: 'request'; readonly id: number; readonly request: ExchangeRequest };

export type FromExchange =
  | { readonly type: 'ready'; readonly addresses: Addresses }
  | { readonly type: 'reply'; readonly id: number; readonly result: unknown }
  | { readonly type: 'refused'; readonly id: number; readonly reason: string };
