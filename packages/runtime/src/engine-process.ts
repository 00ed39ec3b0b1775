import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, errorText, ExitCode, MtradeError } from '@mtrade/base';
import type { MtradeConfig, Secrets } from '@mtrade/config';
import { configToWire } from '@mtrade/config/wire';
import { type Logger, scrubSecrets } from '@mtrade/log';
import { type Alerter, STANDING_FILE } from './alerts/index.js';
import type { AutoBackup } from './backups/auto-backup.js';
import { compareRestoredBooks, isRestored } from './backups/restored-books.js';
import { checkRules } from './check-rules.js';
import {
  ADDRESS_FILE,
  type EngineEvent,
  loadControlApp,
  SOCKET_FILE,
  type StatusJson,
  READ_TOKEN_FILE,
  TOKEN_FILE,
} from './control/index.js';
import { EngineEvents } from './engine-events.js';
import { acquireLock, type HeldLock } from './lock/index.js';
import { LOG_PLACE_FILE, writeLogPlace } from './log-place.js';
import type { LogPlan } from './logging.js';
import type { LockClaim } from './messages.js';
import { holdsOrders } from './holds-orders.js';
import { OperatorDesk } from './operator-desk.js';
import { createOverseers } from './overseers.js';
import { PaperExchange } from './paper/paper-exchange.js';
import type { RunningEngine, StartOptions } from './running-engine.js';
import { ServiceBeacon } from './service/service-beacon.js';
import type { ServiceManager } from './service/service-manager.js';
import { Supervisor } from './supervisor/supervisor.js';

/** Orders in flight at a stop are followed this long; what is still open then is the next start's first work. */
const DRAIN_MS = 30_000;

/** Alerts that wait when the engine ends get this long to go out. */
const ALERT_GRACE_MS = 3_000;

/** So does the last word to the service manager. */
const SERVICE_GRACE_MS = 1_000;

const DATABASE_FILE = 'mtrade.db';
const PAPER_DIRECTORY = 'paper-exchange';
/** Everything that a start may make in the data directory beside the lock. */
const FILES = [
  DATABASE_FILE,
  `${DATABASE_FILE}-wal`,
  `${DATABASE_FILE}-shm`,
  PAPER_DIRECTORY,
  READ_TOKEN_FILE,
  TOKEN_FILE,
  ADDRESS_FILE,
  SOCKET_FILE,
  LOG_PLACE_FILE,
];

/** One set of books is one account's. It has a name of its own, because keys are changed and accounts are not. */
const ACCOUNT = 'main';

const claimOf = ({ holder, witnesses }: HeldLock): LockClaim => ({
  process: { pid: holder.pid, bootId: holder.bootId, processStart: holder.processStart },
  witnesses,
});

/** One engine in this process, from its lock to its last byte. */
export class EngineProcess implements RunningEngine {
  readonly config: MtradeConfig;
  readonly done: Promise<ExitCode>;
  readonly #options: StartOptions;
  readonly #secrets: Secrets;
  readonly #logPlan: LogPlan;
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #service: ServiceManager | null;
  readonly #onLocked: () => void;
  readonly #events = new EngineEvents();
  #settle: { resolve: (code: ExitCode) => void; reject: (error: Error) => void } = {
    resolve: () => undefined,
    reject: () => undefined,
  };
  #fail: (error: MtradeError) => void = () => undefined;
  #lock: HeldLock | null = null;
  #paper: PaperExchange | null = null;
  #supervisor: Supervisor | null = null;
  #desk: OperatorDesk | null = null;
  #alerter: Alerter | null = null;
  #backup: AutoBackup | null = null;
  #beacon: ServiceBeacon | null = null;
  #stopping: 'no' | 'draining' | 'closing' = 'no';
  #isUp = false;
  /** What brings the engine up cannot be interrupted; it must begin nothing more. */
  #hasFailed = false;
  /** Why it is to stop as soon as it stands: half a start cannot be stopped in order. */
  #stopWish: string | null = null;

  constructor(
    options: StartOptions & {
      readonly config: MtradeConfig;
      readonly secrets: Secrets;
      readonly logPlan: LogPlan;
    },
    deps: {
      readonly clock: Clock;
      readonly log: Logger;
      readonly onEvent: (event: EngineEvent) => void;
      readonly onLocked: () => void;
      readonly service: ServiceManager | null;
    },
  ) {
    const { config, secrets, logPlan } = options;
    const { clock, log, onEvent, onLocked, service } = deps;
    this.#options = options;
    this.config = config;
    this.#secrets = secrets;
    this.#logPlan = logPlan;
    this.#log = log;
    this.#clock = clock;
    this.#service = service;
    this.#onLocked = onLocked;
    this.#events.subscribe(onEvent);
    this.done = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.done.catch(() => undefined);
  }

  get url(): string | null {
    return this.#desk?.url ?? null;
  }

  get tookOverFrom(): string | null {
    return this.#lock?.tookOverFrom ?? null;
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
      this.#isUp = true;
      if (this.#stopWish !== null) this.stop(this.#stopWish);
    } catch (error) {
      this.#hasFailed = true;
      this.#alerter?.raise('engine.fatal', null, `the engine does not start: ${errorText(error)}`);
      this.#tellStopping(`the engine does not start: ${errorText(error)}`);
      await this.#closeAll(0);
      await this.#alerter?.close(ALERT_GRACE_MS);
      // What was there before stays as it was; what this attempt has made goes, unless orders stand in it.
      // Only the list of standing alerts outlives it, where there are books: the next attempt must not tell again.
      if (made.includes(databasePath)) made.push(join(config.dataDir, STANDING_FILE));
      const isToBeKept = made.includes(databasePath) && holdsOrders(databasePath);
      if (isToBeKept)
        this.#log.warn({ databasePath }, 'the start failed, but orders were sent: the books are kept');
      else if (this.#lock) for (const path of made) rmSync(path, { recursive: true, force: true });
      this.#lock?.release({ undoCreated: !isToBeKept });
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
    if (!this.#isUp) {
      this.#stopWish = reason;
      return;
    }
    if (this.#stopping !== 'no') {
      this.#log.warn({ reason }, 'stopping at once');
      this.#settle.resolve(ExitCode.ok);
      return;
    }
    this.#stopping = 'draining';
    this.#log.info({ reason }, 'stopping: no new orders');
    this.#tellStopping(`no new orders, following what is in flight (${reason})`);
    void this.#closeAll(DRAIN_MS).then(async () => {
      await this.#alerter?.close(ALERT_GRACE_MS);
      this.#lock?.release();
      this.#log.info({}, 'engine stopped');
      this.#settle.resolve(ExitCode.ok);
    });
  }

  async #bringUp(databasePath: string): Promise<void> {
    const { config } = this;
    const { version } = this.#options;
    const wire = configToWire(config);
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
    this.#onLocked();
    if (this.#options.logPlace !== undefined) writeLogPlace(config.dataDir, this.#options.logPlace);
    // Loads while the threads start; when it fails, opening the control server says so.
    loadControlApp().catch(() => undefined);
    const { alerter, backup } = createOverseers(
      { config, version, databasePath, alertSecrets: this.#options.alertSecrets },
      { clock: this.#clock, log: this.#log, status: () => this.status() },
    );
    this.#alerter = alerter;
    this.#backup = backup;
    this.#events.subscribe((event) => alerter.onEvent(event));
    if (config.mode === 'paper') {
      this.#paper = new PaperExchange(
        {
          config: wire,
          secrets: this.#secrets,
          directory: join(config.dataDir, PAPER_DIRECTORY),
          log: this.#logPlan,
        },
        (error) => this.#fail(error),
      );
    }
    this.#supervisor = new Supervisor(
      {
        config,
        secrets: this.#secrets,
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
          this.#events.publish({ event, symbol, epochMs, details }),
      },
    );
    this.#supervisor.load();
    const endpoints = this.#paper
      ? await this.#paper.endpoints()
      : { restUrl: config.exchange.restUrl ?? '', wsUrl: config.exchange.wsUrl ?? '' };
    if (isRestored(databasePath))
      await compareRestoredBooks({
        config: wire,
        log: this.#logPlan,
        endpoints,
        secrets: this.#secrets,
        databasePath,
        account: ACCOUNT,
        claim: claimOf(this.#lock),
      });
    await this.#supervisor.prepare(endpoints);
    // Before the first order can go out: a port that is taken must refuse a start that has bought nothing.
    await this.#openDesk(this.#supervisor, this.#lock, endpoints.restUrl);
    if (this.#hasFailed) return;
    await this.#supervisor.begin();
    if (this.#hasFailed) return;
    this.#watchForService(this.#supervisor);
    alerter.start();
    backup.start();
  }

  #watchForService(supervisor: Supervisor): void {
    if (this.#service === null) return;
    this.#beacon = new ServiceBeacon({
      manager: this.#service,
      clock: this.#clock,
      isReady: () => supervisor.ready(),
      heartAgeMs: (heart) => supervisor.heartAgeMs(heart),
      status: () => supervisor.status(),
    });
    this.#beacon.start();
  }

  #tellStopping(why: string): void {
    this.#beacon?.stop();
    this.#service?.tell({ STOPPING: '1', STATUS: scrubSecrets(`stopping: ${why}`) });
  }

  async #status(supervisor: Supervisor): Promise<StatusJson> {
    const status = await supervisor.status();
    return {
      ...status,
      ...(this.#alerter && { alerts: this.#alerter.status() }),
      ...(this.#backup && { backup: this.#backup.status() }),
    };
  }

  async #openDesk(supervisor: Supervisor, lock: HeldLock, restUrl: string): Promise<void> {
    const { config } = this;
    this.#desk = new OperatorDesk(
      { start: this.#options, config, databasePath: join(config.dataDir, DATABASE_FILE), restUrl },
      {
        clock: this.#clock,
        log: this.#log,
        supervisor,
        events: this.#events,
        lock,
        status: () => this.#status(supervisor),
        isReady: () => this.#isReady(supervisor),
        alerts: () => this.#alerter?.status() ?? null,
        backup: () => this.#backup?.status() ?? null,
        shutdown: () => this.stop('operator'),
      },
    );
    await this.#desk.open();
  }

  #isReady(supervisor: Supervisor): boolean {
    return supervisor.ready() && this.#stopping === 'no';
  }

  /** Something is wrong that no restart of a thread can mend: close what can be closed and end the process. */
  async #abort(error: MtradeError): Promise<void> {
    if (this.#stopping !== 'no') return;
    this.#stopping = 'closing';
    this.#log.error({ code: error.code, error: error.message }, 'the engine stops');
    this.#alerter?.raise('engine.fatal', null, `the engine stops: ${error.message}`);
    this.#tellStopping(error.message);
    await this.#closeAll(0);
    await this.#alerter?.close(ALERT_GRACE_MS);
    this.#lock?.release();
    this.#settle.reject(error);
  }

  /** The operator's desk closes late: during the drain an operator can still look, and hurry it. */
  async #closeAll(drainMs: number): Promise<void> {
    this.#alerter?.pause();
    const backup = this.#backup?.close();
    await this.#supervisor?.stop(drainMs);
    await backup;
    await this.#desk?.close();
    await this.#paper?.close();
    await this.#service?.close(SERVICE_GRACE_MS);
  }
}
