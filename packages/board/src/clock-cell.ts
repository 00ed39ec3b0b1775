import { TwinCells, type TwinShape } from './twin-cells.js';
import type { Words } from './words.js';

/** The exchange's clock as it was last measured. */
export interface ClockReading {
  /** exchange clock less the monotonic clock, ms. */
  exchangeMinusMono: number;
  /** How far off that can have been when it was measured. */
  errorMs: number;
  /** Monotonic time of the measurement. */
  measuredMono: number;
}

/** One cache line. */
export const CLOCK_CELL_BYTES = 64;
const CLOCK_SHAPE: TwinShape = { doubles: 3, ints: 0, strideWords: 16, secondCopyWord: 8 };
const CELL = 0;

/** Written by the cycler alone, which hears every measurement; read by the reactor, to tell how old a frame is. */
export class ClockCell {
  readonly #cells: TwinCells;

  constructor(words: Words) {
    this.#cells = new TwinCells(CLOCK_SHAPE, words);
  }

  write({ exchangeMinusMono, errorMs, measuredMono }: Readonly<ClockReading>): void {
    const { doubles } = this.#cells;
    doubles[0] = exchangeMinusMono;
    doubles[1] = errorMs;
    doubles[2] = measuredMono;
    this.#cells.publish(CELL);
  }

  /** False, and `into` untouched, before the first measurement. */
  read(into: ClockReading): boolean {
    if (this.#cells.collect(CELL) === 0) return false;
    const { doubles } = this.#cells;
    into.exchangeMinusMono = doubles[0] as number;
    into.errorMs = doubles[1] as number;
    into.measuredMono = doubles[2] as number;
    return true;
  }
}
