/**
 * Wakes the cycler. A sender makes its work visible first (a queue entry, a message in a port), then notifies; the
 * cycler reads `current()` first, then looks for work, then waits on what it read. Work that arrives in between has
 * moved the word, and `wait` returns at once: no wake-up is lost.
 */
export class WakeWord {
  readonly #word: Int32Array;

  constructor(buffer: SharedArrayBuffer, byteOffset: number) {
    this.#word = new Int32Array(buffer, byteOffset, 1);
  }

  current(): number {
    return Atomics.load(this.#word, 0);
  }

  notify(): void {
    Atomics.add(this.#word, 0, 1);
    Atomics.notify(this.#word, 0);
  }

  /** Blocks this thread until a notify that came after `seen` was read, or until the time is over. */
  wait(seen: number, timeoutMs: number): void {
    Atomics.wait(this.#word, 0, seen, timeoutMs);
  }
}
