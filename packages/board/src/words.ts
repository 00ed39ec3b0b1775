/**
 * The only way in which the board touches shared memory: 32-bit words, read and written by sequentially consistent
 * operations, and plainly where speed asks for it (V8 calls a function of about 8 ns for each atomic operation, a plain
 * load is an instruction).
 *
 * The rule for plain access, which makes it as good as atomic on every processor: plain loads stand between an atomic
 * load of a guard word and a *compare-and-swap* of that guard (to itself, if there is nothing to change) that finds it
 * unmoved; plain stores stand before the compare-and-swap that publishes them. The guard changes by compare-and-swap
 * only. Then every later change of the guard has read the reader's own, so what follows it happens after the reader's
 * loads and cannot be seen by them. A final atomic *load* would not do: processors other than x86 may move plain loads
 * behind it.
 *
 * What holds for every interleaving of these steps therefore holds on the machine, and a test can stand in this door:
 * the interleaving checker runs the same protocol code over words that stop before each step.
 */
export interface Words {
  load(index: number): number;
  store(index: number, value: number): void;
  /** Returns the word before; the exchange took place when that equals `expected`. */
  compareExchange(index: number, expected: number, replacement: number): number;
  /** Returns the word before; wraps at 32 bits. */
  add(index: number, value: number): number;
  plainLoad(index: number): number;
  plainStore(index: number, value: number): void;
  /** The double in words `index` and `index + 1`; `index` is even. For the rule above it counts as two plain accesses. */
  plainLoadDouble(index: number): number;
  plainStoreDouble(index: number, value: number): void;
}

export const WORD_BYTES = Int32Array.BYTES_PER_ELEMENT;

/** A view of one section of the buffer. No index reaches beyond it, so no section can hurt its neighbour. */
export class SharedWords implements Words {
  readonly #cells: Int32Array;
  /** The same memory: a double that is put together from two words is read only once both have left the processor's buffer. */
  readonly #doubles: Float64Array;

  constructor(buffer: SharedArrayBuffer, byteOffset: number, sizeBytes: number) {
    this.#cells = new Int32Array(buffer, byteOffset, sizeBytes / WORD_BYTES);
    this.#doubles = new Float64Array(buffer, byteOffset, sizeBytes / (2 * WORD_BYTES));
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

  plainLoad(index: number): number {
    return this.#cells[index] as number;
  }

  plainStore(index: number, value: number): void {
    this.#cells[index] = value;
  }

  plainLoadDouble(index: number): number {
    return this.#doubles[index >> 1] as number;
  }

  plainStoreDouble(index: number, value: number): void {
    this.#doubles[index >> 1] = value;
  }
}
