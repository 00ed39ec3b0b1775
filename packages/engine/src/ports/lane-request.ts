import type { EpochMs } from '@mtrade/base';
import type { OrderRequest } from './orders.js';
import type { StopRequest } from './stops.js';

/** From the cycler to the order thread. A `place` is sent only for a committed intent, once. */
export type LaneRequest =
  /** Handed over before the intent is committed: nothing of it may be sent until the board's gate says so of `ticket`. */
  | { readonly type: 'place'; readonly order: OrderRequest; readonly ticket: number }
  /** Follow an acknowledged order to its end and bring its trades. */
  | {
      readonly type: 'settle';
      readonly intentId: number;
      readonly symbol: string;
      readonly exchangeOrderId: string;
      /** The order was placed by a stop: it has no name of ours under which it could be looked for. */
      readonly firedByStop?: true;
    }
  /** The same for several orders at once: more than one under a client id, or one whose intent has ended already. */
  | {
      readonly type: 'follow';
      readonly intentId: number;
      readonly symbol: string;
      readonly exchangeOrderIds: readonly string[];
      /** Each was placed by a stop and is told of by itself: an order without trades is forgotten. */
      readonly firedByStop?: true;
    }
  | {
      readonly type: 'scan';
      readonly intentId: number;
      readonly symbol: string;
      readonly clientOrderId: string;
      readonly fromMs: EpochMs;
    }
  | { readonly type: 'refresh-rules'; readonly symbols: readonly string[] }
  /** Look at the whole account: open orders, then stops and own trades of this time. */
  | {
      readonly type: 'survey';
      readonly askedMs: EpochMs;
      readonly fromMs: EpochMs;
      readonly toMs: EpochMs | null;
    }
  /** A POST for a committed stop, once; not after `sendBeforeMs` (exchange clock), for nothing on the wire expires. */
  | { readonly type: 'place-stop'; readonly stop: StopRequest; readonly sendBeforeMs: EpochMs }
  /** Cancels and then looks: only what the look shows counts. */
  | StopLook<'cancel-stop'>
  | StopLook<'look-stop'>
  | {
      readonly type: 'find-stops';
      readonly intentId: number;
      readonly symbol: string;
      readonly fromMs: EpochMs;
    }
  | { readonly type: 'refresh-balances' }
  | { readonly type: 'refresh-clock' }
  /** One call for each book, one for all tickers together. */
  | {
      readonly type: 'refresh-prices';
      readonly books: readonly { readonly symbol: string; readonly depth: number }[];
      readonly tickers: readonly string[];
    };

interface StopLook<T extends string> {
  readonly type: T;
  readonly intentId: number;
  readonly symbol: string;
  readonly stopId: string;
}

/** The cycler's end of the wire to the order thread. */
export interface OrderLane {
  /** Never blocks. */
  readonly request: (request: LaneRequest) => void;
  /** Leaves the processor to the order thread for the moment that it needs to write an order. */
  readonly giveWay: () => void;
}
