import type { Violation } from './checker/facts.js';
import type { RunFacts } from './run.js';

/** The way of the prices, counted at each station. */
export interface FrameCounts {
  /** Prices in the recording, counted by our own look at it. */
  readonly recorded: number;
  /** Given to the exchange, and how many of them late. */
  readonly delivered: number;
  readonly late: number;
  readonly maxLateMs: number;
  /** Changes that nobody had subscribed to. */
  readonly unheard: number;
  /** Frames of market state handed to sockets, and those that a newer one replaced before they were. */
  readonly sent: number;
  readonly replaced: number;
  /** What the engine made of them; the five after `updates` add up to it. */
  readonly updates: number;
  readonly unchanged: number;
  readonly queued: number;
  readonly debounced: number;
  readonly queueFull: number;
  readonly stale: number;
  readonly malformed: number;
}

export function countFrames(facts: RunFacts, recorded: number): FrameCounts {
  const { stats, internal } = facts.status;
  return {
    recorded,
    delivered: facts.prices.delivered,
    late: facts.prices.late,
    maxLateMs: facts.prices.maxLateMs,
    unheard: facts.sent.pricesUnheard,
    sent: facts.sent.replaceableSent,
    replaced: facts.sent.framesReplaced,
    updates: stats.reactor_updates,
    unchanged: internal['reactor_unchanged'] ?? 0,
    queued: stats.reactor_queued,
    debounced: stats.reactor_debounced,
    queueFull: internal['urgent_full'] ?? 0,
    stale: (internal['reactor_stale'] ?? 0) + (internal['reactor_late'] ?? 0),
    malformed: internal['reactor_malformed'] ?? 0,
  };
}

/** Every frame that came in at one end is counted at the other. */
export function checkFrames(frames: FrameCounts): Violation[] {
  const found: Violation[] = [];
  const hold = (holds: boolean, text: string): void => {
    if (!holds) found.push({ rule: 'frame-uncounted', symbol: '', orders: [], text });
  };
  const { recorded, delivered, unheard, sent, replaced, updates, unchanged, queued, debounced, queueFull } =
    frames;
  const { stale, malformed } = frames;
  hold(recorded === delivered, `${recorded} prices are recorded, ${delivered} reached the exchange`);
  hold(
    sent + replaced + unheard >= delivered,
    `${delivered} prices reached the exchange, but only ${sent} + ${replaced} + ${unheard} left it or were counted`,
  );
  hold(
    sent === updates + stale + malformed,
    `${sent} frames were sent, the engine counted ${updates} + ${stale} stale + ${malformed} malformed`,
  );
  hold(
    updates === unchanged + queued + debounced + queueFull,
    `of ${updates} updates ${unchanged} + ${queued} + ${debounced} + ${queueFull} are accounted for`,
  );
  return found;
}
