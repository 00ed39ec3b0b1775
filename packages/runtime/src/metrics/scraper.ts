import { exposition } from './exposition.js';
import { METRIC_FAMILIES } from './families.js';
import { type MetricSources, scrapeOf } from './sources.js';
import { type VitalsOptions, VitalsWatch } from './vitals.js';

export interface ScraperOptions extends VitalsOptions {
  readonly version: string;
  readonly mode: string;
  readonly exchange: string;
}

/** Whoever in this thread knows something that metrics show. Nothing here may wait. */
export interface ScraperDeps extends Pick<MetricSources, 'clock'> {
  readonly supervisor: () => Pick<MetricSources, 'board' | 'workers' | 'feed'>;
  readonly isReady: () => boolean;
  readonly isLockHeld: () => boolean;
  readonly alerts: () => MetricSources['alerts'];
  readonly backup: () => MetricSources['backup'];
  readonly history: () => MetricSources['history'];
}

/** Answers `GET /metrics`. */
export class MetricsScraper {
  readonly #deps: ScraperDeps;
  readonly #identity: MetricSources['identity'];
  readonly #vitals: VitalsWatch;

  constructor({ version, mode, exchange, ...files }: ScraperOptions, deps: ScraperDeps) {
    this.#deps = deps;
    this.#identity = { version, mode, exchange, startedMs: deps.clock.epochMs() };
    this.#vitals = new VitalsWatch(files);
  }

  /** The text format of Prometheus. */
  render(): string {
    const { clock, supervisor, isReady, isLockHeld, alerts, backup, history } = this.#deps;
    return exposition(
      METRIC_FAMILIES,
      scrapeOf({
        ...supervisor(),
        clock,
        identity: this.#identity,
        isReady: isReady(),
        isLockHeld: isLockHeld(),
        alerts: alerts(),
        backup: backup(),
        history: history(),
        vitals: this.#vitals.read(clock.monoMs()),
      }),
    );
  }

  close(): void {
    this.#vitals.close();
  }
}
