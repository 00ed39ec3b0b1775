import { TwinCells, type TwinShape } from './twin-cells.js';
import type { Words } from './words.js';

/** The levels at which a pair wants to be looked at without delay; null = no such level. */
export interface Trigger {
  readonly buyAtOrBelow: number | null;
  /** The book level whose ask the buy side looks at, 1-based. */
  readonly askLevel: number;
  readonly sellAtOrAbove: number | null;
  /** Nothing but a price that crosses one of these levels changes what the pair does; default: other things may. */
  readonly isPatient?: boolean;
}

/**
 * A trigger as the reactor compares it: a missing level is -Infinity or Infinity, which no price ever crosses, so two
 * comparisons are the whole test. Doubles are good enough for a hint; the exact rule runs before any intent.
 */
export interface TriggerCell {
  buyAtOrBelow: number;
  askLevel: number;
  sellAtOrAbove: number;
  isPatient: boolean;
}

export const emptyTriggerCell = (): TriggerCell => ({
  buyAtOrBelow: -Infinity,
  askLevel: 1,
  sellAtOrAbove: Infinity,
  isPatient: false,
});

/** One cache line per pair. */
export const TRIGGER_CELL_BYTES = 64;
export const TRIGGER_SHAPE: TwinShape = { doubles: 2, ints: 2, strideWords: 16, secondCopyWord: 8 };

const BUY = 0;
const SELL = 1;
const ASK_LEVEL = 0;
const IS_PATIENT = 1;

/** Written by the cycler alone, read by the reactor on every price. */
export class TriggerCells {
  readonly #cells: TwinCells;

  constructor(words: Words) {
    this.#cells = new TwinCells(TRIGGER_SHAPE, words);
  }

  arm(pair: number, trigger: Trigger): void {
    const { doubles, ints } = this.#cells;
    doubles[BUY] = trigger.buyAtOrBelow ?? -Infinity;
    doubles[SELL] = trigger.sellAtOrAbove ?? Infinity;
    ints[ASK_LEVEL] = trigger.askLevel;
    ints[IS_PATIENT] = trigger.isPatient === true ? 1 : 0;
    this.#cells.publish(pair);
  }

  /** False when the pair was never armed; `into` then holds levels that nothing crosses. */
  read(pair: number, into: TriggerCell): boolean {
    if (this.#cells.collect(pair) === 0) {
      into.buyAtOrBelow = -Infinity;
      into.askLevel = 1;
      into.sellAtOrAbove = Infinity;
      into.isPatient = false;
      return false;
    }
    const { doubles, ints } = this.#cells;
    into.buyAtOrBelow = doubles[BUY] as number;
    into.askLevel = ints[ASK_LEVEL] as number;
    into.sellAtOrAbove = doubles[SELL] as number;
    into.isPatient = ints[IS_PATIENT] === 1;
    return true;
  }
}
