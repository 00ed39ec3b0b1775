import type { Clock, EpochMs, MonoMs } from '@mtrade/base';

/** 2026-01-01T00:00:00Z: the true time at the begin of every run. */
const BEGIN_MS = 1_767_225_600_000;
const BOOT_MS = 50_000;

export interface TimeOptions {
  readonly wallOffsetMs: number;
  readonly drift: number;
}

/**
 * One time, three clocks: the exchange's, which is right by definition here; the host's monotonic clock, which runs a
 * little slower or faster; the host's wall clock, which is wrong by an offset and may jump.
 */
export class VirtualTime {
  readonly #drift: number;
  #wallOffsetMs: number;
  /** Simulated ms since the begin. */
  nowMs = 0;

  constructor({ wallOffsetMs, drift }: TimeOptions) {
    this.#wallOffsetMs = wallOffsetMs;
    this.#drift = drift;
  }

  /** The exchange's clock, whole ms. */
  exchangeMs(): number {
    return BEGIN_MS + Math.floor(this.nowMs * (1 + this.#drift));
  }

  jump(ms: number): void {
    this.#wallOffsetMs += ms;
  }

  /** The clocks of the host that the engine runs on. */
  readonly host: Clock = {
    epochMs: () => Math.floor(BEGIN_MS + this.nowMs + this.#wallOffsetMs) as EpochMs,
    monoMs: () => (BOOT_MS + this.nowMs) as MonoMs,
  };
}
