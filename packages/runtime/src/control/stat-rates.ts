import type { StatName, StatusJson } from './status-json.js';

type Stats = StatusJson['stats'];

/** Rates are over this long: short enough to be about now, long enough not to flicker. */
const WINDOW_MS = 10_000;

/** How fast the public counters grow, from the looks of the last ten seconds. */
export class StatRates {
  readonly #looks: { readonly monoMs: number; readonly stats: Stats }[] = [];

  /** Per second, by counter; null until two looks lie far enough apart. */
  next(stats: Stats, monoMs: number): Readonly<Record<StatName, number>> | null {
    this.#looks.push({ monoMs, stats });
    // The newest one outside the window stays: the span is then never shorter than the window.
    while ((this.#looks[1]?.monoMs ?? Infinity) <= monoMs - WINDOW_MS) this.#looks.shift();
    const first = this.#looks[0];
    if (first === undefined || monoMs - first.monoMs < 500) return null;
    const seconds = (monoMs - first.monoMs) / 1_000;
    const rate = ([name, value]: [string, number]): [string, number] => [
      name,
      // A counter is 32 bits wide and starts anew after 4 billion.
      Math.round((((value - first.stats[name as StatName]) >>> 0) / seconds) * 10) / 10,
    ];
    return Object.fromEntries(Object.entries(stats).map(rate)) as Record<StatName, number>;
  }
}
