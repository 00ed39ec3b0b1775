import type { EpochMs } from '@mtrade/base';
import type { Decimal } from '@mtrade/money';
import type { Refused } from './orders.js';

/**
 * A stop on the exchange: when the last price is at or below `triggerPrice` it sells `amount` at once, for `limitPrice` or
 * better (IOC). It has no client id and no expiry of its request (Gate).
 */
export interface StopRequest {
  readonly intentId: number;
  readonly symbol: string;
  /** Exact text on the pair's price grid. */
  readonly triggerPrice: string;
  /** The lowest price that it takes, exact text on the pair's price grid. */
  readonly limitPrice: string;
  /** Base, exact text on the pair's amount grid. */
  readonly amount: string;
  /** After so long the exchange ends it by itself, whole seconds. */
  readonly expirationS: number;
  /** Exchange clock; nothing created earlier is this order. */
  readonly notBeforeMs: EpochMs;
}

/** What one POST of a stop led to; the same whitelist of definite refusals as for an order. */
export type StopOutcome =
  | { readonly type: 'acked'; readonly stopId: string }
  | Refused
  | {
      readonly type: 'unknown';
      readonly reason: string;
      /** Of a refusal (4xx) that is not on the list of those which prove something: it counts once no stop has been found. */
      readonly label?: string;
    };

export type StopStatus = 'open' | 'cancelled' | 'fired' | 'failed' | 'expired';

/** One stop as the exchange lists it, whoever made it. */
export interface StopEvidence {
  readonly stopId: string;
  readonly symbol: string;
  readonly triggerPrice: Decimal;
  readonly amount: Decimal;
  /** Exchange clock; the latest moment it can have been, where the exchange tells whole seconds. */
  readonly createdMs: EpochMs;
  readonly status: StopStatus;
  /** The order that it has placed; its trades decide. */
  readonly firedOrderId: string | null;
  /** The exchange's own words for a failure. */
  readonly reason: string | null;
}

/** Every stop of a pair since a moment, open and finished. */
export interface StopScan {
  /** False when any page was missing or failed: then an absence proves nothing. */
  readonly complete: boolean;
  /** Exchange clock when the first request left. */
  readonly startedAtMs: EpochMs;
  readonly stops: readonly StopEvidence[];
}
