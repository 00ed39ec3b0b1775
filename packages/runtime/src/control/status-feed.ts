import { type Clock, errorText } from '@mtrade/base';
import type { Logger } from '@mtrade/log';
import type { EventClient } from './event-client.js';
import type { ControlDeps } from './ports.js';
import { StatRates } from './stat-rates.js';

const EVERY_MS = 1_000;

interface Deps {
  readonly status: ControlDeps['status'];
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * The state of the engine about once a second for the event streams that ask for it: asked once, put into text once,
 * whatever the number of readers, and not at all while there is none. Who has not taken the last one yet is passed over:
 * an old state is of no use to anybody.
 */
export class StatusFeed {
  readonly #deps: Deps;
  readonly #readers = new Set<EventClient>();
  readonly #rates = new StatRates();
  #timer: NodeJS.Timeout | null = null;
  #asking = false;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  add(reader: EventClient): void {
    this.#readers.add(reader);
    this.#timer ??= setInterval(() => void this.#look(), EVERY_MS).unref();
    void this.#look();
  }

  remove(reader: EventClient): void {
    this.#readers.delete(reader);
    if (this.#readers.size === 0) this.close();
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  async #look(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      const status = await this.#deps.status();
      const rates = this.#rates.next(status.stats, this.#deps.clock.monoMs());
      const data = JSON.stringify({ ...status, stat_rates: rates });
      for (const reader of this.#readers) reader.offerLatest({ event: 'status', data });
    } catch (error) {
      // A worker that is being revived has no view; readers see by the age of the last state that none comes.
      this.#deps.log.debug({ error: errorText(error) }, 'no state for the event streams');
    } finally {
      this.#asking = false;
    }
  }
}
