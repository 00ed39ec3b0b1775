import type { OrderEvidence } from './orders.js';
import type { Tick } from './prices.js';

export interface FeedHandlers {
  /** The tick and its prices stand until the call returns: whoever keeps them copies them. */
  readonly onTick: (tick: Tick) => void;
  /** An order event of the private stream; a hint that starts a look at the trades. */
  readonly onOrder: (evidence: OrderEvidence) => void;
  readonly onBalances: () => void;
  readonly onState: (state: FeedState) => void;
}

export interface FeedState {
  readonly connected: boolean;
  readonly reconnects: number;
  readonly malformedFrames: number;
  /** Frames dropped because a newer one of the same pair and channel had come before. */
  readonly staleFrames?: number;
  /** Pairs whose subscription the exchange refused, with its words. */
  readonly refused: Readonly<Record<string, string>>;
  readonly reason: string | null;
}

export interface PriceFeed {
  readonly start: (handlers: FeedHandlers) => void;
  readonly close: () => void;
}
