import type { EpochMs } from '@mtrade/base';

/** One price as it lies in shared memory: `mantissa x 10^-decimals`, mantissa a safe integer. */
export interface ScaledPrice {
  readonly mantissa: number;
  readonly decimals: number;
}

/** A pair's prices that were asked for, because its stream is silent or not believed. Plain data. */
export interface RestPrice {
  readonly symbol: string;
  readonly bid: ScaledPrice | null;
  readonly ask: ScaledPrice | null;
  /** Asks from best to worst; null when only the best prices were asked for. */
  readonly asks: readonly ScaledPrice[] | null;
  /** Exchange clock: when this was surely true, at the latest the moment of the answer. */
  readonly exchangeMs: EpochMs;
}

/** Best prices of one pair from one frame; null where the frame does not say. Times in ms. */
export interface Tick {
  readonly symbol: string;
  readonly bid: ScaledPrice | null;
  readonly ask: ScaledPrice | null;
  readonly last: ScaledPrice | null;
  /** Asks from best to worst, only for pairs whose ladder looks deeper than the best price. */
  readonly asks: readonly ScaledPrice[] | null;
  readonly exchangeMs: number;
  /** Monotonic time when the frame came off the socket. */
  readonly receivedMono: number;
  /** True for a price that was asked for because the pair's stream is silent. */
  readonly isRest?: boolean;
}
