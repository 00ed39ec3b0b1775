import { type Clock, errorText, MtradeError, type MonoMs } from '@mtrade/base';
import type { Logger } from '@mtrade/log';
import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { WorkerReport } from '../messages.js';

/** One life of a worker, however it is run: a thread of its own or a task of the pool. */
export interface WorkerLife {
  /** Settles when the thread is gone; an error tells why, null is a wanted end. */
  readonly ended: Promise<Error | null>;
  readonly kill: () => void;
}

export interface WorkerSlotOptions {
  readonly name: string;
  /** First wait before a restart, ms; doubles with each failure in a row. */
  readonly restartDelayMs: number;
  readonly restartDelayLimitMs: number;
  /** More deaths than this within the window end the process: crash-only. */
  readonly maxRestarts: number;
  readonly windowMs: number;
}

export const DEFAULT_RESTARTS = {
  restartDelayMs: 100,
  restartDelayLimitMs: 5_000,
  maxRestarts: 5,
  windowMs: 60_000,
} as const;

export interface WorkerSlotDeps {
  /** Starts one life; the port is the worker's end and must be transferred to it. */
  readonly spawn: (generation: number, control: MessagePort) => WorkerLife;
  readonly onBorn: (control: MessagePort) => void;
  readonly onReport: (report: WorkerReport) => void;
  readonly onDied: () => void;
  /** The worker cannot go on and must not be restarted again. */
  readonly onFatal: (error: MtradeError) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Errors that a restart cannot mend. */
const FATAL_CODES = new Set([
  'MTRADE_CONTRADICTION',
  'MTRADE_CONFIG',
  'MTRADE_DATABASE',
  'MTRADE_LOCK_LOST',
  'MTRADE_DISK',
]);

/** Keeps one worker alive: starts it, notices its death, restarts it with growing waits, gives up when it makes no sense. */
export class WorkerSlot {
  readonly #options: WorkerSlotOptions;
  readonly #deps: WorkerSlotDeps;
  readonly #deaths: MonoMs[] = [];
  #life: WorkerLife | null = null;
  #control: MessagePort | null = null;
  #timer: NodeJS.Timeout | null = null;
  #generation = 0;
  #stopping = false;
  #ready = false;

  constructor(options: WorkerSlotOptions, deps: WorkerSlotDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  get generation(): number {
    return this.#generation;
  }

  get restarts(): number {
    return Math.max(0, this.#generation - 1);
  }

  get alive(): boolean {
    return this.#life !== null && this.#ready;
  }

  start(): void {
    const { port1, port2 } = new MessageChannel();
    this.#generation += 1;
    this.#ready = false;
    this.#control = port1;
    port1.on('message', (message: WorkerReport) => this.#onReport(message));
    const life = this.#deps.spawn(this.#generation, port2);
    this.#life = life;
    this.#deps.onBorn(port1);
    void life.ended.then((error) => this.#onEnded(life, error));
  }

  /** Ends this life; the slot then starts the next one as after any death. */
  kill(reason: string): void {
    this.#deps.log.error({ worker: this.#options.name, reason }, 'the worker is killed');
    this.#life?.kill();
  }

  /** Asks the worker to end and waits; after `graceMs` it is killed. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    if (this.#timer) clearTimeout(this.#timer);
    const life = this.#life;
    if (!life) return;
    this.#control?.postMessage({ type: 'stop' });
    const timer = setTimeout(() => life.kill(), graceMs);
    await life.ended;
    clearTimeout(timer);
    this.#control?.close();
  }

  #onReport(message: WorkerReport): void {
    if (message.type === 'ready') this.#ready = true;
    if (message.type === 'failed') {
      const error = MtradeError.fromWire(message.error);
      this.#deps.log.error(
        { worker: this.#options.name, code: error.code, error: error.message },
        'the worker failed',
      );
      if (!this.#ready || FATAL_CODES.has(error.code)) {
        this.#stopping = true;
        this.#deps.onFatal(error);
      }
    }
    this.#deps.onReport(message);
  }

  /** The thread's end may overtake what it has said last, and that is where the reason stands. */
  #hearLastWords(): void {
    const control = this.#control;
    if (!control) return;
    for (let item = receiveMessageOnPort(control); item; item = receiveMessageOnPort(control))
      this.#onReport(item.message as WorkerReport);
  }

  #onEnded(life: WorkerLife, error: Error | null): void {
    if (this.#life !== life) return;
    this.#hearLastWords();
    this.#life = null;
    this.#ready = false;
    this.#deps.onDied();
    if (this.#stopping) return;
    this.#control?.close();
    const { clock, log, onFatal } = this.#deps;
    const { name, maxRestarts, windowMs, restartDelayMs, restartDelayLimitMs } = this.#options;
    const now = clock.monoMs();
    while (this.#deaths[0] !== undefined && now - this.#deaths[0] > windowMs) this.#deaths.shift();
    this.#deaths.push(now);
    if (this.#deaths.length > maxRestarts) {
      const message = `${name} died ${this.#deaths.length} times in ${windowMs / 1_000} s; last: ${errorText(error ?? 'ended by itself')}`;
      return onFatal(new MtradeError('MTRADE_CONTRADICTION', message, { worker: name }));
    }
    const delayMs = Math.min(restartDelayLimitMs, restartDelayMs * 2 ** (this.#deaths.length - 1));
    log.error(
      { worker: name, delayMs, error: error && errorText(error) },
      'the worker died and is started again',
    );
    this.#timer = setTimeout(() => this.start(), delayMs);
  }
}
