import type { Fault } from './fault.js';
import { type RunOptions, type RunResult, simulate } from './simulation.js';

export interface Shrunk {
  readonly options: RunOptions & { readonly faults: readonly Fault[] };
  readonly result: RunResult;
  readonly runs: number;
}

const HOUR_MS = 3_600_000;
const MOST_RUNS = 300;
const WINDOWS_MS = [60_000, 300_000, 1_200_000, HOUR_MS];

/**
 * The smallest list of faults that still breaks the same promise. First only the last minutes before the violation are
 * tried, then halves and ever smaller parts are left out (ddmin). What is left cannot lose any single fault, unless the
 * number of runs was used up.
 */
export async function shrink(options: RunOptions, broken: RunResult): Promise<Shrunk> {
  const search = new Search(options, broken);
  await search.shorten();
  await search.lastMinutes();
  await search.leaveOut();
  await search.shorten();
  return {
    options: { ...options, hours: search.hours, faults: search.faults },
    result: search.best,
    runs: search.runs,
  };
}

class Search {
  readonly #options: RunOptions;
  readonly #id: string | undefined;
  best: RunResult;
  hours: number;
  faults: readonly Fault[];
  runs = 0;

  constructor(options: RunOptions, broken: RunResult) {
    this.#options = options;
    this.#id = broken.violation?.id;
    this.best = broken;
    this.hours = options.hours;
    this.faults = broken.faults;
  }

  /** No longer than until the violation. */
  async shorten(): Promise<void> {
    const atMs = this.best.violation?.atMs ?? Number.POSITIVE_INFINITY;
    const needed = Math.ceil((atMs / HOUR_MS) * 1_000) / 1_000;
    if (needed >= this.hours) return;
    await this.#accept(
      this.faults.filter((fault) => fault.atMs < needed * HOUR_MS),
      needed,
    );
  }

  async lastMinutes(): Promise<void> {
    const endMs = this.best.violation?.atMs ?? 0;
    for (const windowMs of WINDOWS_MS) {
      const fewer = this.faults.filter((fault) => fault.atMs > endMs - windowMs);
      if (fewer.length < this.faults.length && (await this.#accept(fewer))) return;
    }
  }

  async leaveOut(): Promise<void> {
    let parts = 2;
    while (this.faults.length > 0 && this.runs < MOST_RUNS) {
      const size = Math.ceil(this.faults.length / parts);
      if (await this.#leaveOutOneOf(size)) parts = Math.max(2, parts - 1);
      else if (size === 1) return;
      else parts = Math.min(this.faults.length, parts * 2);
    }
  }

  async #leaveOutOneOf(size: number): Promise<boolean> {
    for (let start = 0; start < this.faults.length && this.runs < MOST_RUNS; start += size) {
      const fewer = [...this.faults.slice(0, start), ...this.faults.slice(start + size)];
      if (await this.#accept(fewer)) return true;
    }
    return false;
  }

  /** Takes the shorter list when it breaks the same promise. */
  async #accept(faults: readonly Fault[], hours = this.hours): Promise<boolean> {
    this.runs += 1;
    const result = await simulate({ ...this.#options, hours, faults });
    if (result.violation?.id !== this.#id) return false;
    this.best = result;
    this.hours = hours;
    this.faults = faults;
    return true;
  }
}
