const WAKE = 0;
const PATIENCE = 1;

/**
 * Wakes the cycler. A sender makes its work visible first (a queue entry, a message in a port), then notifies; the
 * cycler reads `current()` first, then looks for work, then waits on what it read. Work that arrives in between has
 * moved the word, and `wait` returns at once: no wake-up is lost.
 *
 * What is not urgent is only mentioned. To be woken costs a thread more than to look at one pair, so a cycler that looks
 * again soon anyway sleeps through some mentions; one that goes to rest is woken by the first.
 */
export class WakeWord {
  readonly #words: Int32Array;

  constructor(buffer: SharedArrayBuffer, byteOffset: number) {
    this.#words = new Int32Array(buffer, byteOffset, 2);
  }

  current(): number {
    return Atomics.load(this.#words, WAKE);
  }

  notify(): void {
    Atomics.add(this.#words, WAKE, 1);
    Atomics.notify(this.#words, WAKE);
  }

  /** Work that may wait for company: the cycler is woken when it rests, or when so much has come together. */
  mention(): void {
    if (Atomics.sub(this.#words, PATIENCE, 1) <= 0) this.notify();
  }

  /** Blocks this thread until a notify that came after `seen` was read, or until the time is over. */
  wait(seen: number, timeoutMs: number): void {
    Atomics.wait(this.#words, WAKE, seen, timeoutMs);
  }

  /** The same, through up to `mentions` of them. The caller looks for work afterwards, whatever has ended the wait. */
  gather(seen: number, timeoutMs: number, mentions: number): void {
    Atomics.store(this.#words, PATIENCE, mentions);
    this.wait(seen, timeoutMs);
  }

  /**
   * The same, until the first mention. What was mentioned before this call has woken nobody, so `hasWork` is asked once
   * more: a sender that comes after that question finds the cycler at rest, and one that came before it is seen.
   */
  rest(seen: number, timeoutMs: number, hasWork: () => boolean): void {
    Atomics.store(this.#words, PATIENCE, 0);
    if (!hasWork()) this.wait(seen, timeoutMs);
  }
}
