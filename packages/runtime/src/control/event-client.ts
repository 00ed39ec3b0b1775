/** One message of a server-sent event stream. */
export type StreamMessage =
  { readonly event: string; readonly data: string; readonly id?: string } | { readonly comment: string };

/**
 * The bounded queue between the engine and one reader of the stream.
 *
 * `offer` never waits. A reader that does not keep up fills its own queue and is dropped; nobody else notices.
 */
export class EventClient {
  readonly #capacity: number;
  readonly #onDrop: () => void;
  #queue: StreamMessage[] = [];
  #waiting: ((message: StreamMessage | null) => void) | null = null;
  #closed = false;

  constructor(capacity: number, onDrop: () => void) {
    this.#capacity = capacity;
    this.#onDrop = onDrop;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** False when the reader was too slow: its queue is full and its connection is being dropped. */
  offer(message: StreamMessage): boolean {
    if (this.#closed) return false;
    if (this.#waiting !== null) {
      const resolve = this.#waiting;
      this.#waiting = null;
      resolve(message);
      return true;
    }
    if (this.#queue.length >= this.#capacity) {
      this.close();
      this.#onDrop();
      return false;
    }
    this.#queue.push(message);
    return true;
  }

  /** Only for a reader that has taken everything: of states, a late one is worth nothing. */
  offerLatest(message: StreamMessage): void {
    if (this.#queue.length === 0) this.offer(message);
  }

  /** The next message; null once the client is closed. One reader only. */
  next(): Promise<StreamMessage | null> {
    if (this.#closed) return Promise.resolve(null);
    const message = this.#queue.shift();
    if (message !== undefined) return Promise.resolve(message);
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  close(): void {
    this.#closed = true;
    this.#queue = [];
    this.#waiting?.(null);
    this.#waiting = null;
  }
}
