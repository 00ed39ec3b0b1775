import type { EpochMs, MonoMs } from '@mtrade/base';

/** A quartz clock drifts by some 50 ppm; twice that keeps the stated error honest between measurements. */
const DRIFT_PER_MS = 1e-4;

/** The exchange's clock as the engine knows it: an offset to the monotonic clock and how wrong it can be. */
export class ExchangeClock {
  #exchangeMinusMono = 0;
  #errorMs = Number.POSITIVE_INFINITY;
  #measuredMono = 0;

  update(exchangeMinusMono: number, errorMs: number, measuredMono: number): void {
    this.#exchangeMinusMono = exchangeMinusMono;
    this.#errorMs = errorMs;
    this.#measuredMono = measuredMono;
  }

  /** The exchange has contradicted: unknown until the next measurement. */
  doubt(): void {
    this.#errorMs = Number.POSITIVE_INFINITY;
  }

  get known(): boolean {
    return Number.isFinite(this.#errorMs);
  }

  now(mono: MonoMs): EpochMs {
    return Math.round(mono + this.#exchangeMinusMono) as EpochMs;
  }

  /** The same with its fractions, for ages. */
  exactNow(mono: MonoMs): number {
    return mono + this.#exchangeMinusMono;
  }

  /** Infinity before the first measurement. */
  errorMs(mono: MonoMs): number {
    return this.#errorMs + Math.max(0, mono - this.#measuredMono) * DRIFT_PER_MS;
  }
}
