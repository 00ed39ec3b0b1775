/** Counts by name with a bound on the number of names: what comes after the bound is counted together. */
export class Tally {
  readonly #counts = new Map<string, number>();
  readonly #maxNames: number;
  #other = 0;

  constructor(maxNames: number) {
    this.#maxNames = maxNames;
  }

  add(name: string): void {
    const count = this.#counts.get(name);
    if (count !== undefined) this.#counts.set(name, count + 1);
    else if (this.#counts.size < this.#maxNames) this.#counts.set(name, 1);
    else this.#other += 1;
  }

  /** The `most` largest, and the sum of all the rest. */
  top(most: number): { readonly rows: readonly Count[]; readonly other: number } {
    const sorted = [...this.#counts]
      .map(([name, count]) => ({ name, count }))
      .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
    const rest = sorted.slice(most).reduce((sum, { count }) => sum + count, 0);
    return { rows: sorted.slice(0, most), other: this.#other + rest };
  }
}

export interface Count {
  readonly name: string;
  readonly count: number;
}
