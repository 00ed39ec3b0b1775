import type { Clock } from '@mtrade/base';
import { configToml, type MtradeConfig, normalizeSymbol } from '@mtrade/config';
import type { Logger } from '@mtrade/log';
import { text as decimalText } from '@mtrade/money';
import type { AlertsStatus } from './alerts/index.js';
import type { BackupStatus } from './backups/auto-backup.js';
import { CandleDesk } from './charts/candle-desk.js';
import {
  type ControlDeps,
  type ControlServer,
  startControlServer,
  type StatusJson,
} from './control/index.js';
import type { EngineEvents } from './engine-events.js';
import { HistoryDesk } from './history/history-desk.js';
import type { HeldLock } from './lock/index.js';
import { MetricsScraper } from './metrics/index.js';
import type { StartOptions } from './running-engine.js';
import type { Supervisor } from './supervisor/supervisor.js';
import { previewLadder } from './views/ladder-preview.js';
import type { PairTerms } from './views/pair-terms.js';

export interface OperatorDeskOptions {
  readonly start: StartOptions;
  readonly config: MtradeConfig;
  readonly databasePath: string;
  /** Of the exchange, for candles. */
  readonly restUrl: string;
}

export interface OperatorDeskDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly supervisor: Supervisor;
  readonly events: EngineEvents;
  readonly lock: HeldLock;
  readonly status: () => Promise<StatusJson>;
  /** True from the first order that may go out to the first sign of an end. */
  readonly isReady: () => boolean;
  readonly alerts: () => AlertsStatus | null;
  readonly backup: () => BackupStatus | null;
  readonly shutdown: () => void;
}

/** All that answers an operator: the control server with its page, the past, candles, and metrics. */
export class OperatorDesk {
  readonly #options: OperatorDeskOptions;
  readonly #deps: OperatorDeskDeps;
  readonly #history: HistoryDesk;
  readonly #charts: CandleDesk;
  readonly #metrics: MetricsScraper;
  #control: ControlServer | null = null;

  constructor(options: OperatorDeskOptions, deps: OperatorDeskDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#history = new HistoryDesk(options.databasePath);
    this.#charts = new CandleDesk(options.restUrl, deps.clock);
    this.#metrics = this.#scraper();
  }

  /** Null before it is open, and where nothing listens on a port. */
  get url(): string | null {
    return this.#control?.url ?? null;
  }

  /** Begins to listen. A port that is taken throws, before anything could be ordered. */
  async open(): Promise<void> {
    const { config, start } = this.#options;
    this.#control = await startControlServer(
      {
        dataDir: config.dataDir,
        listen: config.control.listen,
        version: start.version,
        mode: config.mode,
        page: start.page,
      },
      this.#answers(),
    );
  }

  /** The server first: nobody is to ask what has closed. */
  async close(): Promise<void> {
    await this.#control
      ?.close()
      .catch((error: unknown) => this.#deps.log.warn({ error }, 'closing the control server failed'));
    this.#metrics.close();
    await this.#history.close();
    await this.#charts.close();
  }

  #answers(): ControlDeps {
    const { config, start } = this.#options;
    const { supervisor, events, clock, log } = this.#deps;
    const symbols = config.pairs.map((pair) => pair.symbol);
    const feePct = decimalText(config.exchange.feePct);
    const terms = (symbol: string): PairTerms => ({ feePct, rules: supervisor.rules(symbol) });
    return {
      status: () => this.#deps.status(),
      metrics: () => this.#metrics.render(),
      history: (question, gone) => this.#history.ask(question, gone),
      terms,
      ladder: (question) =>
        previewLadder({ document: start.document, terms: terms(question.symbol) }, question),
      candles: (range) => this.#charts.candles(range),
      config: () => this.#configView(),
      lock: () => this.#lockView(),
      command: (command) => supervisor.command(command),
      shutdown: () => this.#deps.shutdown(),
      ready: () => this.#deps.isReady(),
      subscribe: (listener) => events.subscribe(listener),
      normalizeSymbol: (text) => {
        const symbol = normalizeSymbol(text);
        return symbol !== null && symbols.includes(symbol) ? symbol : null;
      },
      symbols: () => symbols,
      log,
      clock,
    };
  }

  #scraper(): MetricsScraper {
    const { config, start, databasePath } = this.#options;
    const { clock, supervisor, lock, isReady, alerts, backup } = this.#deps;
    return new MetricsScraper(
      {
        version: start.version,
        mode: config.mode,
        exchange: config.exchange.id,
        dataDir: config.dataDir,
        databasePath,
      },
      {
        clock,
        supervisor: () => supervisor.vitals(),
        isReady,
        isLockHeld: () => lock.stillHeld(),
        alerts,
        backup,
        history: () => this.#history.vitals,
      },
    );
  }

  #configView(): ReturnType<ControlDeps['config']> {
    const { document, source = { file: null, overrides: {} } } = this.#options.start;
    return {
      source: { file: source.file, overrides: { ...source.overrides } },
      config: { ...document },
      toml: configToml(document, source),
    };
  }

  #lockView(): ReturnType<ControlDeps['lock']> {
    const { pid, startedAtMs, dataDir, version } = this.#deps.lock.holder;
    return { pid, started_at: new Date(startedAtMs).toISOString(), data_dir: dataDir, version };
  }
}
