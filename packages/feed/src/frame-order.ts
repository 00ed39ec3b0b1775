/** A replayed run of old frames is over within seconds; a clock that was set back stays back. */
const CLOCK_SET_BACK_MS = 10_000;

/**
 * Keeps one stream of one pair monotonic by the exchange's own time (W04, W05). Each channel is a stream of its own,
 * because they carry different prices and are stamped at different places of the exchange.
 *
 * When a stream has brought nothing but old frames for ten seconds, its clock was set back, and the new time counts:
 * else one frame from the future would silence the pair for ever.
 */
export class FrameOrder {
  #exchangeMs = Number.NEGATIVE_INFINITY;
  #sequence = 0;
  /** NaN while the newest frame was no old one. */
  #oldSinceMono = Number.NaN;

  /** False when the frame is older than one already taken. Allocates nothing. */
  take(exchangeMs: number, sequence: number, nowMono: number): boolean {
    const isOld =
      exchangeMs < this.#exchangeMs || (exchangeMs === this.#exchangeMs && sequence < this.#sequence);
    if (isOld) {
      if (Number.isNaN(this.#oldSinceMono)) this.#oldSinceMono = nowMono;
      if (nowMono - this.#oldSinceMono < CLOCK_SET_BACK_MS) return false;
    }
    this.#exchangeMs = exchangeMs;
    this.#sequence = sequence;
    this.#oldSinceMono = Number.NaN;
    return true;
  }
}
