import { type Clock, errorText } from '@mtrade/base';
import type { Exchange } from '../core/exchange.js';
import type { PriceLosses, PriceSource } from './source.js';

/** How often the driver looks; everything due since the last look is delivered in one batch. */
const TICK_MS = 10;
/** The event loop gets a turn after this many quotes, so that the server answers while a fast replay runs. */
const BATCH_STEPS = 500;
/** A quote delivered later than this after its moment counts as late. */
const LATE_AFTER_MS = 100;
const CHECKPOINT_MS = 1_000;

export interface PriceDriverOptions {
  readonly source: PriceSource;
  readonly exchange: Exchange;
  readonly clock: Clock;
  /** Source milliseconds per real millisecond. */
  readonly speed: number;
  /** Once, after the last step. */
  readonly onEnded?: () => void;
  /** The source failed; prices stand still. */
  readonly onError?: (reason: string) => void;
  /** About once a second and at the end: the place to save `source.position()`. */
  readonly onCheckpoint?: (position: unknown) => void;
}

/** Prices; `malformed` and `skipped` are the source's, of the rest every one was delivered. */
export interface PriceDriverStats extends PriceLosses {
  readonly delivered: number;
  /** Of the delivered ones: later than 100 ms of real time. */
  readonly late: number;
  readonly maxLateMs: number;
  /** Where the source stands on its own axis. */
  readonly sourceMs: number;
  readonly ended: boolean;
}

/** Maps real time to the source's time and moves the exchange's market. The only timers of the price side. */
export class PriceDriver {
  readonly #options: PriceDriverOptions;
  #startMono = 0;
  #checkpointMono = 0;
  #timer: NodeJS.Timeout | null = null;
  #stopped = true;
  #turn: Promise<void> = Promise.resolve();
  #delivered = 0;
  #late = 0;
  #maxLateMs = 0;
  #sourceMs: number;
  #ended = false;

  constructor(options: PriceDriverOptions) {
    this.#options = options;
    this.#sourceMs = options.source.startMs;
  }

  start(): void {
    const now = this.#options.clock.monoMs();
    this.#stopped = false;
    this.#startMono = now;
    this.#checkpointMono = now;
    this.#schedule(0);
  }

  /** Delivers nothing any more once the promise is fulfilled; closes the source. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#turn;
    this.#checkpoint();
    await this.#options.source.close();
  }

  get stats(): PriceDriverStats {
    return {
      ...this.#options.source.losses,
      delivered: this.#delivered,
      late: this.#late,
      maxLateMs: Math.round(this.#maxLateMs),
      sourceMs: this.#sourceMs,
      ended: this.#ended,
    };
  }

  #schedule(delayMs: number): void {
    this.#timer = setTimeout(() => {
      this.#turn = this.#runTurn();
    }, delayMs);
  }

  async #runTurn(): Promise<void> {
    try {
      await this.#deliverDue();
    } catch (error) {
      this.#stopped = true;
      this.#options.onError?.(errorText(error));
    }
    if (!this.#stopped && !this.#ended) this.#schedule(TICK_MS);
  }

  async #deliverDue(): Promise<void> {
    const { source, clock } = this.#options;
    while (!this.#stopped) {
      if (source.needsPrepare) await source.prepare();
      this.#sourceMs = this.#sourceTime();
      const steps = source.next(this.#sourceMs, BATCH_STEPS);
      for (const step of steps) {
        this.#options.exchange.setQuote(step.symbol, step.quote, clock.epochMs());
        this.#noteLateness(step.atMs);
      }
      if (steps.length < BATCH_STEPS && !source.needsPrepare) break;
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (clock.monoMs() - this.#checkpointMono >= CHECKPOINT_MS) this.#checkpoint();
    if (!source.ended || this.#ended) return;
    this.#ended = true;
    this.#checkpoint();
    this.#options.onEnded?.();
  }

  #noteLateness(atMs: number): void {
    this.#delivered += 1;
    // A pushed quote has no appointed moment, so it cannot be late.
    if (this.#options.source.kind === 'live') return;
    const lateMs = (this.#sourceTime() - atMs) / this.#options.speed;
    if (lateMs > LATE_AFTER_MS) this.#late += 1;
    if (lateMs > this.#maxLateMs) this.#maxLateMs = lateMs;
  }

  #sourceTime(): number {
    const { source, clock, speed } = this.#options;
    return source.startMs + (clock.monoMs() - this.#startMono) * speed;
  }

  #checkpoint(): void {
    this.#checkpointMono = this.#options.clock.monoMs();
    this.#options.onCheckpoint?.(this.#options.source.position());
  }
}
