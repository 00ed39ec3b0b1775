import type { Clock, MonoMs } from '@mtrade/base';
import type { WakeWord } from '@mtrade/board';

export interface CyclerSleepDeps {
  readonly wake: Pick<WakeWord, 'gather' | 'rest'>;
  readonly hasWork: () => boolean;
  readonly clock: Clock;
  /** Longest sleep. */
  readonly pauseMs: number;
  /** So much later at the most is a price that crosses nothing looked at. */
  readonly gatherMs: number;
  /** So many mentioned pairs end a gathering: well below what the queue holds. */
  readonly mentions: number;
}

/** The heart beats with each turn, and whoever watches it counts in seconds; so long is the longest sleep anyway. */
const LONGEST_REST_MS = 1_000;

/**
 * How the cycler sleeps between two turns. While prices come one after the other it looks at what has gathered and not
 * at each by itself; a crossing, an answer or a command wakes it at once, and so does the first price after a quiet time.
 */
export class CyclerSleep {
  readonly #deps: CyclerSleepDeps;
  #turnMono = Number.NEGATIVE_INFINITY as MonoMs;
  #hasGathered = false;

  constructor(deps: CyclerSleepDeps) {
    this.#deps = deps;
  }

  /** After a turn that has left no work; returns when it is time for the next one. `seen`: read before that turn. */
  untilNext(seen: number): void {
    const { wake, hasWork, clock, pauseMs, gatherMs, mentions } = this.#deps;
    const nowMono = clock.monoMs();
    const isBusy = this.#hasGathered || nowMono - this.#turnMono < gatherMs;
    this.#turnMono = nowMono;
    this.#hasGathered = false;
    if (isBusy && pauseMs > gatherMs) {
      wake.gather(seen, Math.min(gatherMs, LONGEST_REST_MS), mentions);
      this.#hasGathered = hasWork();
      if (this.#hasGathered) return;
    }
    wake.rest(seen, Math.min(pauseMs, LONGEST_REST_MS), hasWork);
  }
}
