import type { LogLine } from './parse-line.js';

/** The lines around a moment: of those within reach the nearest ones, at most so many before it and after it. */
export class Timeline {
  readonly #aroundMs: number;
  readonly #reachMs: number;
  readonly #maxEach: number;
  #before: LogLine[] = [];
  #after: LogLine[] = [];
  #seen = 0;

  constructor(aroundMs: number, reachMs: number, maxEach = 200) {
    this.#aroundMs = aroundMs;
    this.#reachMs = reachMs;
    this.#maxEach = maxEach;
  }

  add(line: LogLine): void {
    const distance = line.epochMs - this.#aroundMs;
    if (Math.abs(distance) > this.#reachMs) return;
    this.#seen += 1;
    const side = distance < 0 ? this.#before : this.#after;
    side.push(line);
    // Trimmed now and then instead of at each line; several files need not be in order.
    if (side.length < 2 * this.#maxEach) return;
    if (distance < 0) this.#before = this.#nearest(this.#before);
    else this.#after = this.#nearest(this.#after);
  }

  /** In order of time; `omitted` lines were further away. */
  lines(): { readonly lines: readonly LogLine[]; readonly omitted: number } {
    const kept = [...this.#nearest(this.#before), ...this.#nearest(this.#after)];
    return { lines: kept.sort((a, b) => a.epochMs - b.epochMs), omitted: this.#seen - kept.length };
  }

  #nearest(lines: readonly LogLine[]): LogLine[] {
    const distance = (line: LogLine): number => Math.abs(line.epochMs - this.#aroundMs);
    return lines.toSorted((a, b) => distance(a) - distance(b)).slice(0, this.#maxEach);
  }
}
