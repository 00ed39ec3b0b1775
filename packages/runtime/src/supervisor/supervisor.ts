import { type Clock, errorText, MtradeError } from '@mtrade/base';
import { type Board, createBoard, type Role } from '@mtrade/board';
import type { MtradeConfig, Secrets } from '@mtrade/config';
import { configToWire } from '@mtrade/config/wire';
import type { CyclerReply, EngineView, FeedState, OperatorCommand, WireRules } from '@mtrade/engine';
import { type Logger, scrubSecrets } from '@mtrade/log';
import type { Piscina } from 'piscina';
import { everySeconds } from '../every-seconds.js';
import type { StatusJson } from '../control/status-json.js';
import type { LogPlan } from '../logging.js';
import type { MessagePort } from 'node:worker_threads';
import type { Endpoints, LockClaim, WorkerControl, WorkerReport } from '../messages.js';
import type { MetricSources } from '../metrics/index.js';
import { CyclerClient } from './cycler-client.js';
import { keepApart } from './keep-apart.js';
import { statusOf } from './status.js';
import { type Party, Switchboard } from './switchboard.js';
import { DEFAULT_RESTARTS, WorkerSlot, type WorkerLife } from './worker-slot.js';
import { createOrderPool, startCycler, startLane, startReactor } from './workers.js';

export interface SupervisorOptions {
  readonly config: MtradeConfig;
  readonly secrets: Secrets;
  readonly account: string;
  readonly claim: LockClaim;
  readonly databasePath: string;
  readonly version: string;
  readonly startedAt: string;
  readonly logPlan: LogPlan;
}

export interface SupervisorDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** Called once with the exchange's rules before the books are opened; throws when the configuration does not fit. */
  readonly checkRules: (rules: readonly WireRules[]) => void;
  readonly onJournal: (line: Extract<CyclerReply, { type: 'journal' }>) => void;
  readonly onFatal: (error: MtradeError) => void;
}

/** A worker whose heart has not beaten for so long sits in a busy loop and is killed. */
const HEARTBEAT_LIMIT_MS = 10_000;
const WATCH_EVERY_S = 1;
const STOP_GRACE_MS = 2_000;

/** Starts the threads, lays the lines between them, brings the dead back, and answers for all of them. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #deps: SupervisorDeps;
  readonly #board: Board;
  readonly #pool: Piscina;
  readonly #lines = new Switchboard();
  readonly #cycler: CyclerClient;
  readonly #slots: Readonly<Record<Party, WorkerSlot>>;
  #endWatch: (() => void) | null = null;
  #endPulse: (() => void) | null = null;
  #endpoints: Endpoints | null = null;
  /** The threads that have been told to begin; in their next lives they begin at once. */
  readonly #begun = new Set<Party>();
  #rules: readonly WireRules[] | null = null;
  #feed: FeedState | null = null;
  #isAccountReadable = false;
  #bornMono: Partial<Record<Party, number>> = {};
  #onReady: Partial<Record<Party, () => void>> = {};
  #lastView: EngineView | null = null;
  /** From here on no thread is told to begin: the books stay closed. */
  #isStopping = false;

  constructor(options: SupervisorOptions, deps: SupervisorDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#board = createBoard({
      symbols: options.config.pairs.map((pair) => pair.symbol),
      urgentCapacity: options.config.engine.urgentQueueSize,
    });
    this.#cycler = new CyclerClient(() => this.#board.cyclerWake.notify());
    this.#pool = createOrderPool((error) =>
      deps.log.error({ worker: 'lane', error: errorText(error) }, 'a thread of the order pool died late'),
    );
    const { secrets, logPlan } = options;
    const config = configToWire(options.config);
    const common = (generation: number) => ({
      config,
      board: this.#board.handle,
      generation,
      log: logPlan,
    });
    this.#slots = {
      lane: this.#slot('lane', (generation, control) =>
        startLane(this.#pool, {
          ...common(generation),
          secrets,
          witnesses: options.claim.witnesses,
          control,
        }),
      ),
      cycler: this.#slot('cycler', (generation, control) =>
        startCycler({
          ...common(generation),
          databasePath: options.databasePath,
          account: options.account,
          claim: options.claim,
          control,
        }),
      ),
      reactor: this.#slot('reactor', (generation, control) =>
        startReactor({ ...common(generation), secrets, control }),
      ),
    };
  }

  /** What shared memory and this thread know without asking another. */
  vitals(): Pick<MetricSources, 'board' | 'workers' | 'feed'> {
    return { board: this.#board, workers: this.#slots, feed: this.#feed };
  }

  /** What the exchange last said of a pair; null before the start has asked it. */
  rules(symbol: string): WireRules | null {
    return this.#rules?.find((one) => one.symbol === symbol) ?? null;
  }

  /** All threads load at the same time; none of them opens anything or asks anybody before it is told to begin. */
  load(): void {
    for (const slot of Object.values(this.#slots)) slot.start();
  }

  /** Everything that can still refuse the start: only the exchange knows the pairs' rules. Nothing is bought yet. */
  async prepare(endpoints: Endpoints): Promise<void> {
    this.#endpoints = endpoints;
    await this.#begin('lane');
    this.#deps.checkRules(this.#rules ?? []);
  }

  /** The books, then the prices. From here on orders may go out, whatever becomes of the rest of the start. */
  async begin(): Promise<void> {
    await this.#begin('cycler');
    await this.#begin('reactor');
    if (this.#isStopping) return;
    this.#endWatch = everySeconds(WATCH_EVERY_S, () => this.#watchHearts());
    const beat = (): void => this.#board.heartbeats.beat('supervisor', this.#deps.clock.monoMs());
    beat();
    this.#endPulse = everySeconds(WATCH_EVERY_S, beat);
  }

  /** True when prices flow, the books are open and the account can be read: the engine could trade now. */
  ready(): boolean {
    const { cycler, lane } = this.#slots;
    return cycler.alive && lane.alive && (this.#feed?.connected ?? false) && this.#isAccountReadable;
  }

  /** Ms since the worker's last sign of life; null while it does not run. */
  heartAgeMs(party: Party & Role): number | null {
    return this.#slots[party].alive ? this.#board.heartbeats.ageMs(party, this.#deps.clock.monoMs()) : null;
  }

  command(command: OperatorCommand): Promise<unknown> {
    return this.#cycler.command(command);
  }

  async status(): Promise<StatusJson> {
    const { config, version, startedAt } = this.#options;
    try {
      this.#lastView = await this.#cycler.view();
    } catch (error) {
      // While the cycler is being restarted the last view is better than none; its ages keep growing on the board.
      if (this.#lastView === null) throw error;
    }
    return statusOf({
      board: this.#board,
      clock: this.#deps.clock,
      slots: this.#slots,
      feed: this.#feed,
      view: this.#lastView,
      identity: {
        version,
        started_at: startedAt,
        mode: config.mode,
        exchange: config.exchange.id,
        data_dir: config.dataDir,
      },
    });
  }

  /** No new orders; what is on the wire is followed for up to `drainMs`, the rest stays on disk as it is. */
  async stop(drainMs: number): Promise<void> {
    this.#isStopping = true;
    this.#endWatch?.();
    if (drainMs > 0) {
      await this.#cycler
        .drain(drainMs)
        .catch(() =>
          this.#deps.log.warn({ drainMs }, 'orders are still in flight; the next start resolves them'),
        );
    }
    await this.#slots.reactor.stop(STOP_GRACE_MS);
    // Not earlier: the reactor watches over it.
    this.#endPulse?.();
    this.#board.cyclerWake.notify();
    const cycler = this.#slots.cycler.stop(STOP_GRACE_MS);
    this.#board.cyclerWake.notify();
    await cycler;
    await this.#slots.lane.stop(STOP_GRACE_MS);
    await this.#pool.destroy();
  }

  #slot(party: Party, spawn: (generation: number, control: MessagePort) => WorkerLife): WorkerSlot {
    return new WorkerSlot(
      { name: party, ...DEFAULT_RESTARTS },
      {
        spawn,
        clock: this.#deps.clock,
        log: this.#deps.log,
        onFatal: this.#deps.onFatal,
        onReport: (message) => this.#onReport(party, message),
        onBorn: (control) => {
          this.#bornMono[party] = this.#deps.clock.monoMs();
          this.#lines.join(party, control);
          if (this.#begun.has(party)) this.#tellToBegin(party, control);
        },
        onDied: () => {
          this.#lines.leave(party);
          if (party === 'cycler') this.#cycler.detach();
          if (party === 'reactor') this.#feed = null;
        },
      },
    );
  }

  async #begin(party: Party): Promise<void> {
    if (this.#isStopping) return;
    const ready = new Promise<void>((resolve) => {
      this.#onReady[party] = resolve;
    });
    this.#begun.add(party);
    const control = this.#lines.control(party);
    if (control) this.#tellToBegin(party, control);
    await ready;
  }

  #tellToBegin(party: Party, control: MessagePort): void {
    const { restUrl = '', wsUrl = '' } = this.#endpoints ?? {};
    const begin: WorkerControl = { type: 'begin', endpoints: { restUrl, wsUrl }, rules: this.#rules ?? [] };
    control.postMessage(begin);
    if (party !== 'cycler') return;
    this.#cycler.attach(control);
    this.#board.cyclerWake.notify();
  }

  #onReport(party: Party, message: WorkerReport | CyclerReply): void {
    switch (message.type) {
      case 'ready':
        if (party !== 'reactor' && message.thread) keepApart(party, message.thread, this.#deps.log);
        return this.#onReady[party]?.();
      case 'rules':
        this.#rules = message.rules;
        return;
      case 'feed':
        // The exchange's own words go from here into every status.
        this.#feed = {
          ...message.state,
          reason: message.state.reason === null ? null : scrubSecrets(message.state.reason),
        };
        return;
      case 'account':
        this.#isAccountReadable = message.isReadable;
        return;
      case 'clock-offset':
        return this.#lines.tell('reactor', message);
      case 'reply':
        return this.#cycler.onReply(message);
      case 'journal':
        return this.#deps.onJournal(message);
      case 'failed':
      case 'endpoints':
        return;
    }
  }

  #watchHearts(): void {
    const now = this.#deps.clock.monoMs();
    for (const party of Object.keys(this.#slots) as (Party & Role)[]) {
      const slot = this.#slots[party];
      const ageMs = Math.min(this.#board.heartbeats.ageMs(party, now), now - (this.#bornMono[party] ?? now));
      if (slot.alive && ageMs > HEARTBEAT_LIMIT_MS) slot.kill(`no heartbeat for ${Math.round(ageMs)} ms`);
    }
  }
}
