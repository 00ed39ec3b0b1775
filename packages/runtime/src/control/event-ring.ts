import type { EngineEvent } from './ports.js';

export interface Replay {
  readonly events: readonly EngineEvent[];
  /** False when events after the given id may be missing: the client has to read the status anew. */
  readonly complete: boolean;
}

/** The last events, in order, for clients that come back. Bounded; the oldest make room. */
export class EventRing {
  readonly #capacity: number;
  readonly #events: EngineEvent[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  push(event: EngineEvent): void {
    this.#events.push(event);
    if (this.#events.length > this.#capacity) this.#events.shift();
  }

  /** What followed `id`. Complete only if the ring still holds that very event: anything else proves nothing. */
  after(id: number): Replay {
    const position = this.#events.findIndex((event) => event.id === id);
    if (position >= 0) return { events: this.#events.slice(position + 1), complete: true };
    return { events: this.#events.filter((event) => event.id > id), complete: false };
  }
}
