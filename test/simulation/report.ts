import type { Fault, FaultKind } from './fault.js';
import { printFaults } from './fault.js';
import type { RunOptions, RunResult } from './simulation.js';

const HOUR_MS = 3_600_000;

/** Sums over all runs of one call. */
export class Totals {
  readonly #numbers = new Map<string, number>();
  readonly #injected = new Map<FaultKind, number>();
  #simulatedMs = 0;
  #runs = 0;

  add(result: RunResult): void {
    this.#runs += 1;
    this.#simulatedMs += result.simulatedMs;
    for (const [name, value] of Object.entries(result.stats))
      this.#numbers.set(name, (this.#numbers.get(name) ?? 0) + (value as number));
    for (const [kind, count] of result.injected)
      this.#injected.set(kind, (this.#injected.get(kind) ?? 0) + count);
  }

  get hours(): number {
    return this.#simulatedMs / HOUR_MS;
  }

  get faults(): number {
    return [...this.#injected.values()].reduce((sum, count) => sum + count, 0);
  }

  lines(): string[] {
    const shown = (entries: Iterable<readonly [string, number]>): string =>
      [...entries].map(([name, count]) => `${name} ${count}`).join(', ');
    return [
      `${this.#runs} seeds, ${this.hours.toFixed(1)} simulated hours, ${this.faults} faults`,
      `  ${shown(this.#numbers)}`,
      `  ${shown(this.#oftenFirst())}`,
    ];
  }

  #oftenFirst(): [FaultKind, number][] {
    return [...this.#injected].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  }

  json(): Record<string, unknown> {
    return {
      seeds: this.#runs,
      hours: this.hours,
      faults: this.faults,
      counts: Object.fromEntries(this.#numbers),
      injected: Object.fromEntries(this.#oftenFirst()),
    };
  }
}

/** The command that plays exactly this run again. */
export function replayCommand(
  { seed, hours, pairs, ablation }: RunOptions,
  faults: readonly Fault[],
): string {
  const ablate = ablation === undefined ? '' : ` --ablate ${ablation}`;
  return `npm run sim -- --hours ${hours} --pairs ${pairs}${ablate} --replay '${seed}:${printFaults(faults)}'`;
}
