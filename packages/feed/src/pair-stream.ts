import { FrameOrder } from './frame-order.js';

/** What is remembered of one pair from frame to frame. One object for each, so that a frame allocates nothing for it. */
export class PairStream {
  /** When the pair last brought a price on this connection, or was last subscribed. */
  heardMono = Number.NEGATIVE_INFINITY;
  /** When its book channel last brought one. */
  bookMono = Number.NEGATIVE_INFINITY;
  readonly book = new FrameOrder();
  readonly last = new FrameOrder();
  readonly depth = new FrameOrder();
}
