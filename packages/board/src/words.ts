/**
 * The only way in which the board touches shared memory: sequentially consistent operations on 32-bit words.
 *
 * Two things follow from this narrow door. No access is a data race, so what holds for every interleaving of these
 * steps holds on every processor. And a test can stand in the door: the interleaving checker runs the same protocol
 * code over words that stop before each step.
 */
export interface Words {
  load(index: number): number;
  store(index: number, value: number): void;
  /** Returns the word before; the exchange took place when that equals `expected`. */
  compareExchange(index: number, expected: number, replacement: number): number;
  /** Returns the word before; wraps at 32 bits. */
  add(index: number, value: number): number;
}

export const WORD_BYTES = Int32Array.BYTES_PER_ELEMENT;

/** A view of a section of the buffer. An index outside the section throws a RangeError: no section can hurt its neighbour. */
export class SharedWords implements Words {
  readonly #cells: Int32Array;

  constructor(buffer: SharedArrayBuffer, byteOffset: number, sizeBytes: number) {
    this.#cells = new Int32Array(buffer, byteOffset, sizeBytes / WORD_BYTES);
  }

  load(index: number): number {
    return Atomics.load(this.#cells, index);
  }

  store(index: number, value: number): void {
    Atomics.store(this.#cells, index, value);
  }

  compareExchange(index: number, expected: number, replacement: number): number {
    return Atomics.compareExchange(this.#cells, index, expected, replacement);
  }

  add(index: number, value: number): number {
    return Atomics.add(this.#cells, index, value);
  }
}
