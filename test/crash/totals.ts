import { CRASH_POINTS } from './points.js';
import type { Death } from './plan.js';

/** What a campaign has done, for a person and for a script. */
export class Totals {
  readonly #points = new Map<string, { kills: number; missed: number }>();
  readonly #kinds: Record<Death['kind'], number> = {
    point: 0,
    random: 0,
    stop: 0,
    thread: 0,
    'two-starts': 0,
  };
  readonly #faults = new Map<string, number>();
  #rounds = 0;
  #orders = 0;
  #trades = 0;
  #cycles = 0;

  count(death: Death, isHit: boolean): void {
    this.#kinds[death.kind] += 1;
    if (death.kind !== 'point') return;
    const entry = this.#points.get(death.point.name) ?? { kills: 0, missed: 0 };
    this.#points.set(death.point.name, entry);
    if (isHit) entry.kills += 1;
    else entry.missed += 1;
  }

  endRound(
    { orders, trades, cycles }: { readonly orders: number; readonly trades: number; readonly cycles: number },
    fired: Readonly<Record<string, number>>,
  ): void {
    this.#rounds += 1;
    this.#orders += orders;
    this.#trades += trades;
    this.#cycles += cycles;
    for (const [name, times] of Object.entries(fired))
      this.#faults.set(name, (this.#faults.get(name) ?? 0) + times);
  }

  get deaths(): number {
    return Object.values(this.#kinds).reduce((sum, count) => sum + count, 0);
  }

  json() {
    const points = Object.fromEntries(
      CRASH_POINTS.flatMap(({ name }) => {
        const entry = this.#points.get(name);
        return entry === undefined ? [] : [[name, entry] as const];
      }),
    );
    return {
      deaths: this.deaths,
      kinds: this.#kinds,
      points,
      pointsHit: Object.values(points).filter(({ kills }) => kills > 0).length,
      rounds: this.#rounds,
      orders: this.#orders,
      trades: this.#trades,
      cycles: this.#cycles,
      faults: Object.fromEntries(this.#faults),
    };
  }

  lines(): string[] {
    const { kinds, points, pointsHit, rounds, orders, trades, cycles, faults } = this.json();
    const injected = Object.values(faults).reduce((sum, count) => sum + count, 0);
    return [
      ...Object.entries(points).map(
        ([name, { kills, missed }]) =>
          `  ${name.padEnd(36)} ${String(kills).padStart(5)}${missed > 0 ? `  (${missed} not reached)` : ''}`,
      ),
      `${this.deaths} deaths at ${pointsHit} points in ${rounds} data directories: ${kinds.point} at points, ` +
        `${kinds.random} at random, ${kinds.stop} frozen first, ${kinds.thread} after a thread had died, ${kinds['two-starts']} of two starts`,
      `${orders} orders, ${trades} trades, ${cycles} cycles; ${injected} faults of the exchange`,
    ];
  }
}
