import { randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, errorText, ExitCode, MtradeError, systemClock } from '@mtrade/base';
import {
  type AlertSecrets,
  type ConfigDocument,
  configFromDocument,
  type MtradeConfig,
  normalizeSymbol,
  type Secrets,
} from '@mtrade/config';
import type { Logger } from '@mtrade/log';
import {
  ADDRESS_FILE,
  SOCKET_FILE,
  startControlServer,
  TOKEN_FILE,
  type ControlServer,
  type EngineEvent,
  type StatusJson,
} from './control/index.js';
import { Alerter, alertChannels, alertSource, STANDING_FILE } from './alerts/index.js';
import { AutoBackup } from './backups/auto-backup.js';
import { compareRestoredBooks, isRestored } from './backups/restored-books.js';
import { checkRules } from './check-rules.js';
import { acquireLock, type HeldLock } from './lock/index.js';
import { type LogPlan, workerLogger } from './logging.js';
import type { LockClaim } from './messages.js';
import { PaperExchange } from './paper/paper-exchange.js';
import { Supervisor } from './supervisor/supervisor.js';

export interface StartOptions {
  readonly document: ConfigDocument;
  /** Null in paper mode: the embedded exchange gets a key of its own at each start. */
  readonly secrets: Secrets | null;
  /** For the alert channels that are configured; without them nobody is told. */
  readonly alertSecrets?: AlertSecrets | undefined;
  readonly version: string;
  readonly argv: readonly string[];
  /** Where account locks lie; the default is one place per user. */
  readonly runtimeDir?: string | undefined;
  readonly log: Omit<LogPlan, 'version'>;
}

export interface StartDeps {
  readonly clock?: Clock;
  readonly onEvent?: (event: EngineEvent) => void;
}

export interface RunningEngine {
  readonly config: MtradeConfig;
  /** Address of the HTTP API. */
  readonly url: string | null;
  readonly status: () => Promise<StatusJson>;
  /** Graceful: no new orders, what is in flight is followed for a while. A second call hurries. */
  readonly stop: (reason: string) => void;
  /** Settles when everything is closed; rejects with the error that ended the engine. */
  readonly done: Promise<ExitCode>;
}

/** Orders in flight at a stop are followed this long; what is still open then is the next start's first work. */
const DRAIN_MS = 30_000;

/** Alerts that wait when the engine ends get this long to go out. */
const ALERT_GRACE_MS = 3_000;
const ALERT_LOOK_MS = 5_000;
const ALERT_RETRY_MS = 2_000;

const DATABASE_FILE = 'mtrade.db';
const PAPER_DIRECTORY = 'paper-exchange';
/** Everything that a start may make in the data directory beside the lock. */
const FILES = [
  DATABASE_FILE,
  `${DATABASE_FILE}-wal`,
  `${DATABASE_FILE}-shm`,
  PAPER_DIRECTORY,
  TOKEN_FILE,
  ADDRESS_FILE,
  SOCKET_FILE,
];

/**
 * Brings the engine up: lock, exchange, threads, control server. Whatever fails on the way is undone, so that a start
 * which did not happen leaves nothing behind. Throws MtradeError; its `exitCode` is the process's.
 */
export async function startEngine(options: StartOptions, deps: StartDeps = {}): Promise<RunningEngine> {
  const clock = deps.clock ?? systemClock;
  const config = configFromDocument(options.document);
  const secrets = options.secrets ?? paperSecrets();
  const logPlan: LogPlan = { ...options.log, version: options.version };
  const log = workerLogger('supervisor', { log: logPlan, secrets, alertSecrets: options.alertSecrets });
  const engine = new Engine(options, config, secrets, logPlan, log, clock, deps.onEvent ?? (() => undefined));
  await engine.start();
  return engine;
}

const paperSecrets = (): Secrets => ({
  apiKey: `paper-${randomBytes(8).toString('hex')}`,
  apiSecret: randomBytes(32).toString('hex'),
});

/** One set of books is one account's. It has a name of its own, because keys are changed and accounts are not. */
const ACCOUNT = 'main';

const claimOf = ({ holder, witnesses }: HeldLock): LockClaim => ({
  process: { pid: holder.pid, bootId: holder.bootId, processStart: holder.processStart },
  witnesses,
});

class Engine implements RunningEngine {
  readonly config: MtradeConfig;
  readonly done: Promise<ExitCode>;
  readonly #options: StartOptions;
  readonly #secrets: Secrets;
  readonly #logPlan: LogPlan;
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #listeners = new Set<(event: EngineEvent) => void>();
  #settle: { resolve: (code: ExitCode) => void; reject: (error: Error) => void } = {
    resolve: () => undefined,
    reject: () => undefined,
  };
  #fail: (error: MtradeError) => void = () => undefined;
  #lock: HeldLock | null = null;
  #paper: PaperExchange | null = null;
  #supervisor: Supervisor | null = null;
  #control: ControlServer | null = null;
  #alerter: Alerter | null = null;
  #backup: AutoBackup | null = null;
  #stopping: 'no' | 'draining' | 'closing' = 'no';
  #lastEventId = Date.now() * 1_000;

  constructor(
    options: StartOptions,
    config: MtradeConfig,
    secrets: Secrets,
    logPlan: LogPlan,
    log: Logger,
    clock: Clock,
    onEvent: (event: EngineEvent) => void,
  ) {
    this.#options = options;
    this.config = config;
    this.#secrets = secrets;
    this.#logPlan = logPlan;
    this.#log = log;
    this.#clock = clock;
    this.#listeners.add(onEvent);
    this.done = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.done.catch(() => undefined);
  }

  get url(): string | null {
    return this.#control?.url ?? null;
  }

  async start(): Promise<void> {
    const { config } = this;
    const databasePath = join(config.dataDir, DATABASE_FILE);
    const made = FILES.map((name) => join(config.dataDir, name)).filter((path) => !existsSync(path));
    try {
      await Promise.race([
        this.#bringUp(databasePath),
        new Promise<never>((_, reject) => {
          this.#fail = reject;
        }),
      ]);
      this.#fail = (error) => void this.#abort(error);
      this.#log.info({ mode: config.mode, pairs: config.pairs.length, url: this.url }, 'engine started');
    } catch (error) {
      this.#alerter?.raise('engine.fatal', null, `the engine does not start: ${errorText(error)}`);
      await this.#closeAll(0);
      await this.#alerter?.close(ALERT_GRACE_MS);
      // What was there before stays as it was; what this attempt has made goes.
      // Only the list of standing alerts outlives it, where there are books: the next attempt must not tell again.
      if (made.includes(databasePath)) made.push(join(config.dataDir, STANDING_FILE));
      if (this.#lock) for (const path of made) rmSync(path, { recursive: true, force: true });
      this.#lock?.release({ undoCreated: true });
      throw error;
    }
  }

  status(): Promise<StatusJson> {
    if (!this.#supervisor)
      return Promise.reject(
        new MtradeError('MTRADE_NOT_RUNNING', 'the engine is still starting', {
          dataDir: this.config.dataDir,
        }),
      );
    return this.#status(this.#supervisor);
  }

  stop(reason: string): void {
    if (this.#stopping !== 'no') {
      this.#log.warn({ reason }, 'stopping at once');
      this.#settle.resolve(ExitCode.ok);
      return;
    }
    this.#stopping = 'draining';
    this.#log.info({ reason }, 'stopping: no new orders');
    void this.#closeAll(DRAIN_MS).then(async () => {
      await this.#alerter?.close(ALERT_GRACE_MS);
      this.#lock?.release();
      this.#log.info({}, 'engine stopped');
      this.#settle.resolve(ExitCode.ok);
    });
  }

  async #bringUp(databasePath: string): Promise<void> {
    const { config } = this;
    const { document, version } = this.#options;
    this.#lock = await acquireLock(
      {
        dataDir: config.dataDir,
        account: {
          exchange: config.exchange.id,
          apiKey: config.mode === 'paper' ? null : this.#secrets.apiKey,
        },
        version,
        argv: this.#options.argv,
        ...(this.#options.runtimeDir !== undefined && { runtimeDir: this.#options.runtimeDir }),
      },
      { clock: this.#clock, log: this.#log, onLost: (error) => this.#fail(error) },
    );
    const { alerter, backup } = this.#watchOver(databasePath);
    this.#alerter = alerter;
    this.#backup = backup;
    if (config.mode === 'paper') {
      this.#paper = new PaperExchange(
        {
          document,
          secrets: this.#secrets,
          directory: join(config.dataDir, PAPER_DIRECTORY),
          log: this.#logPlan,
        },
        (error) => this.#fail(error),
      );
    }
    const endpoints = this.#paper
      ? await this.#paper.endpoints()
      : { restUrl: config.exchange.restUrl ?? '', wsUrl: config.exchange.wsUrl ?? '' };
    if (isRestored(databasePath))
      await compareRestoredBooks({
        document,
        log: this.#logPlan,
        endpoints,
        secrets: this.#secrets,
        databasePath,
        account: ACCOUNT,
        claim: claimOf(this.#lock),
      });
    this.#supervisor = new Supervisor(
      {
        document,
        config,
        secrets: this.#secrets,
        endpoints,
        account: ACCOUNT,
        claim: claimOf(this.#lock),
        databasePath,
        version,
        startedAt: new Date(this.#clock.epochMs()).toISOString(),
        logPlan: this.#logPlan,
      },
      {
        clock: this.#clock,
        log: this.#log,
        checkRules: (rules) => checkRules(config, rules, this.#log),
        onFatal: (error) => this.#fail(error),
        onJournal: ({ event, symbol, epochMs, details }) =>
          this.#publish({ event, symbol, epochMs, details }),
      },
    );
    await this.#supervisor.start();
    await this.#openControl(this.#supervisor);
    alerter.start();
    backup.start();
  }

  /** Made before anything can go wrong, started when all is up. */
  #watchOver(databasePath: string): { alerter: Alerter; backup: AutoBackup } {
    const { config } = this;
    const { version, alertSecrets = { webhookSecret: null, telegramToken: null } } = this.#options;
    const deps = { clock: this.#clock, log: this.#log };
    const { alerts, dataDir } = config;
    const alerter = new Alerter(
      {
        dataDir,
        lookEveryMs: ALERT_LOOK_MS,
        firstRetryMs: ALERT_RETRY_MS,
        unknownAfterMs: alerts.unknownAfterS * 1_000,
        disconnectedAfterMs: alerts.disconnectedAfterS * 1_000,
        queueSize: alerts.queueSize,
        timeoutMs: alerts.timeoutMs,
        attempts: alerts.attempts,
        maxPerMinute: alerts.maxPerMinute,
      },
      {
        ...deps,
        channels: alertChannels(config, alertSecrets, alertSource(config, version), deps),
        status: () => this.status(),
      },
    );
    const backup = new AutoBackup(
      { databasePath, dataDir, ...config.backup },
      {
        ...deps,
        onResult: (failure) =>
          failure === null
            ? alerter.resolve('backup.failed', null)
            : alerter.raise('backup.failed', null, `the automatic backup failed: ${failure}`),
      },
    );
    return { alerter, backup };
  }

  async #status(supervisor: Supervisor): Promise<StatusJson> {
    const status = await supervisor.status();
    return {
      ...status,
      ...(this.#alerter && { alerts: this.#alerter.status() }),
      ...(this.#backup && { backup: this.#backup.status() }),
    };
  }

  async #openControl(supervisor: Supervisor): Promise<void> {
    const { config } = this;
    const symbols = config.pairs.map((pair) => pair.symbol);
    this.#control = await startControlServer(
      {
        dataDir: config.dataDir,
        listen: config.control.listen,
        version: this.#options.version,
        mode: config.mode,
      },
      {
        status: () => this.#status(supervisor),
        command: (command) => supervisor.command(command),
        shutdown: () => this.stop('operator'),
        ready: () => supervisor.ready() && this.#stopping === 'no',
        subscribe: (listener) => {
          this.#listeners.add(listener);
          return () => this.#listeners.delete(listener);
        },
        normalizeSymbol: (text) => {
          const symbol = normalizeSymbol(text);
          return symbol !== null && symbols.includes(symbol) ? symbol : null;
        },
        symbols: () => symbols,
        log: this.#log,
        clock: this.#clock,
      },
    );
  }

  #publish(event: Omit<EngineEvent, 'id'>): void {
    this.#lastEventId += 1;
    this.#alerter?.onEvent(event);
    for (const listener of this.#listeners) listener({ id: this.#lastEventId, ...event });
  }

  /** Something is wrong that no restart of a thread can mend: close what can be closed and end the process. */
  async #abort(error: MtradeError): Promise<void> {
    if (this.#stopping !== 'no') return;
    this.#stopping = 'closing';
    this.#log.error({ code: error.code, error: error.message }, 'the engine stops');
    this.#alerter?.raise('engine.fatal', null, `the engine stops: ${error.message}`);
    await this.#closeAll(0);
    await this.#alerter?.close(ALERT_GRACE_MS);
    this.#lock?.release();
    this.#settle.reject(error);
  }

  /** The control server closes last: during the drain an operator can still look, and hurry it. */
  async #closeAll(drainMs: number): Promise<void> {
    this.#alerter?.pause();
    const backup = this.#backup?.close();
    await this.#supervisor?.stop(drainMs);
    await backup;
    await this.#control
      ?.close()
      .catch((error: unknown) => this.#log.warn({ error }, 'closing the control server failed'));
    await this.#paper?.close();
  }
}
