import type { MonoMs } from '@mtrade/base';
import type { Heartbeats } from '@mtrade/board';

/** 15 s of looks, one with each heartbeat of the thread that looks. */
export const WATCHDOG_LOOKS = 15;

/**
 * Watches the supervisor from another thread: while it stalls nobody restarts a dead worker, answers an operator or
 * alarms (P21). Looks are counted and not time: a process that was suspended has missed its own looks, too, and both
 * go on together.
 */
export class Watchdog {
  readonly #heartbeats: Pick<Heartbeats, 'ageMs'>;
  readonly #onStalled: (ageMs: number) => void;
  #lookedMono: MonoMs | null = null;
  #quietLooks = 0;

  constructor(heartbeats: Pick<Heartbeats, 'ageMs'>, onStalled: (ageMs: number) => void) {
    this.#heartbeats = heartbeats;
    this.#onStalled = onStalled;
  }

  look(nowMono: MonoMs): void {
    const ageMs = this.#heartbeats.ageMs('supervisor', nowMono);
    const gapMs = nowMono - (this.#lookedMono ?? Number.NEGATIVE_INFINITY);
    this.#lookedMono = nowMono;
    // Before its first beat the engine is still starting, and the start has limits of its own.
    if (ageMs === Number.POSITIVE_INFINITY || ageMs <= gapMs) {
      this.#quietLooks = 0;
      return;
    }
    this.#quietLooks += 1;
    if (this.#quietLooks === WATCHDOG_LOOKS) this.#onStalled(ageMs);
  }
}
