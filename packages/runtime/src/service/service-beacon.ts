import { type Clock, errorText, type MonoMs } from '@mtrade/base';
import type { StatusJson } from '../control/status-json.js';
import type { ServiceManager } from './service-manager.js';
import { statusText } from './status-text.js';

/** The threads without which nothing is traded. */
export type Heart = 'reactor' | 'cycler';

export interface BeaconDeps {
  readonly manager: ServiceManager;
  readonly clock: Clock;
  /** The engine could trade now. */
  readonly isReady: () => boolean;
  /** Ms since the last beat; null while the thread is not there. */
  readonly heartAgeMs: (heart: Heart) => number | null;
  readonly status: () => Promise<StatusJson>;
}

const HEARTS: readonly Heart[] = ['reactor', 'cycler'];
const LOOK_EVERY_MS = 500;
/** Without a watchdog the line of `systemctl status` is renewed this often. */
const STATUS_EVERY_MS = 10_000;
/** A heart that is this quiet does not beat. Ours beat once a second; a busy machine is given some more. */
const MIN_QUIET_MS = 3_000;

/**
 * Tells the service manager that the engine is ready and, from then on, that it lives. It lives while both workers' hearts
 * beat and this thread, the supervisor's, gets to look: when one of the three stands still, no sign is given, and the
 * manager ends the process and starts it anew.
 */
export class ServiceBeacon {
  readonly #deps: BeaconDeps;
  readonly #everyMs: number;
  #timer: NodeJS.Timeout | null = null;
  #isReadyTold = false;
  #toldMono = -Infinity as MonoMs;
  #text = 'starting';
  #isAsking = false;

  constructor(deps: BeaconDeps) {
    this.#deps = deps;
    const { watchdogMs } = deps.manager;
    // A third: one sign may be lost, and the next is still in time.
    this.#everyMs = watchdogMs === null ? STATUS_EVERY_MS : watchdogMs / 3;
  }

  start(): void {
    this.#timer = setInterval(() => this.#look(), Math.min(LOOK_EVERY_MS, this.#everyMs));
    this.#look();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #look(): void {
    const { manager, clock, isReady } = this.#deps;
    const now = clock.monoMs();
    if (!this.#isReadyTold && isReady()) {
      this.#isReadyTold = true;
      this.#renewText();
      manager.tell({ READY: '1', STATUS: 'ready' });
    }
    if (now - this.#toldMono < this.#everyMs) return;
    this.#toldMono = now;
    this.#renewText();
    const silent = HEARTS.filter((heart) => !this.#beats(heart));
    if (silent.length > 0)
      return manager.tell({ STATUS: `${silent.join(' and ')} without a heartbeat; ${this.#text}` });
    if (this.#isReadyTold)
      return manager.tell({ STATUS: this.#text, ...(manager.watchdogMs !== null && { WATCHDOG: '1' }) });
    // The exchange may be out of reach for hours, and what is on the wire is looked after all the same: a restart would
    // mend nothing. Three signs long, as with the watchdog.
    manager.tell({
      STATUS: `not ready yet; ${this.#text}`,
      EXTEND_TIMEOUT_USEC: String(Math.ceil(this.#everyMs * 3_000)),
    });
  }

  #beats(heart: Heart): boolean {
    const ageMs = this.#deps.heartAgeMs(heart);
    return ageMs !== null && ageMs <= Math.max(MIN_QUIET_MS, this.#everyMs / 2);
  }

  /** For the next sign: nothing that is said of life waits for an answer of a thread that may be dead. */
  #renewText(): void {
    if (this.#isAsking) return;
    this.#isAsking = true;
    void this.#deps
      .status()
      .then(statusText, errorText)
      .then((text) => {
        this.#text = text;
        this.#isAsking = false;
      });
  }
}
