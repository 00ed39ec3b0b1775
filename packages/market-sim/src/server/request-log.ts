/** One REST request as the exchange saw it: the proof of how often an order was really sent. */
export interface RequestLogEntry {
  /** By the exchange's clock. */
  readonly ms: number;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** The client order id of an order request. */
  readonly text: string | undefined;
  /** What the handler answered; undefined when the request had no effect. */
  readonly status: number | undefined;
  /** Kinds of the faults that hit it. */
  readonly faults: readonly string[];
}

/** The latest requests, bounded. */
export class RequestLog {
  readonly #capacity: number;
  #entries: RequestLogEntry[] = [];
  #total = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  add(entry: RequestLogEntry): void {
    this.#total += 1;
    this.#entries.push(entry);
    // Cutting half at a time keeps the cost of forgetting constant per entry.
    if (this.#entries.length >= 2 * this.#capacity) this.#entries = this.#entries.slice(-this.#capacity);
  }

  get total(): number {
    return this.#total;
  }

  /** Oldest first. */
  list(): readonly RequestLogEntry[] {
    return this.#entries.slice(-this.#capacity);
  }
}
