/** A replayed run of old frames is over within seconds; a clock that was set back stays back. */
const CLOCK_SET_BACK_MS = 10_000;

/**
 * Keeps one stream of one pair monotonic by the exchange's own time (W04, W05). Each channel is a stream of its own,
 * because they carry different prices and are stamped at different places of the exchange.
 *
 * When a stream has brought nothing but old frames for ten seconds, its clock was set back, and the new time counts:
 * else one frame from the future would silence the pair for ever.
 */
export interface FrameOrder {
  /** False when the frame is older than one already taken. */
  readonly take: (stream: string, exchangeMs: number, sequence: number, nowMono: number) => boolean;
}

export function createFrameOrder(): FrameOrder {
  const newest = new Map<string, { exchangeMs: number; sequence: number; oldSinceMono: number | null }>();
  return {
    take: (stream, exchangeMs, sequence, nowMono) => {
      const seen = newest.get(stream);
      if (seen === undefined) {
        newest.set(stream, { exchangeMs, sequence, oldSinceMono: null });
        return true;
      }
      const old =
        exchangeMs < seen.exchangeMs || (exchangeMs === seen.exchangeMs && sequence < seen.sequence);
      if (old) {
        seen.oldSinceMono ??= nowMono;
        if (nowMono - seen.oldSinceMono < CLOCK_SET_BACK_MS) return false;
      }
      seen.exchangeMs = exchangeMs;
      seen.sequence = sequence;
      seen.oldSinceMono = null;
      return true;
    },
  };
}
