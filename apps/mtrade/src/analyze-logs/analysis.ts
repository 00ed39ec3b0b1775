import type { LogLine } from './parse-line.js';
import { type Count, Tally } from './tally.js';
import { Timeline } from './timeline.js';

export interface AnalysisOptions {
  /** Unix ms; null for no bound. `to` is exclusive. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly aroundMs: number | null;
  readonly reachMs: number;
}

export interface Hour {
  /** `2026-11-21T12`, UTC. */
  readonly hour: string;
  readonly lines: number;
  readonly warnings: number;
  readonly errors: number;
}

export interface Report {
  readonly lines: number;
  readonly malformed: number;
  readonly outside: number;
  readonly firstMs: number | null;
  readonly lastMs: number | null;
  readonly errors: number;
  readonly warnings: number;
  readonly errorsByKind: Top;
  readonly errorsByPair: Top;
  readonly warningsByKind: Top;
  readonly hours: readonly Hour[];
  /** Lines of hours beyond the bound on their number. */
  readonly otherHours: number;
  readonly timeline: { readonly lines: readonly LogLine[]; readonly omitted: number } | null;
}

export interface Top {
  readonly rows: readonly Count[];
  readonly other: number;
}

const HOUR_MS = 3_600_000;
const MAX_NAMES = 2_000;
/** More than a year; memory is bounded whatever times the lines claim. */
const MAX_HOURS = 10_000;
const TOP = 20;
const NO_PAIR = '(no pair)';

type HourCounts = { lines: number; warnings: number; errors: number };

/** Everything that is kept of a log of any size. */
export class Analysis {
  readonly #options: AnalysisOptions;
  readonly #errorsByKind = new Tally(MAX_NAMES);
  readonly #errorsByPair = new Tally(MAX_NAMES);
  readonly #warningsByKind = new Tally(MAX_NAMES);
  readonly #hours = new Map<number, HourCounts>();
  readonly #timeline: Timeline | null;
  #lines = 0;
  #malformed = 0;
  #outside = 0;
  #errors = 0;
  #warnings = 0;
  #otherHours = 0;
  #firstMs = Infinity;
  #lastMs = -Infinity;

  constructor(options: AnalysisOptions) {
    this.#options = options;
    this.#timeline = options.aroundMs === null ? null : new Timeline(options.aroundMs, options.reachMs);
  }

  addMalformed(): void {
    this.#malformed += 1;
  }

  add(line: LogLine): void {
    const { epochMs, level, symbol, kind } = line;
    const { fromMs, toMs } = this.#options;
    if ((fromMs !== null && epochMs < fromMs) || (toMs !== null && epochMs >= toMs)) {
      this.#outside += 1;
      return;
    }
    this.#lines += 1;
    this.#firstMs = Math.min(this.#firstMs, epochMs);
    this.#lastMs = Math.max(this.#lastMs, epochMs);
    this.#timeline?.add(line);
    const isError = level === 'error' || level === 'fatal';
    const isWarning = level === 'warn';
    this.#countHour(epochMs, isError, isWarning);
    if (isError) {
      this.#errors += 1;
      this.#errorsByKind.add(kind);
      this.#errorsByPair.add(symbol ?? NO_PAIR);
    }
    if (isWarning) {
      this.#warnings += 1;
      this.#warningsByKind.add(kind);
    }
  }

  #countHour(epochMs: number, isError: boolean, isWarning: boolean): void {
    const hour = Math.floor(epochMs / HOUR_MS);
    let counts = this.#hours.get(hour);
    if (counts === undefined) {
      if (this.#hours.size >= MAX_HOURS) {
        this.#otherHours += 1;
        return;
      }
      counts = { lines: 0, warnings: 0, errors: 0 };
      this.#hours.set(hour, counts);
    }
    counts.lines += 1;
    if (isError) counts.errors += 1;
    if (isWarning) counts.warnings += 1;
  }

  report(): Report {
    return {
      lines: this.#lines,
      malformed: this.#malformed,
      outside: this.#outside,
      firstMs: this.#lines === 0 ? null : this.#firstMs,
      lastMs: this.#lines === 0 ? null : this.#lastMs,
      errors: this.#errors,
      warnings: this.#warnings,
      errorsByKind: this.#errorsByKind.top(TOP),
      errorsByPair: this.#errorsByPair.top(TOP),
      warningsByKind: this.#warningsByKind.top(TOP),
      hours: [...this.#hours]
        .sort(([a], [b]) => a - b)
        .map(([hour, counts]) => ({ hour: new Date(hour * HOUR_MS).toISOString().slice(0, 13), ...counts })),
      otherHours: this.#otherHours,
      timeline: this.#timeline?.lines() ?? null,
    };
  }
}
