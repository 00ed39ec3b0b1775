import type { EngineEvent } from './control/index.js';

type Listener = (event: EngineEvent) => void;

/** The journal's lines on their way to whoever listens in this process. Ids grow, also over restarts. */
export class EngineEvents {
  readonly #listeners = new Set<Listener>();
  #lastId = Date.now() * 1_000;

  /** Answers the function that ends the subscription. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  publish(event: Omit<EngineEvent, 'id'>): void {
    this.#lastId += 1;
    for (const listener of this.#listeners) listener({ id: this.#lastId, ...event });
  }
}
