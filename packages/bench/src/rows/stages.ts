import { meansBetween, readStageSums, type StageSums } from '../engine/stage-sums.js';
import type { EngineProcess } from '../engine/engine-process.js';
import type { RowResult } from '../result.js';

/** Follows the engine's own histograms: what each stage took in each round. */
export class StageWatch {
  readonly #engine: EngineProcess;
  readonly #rounds = new Map<string, number[][]>();
  #last: StageSums = new Map();

  constructor(engine: EngineProcess) {
    this.#engine = engine;
  }

  /** What has been counted so far belongs to no round. */
  async begin(): Promise<void> {
    this.#last = await readStageSums(this.#engine);
  }

  /** Everything since the last call is one round. */
  async endRound(): Promise<void> {
    const now = await readStageSums(this.#engine);
    for (const [stage, micros] of meansBetween(this.#last, now))
      this.#rounds.set(stage, [...(this.#rounds.get(stage) ?? []), [micros]]);
    this.#last = now;
  }

  /** Null when the engine tells nothing. */
  row(id: string, title: string): RowResult | null {
    if (this.#rounds.size === 0) return null;
    return {
      id,
      title,
      unit: 'us',
      bases: [],
      variants: [...this.#rounds].map(([name, rounds]) => ({ name, rounds })),
      notes: ["From the engine's own histograms (`mtrade_latency_seconds`), read after each order."],
    };
  }
}
