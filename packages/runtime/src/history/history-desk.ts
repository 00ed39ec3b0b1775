import { dirname } from 'node:path';
import { MtradeError } from '@mtrade/base';
import { Piscina } from 'piscina';
import type { HistoryVitals } from '../metrics/index.js';
import type { HistoryReply } from '../workers/history.worker.js';
import type { HistoryAnswers, HistoryQuestion } from './questions.js';

/** Questions that may wait; the next one is refused at once, so a crowd of readers costs a bounded amount. */
const MAX_WAITING = 32;
/** By then a full queue of ordinary questions has been answered. */
const RETRY_AFTER_SECONDS = 1;
/** The thread goes when nobody has asked for so long: who does not look at history does not pay for it. */
const IDLE_MS = 60_000;

const WORKER = new URL('../workers/history.worker.js', import.meta.url).href;

/**
 * Answers questions about the past on a thread of its own: a long look through the books delays neither trading nor
 * the operator's commands. Rejects with MtradeError: MTRADE_BUSY when too many questions wait already.
 */
export class HistoryDesk {
  readonly #path: string;
  #pool: Piscina | null = null;
  #closed = false;
  #isAsking = false;
  /** Who waits for the thread, the first one first. */
  readonly #line: (() => void)[] = [];

  constructor(databasePath: string) {
    this.#path = databasePath;
  }

  /** `gone`: whoever asks may lose interest; a question that still waits then is not asked any more. */
  async ask<Q extends HistoryQuestion>(question: Q, gone?: AbortSignal): Promise<HistoryAnswers[Q['about']]> {
    await this.#turn(gone);
    try {
      return await this.#answer(question);
    } finally {
      const next = this.#line.shift();
      if (next) next();
      else this.#isAsking = false;
    }
  }

  async #turn(gone: AbortSignal | undefined): Promise<void> {
    if (this.#closed) throw this.#ending();
    if (!this.#isAsking) {
      this.#isAsking = true;
      return;
    }
    if (this.#line.length >= MAX_WAITING)
      throw new MtradeError('MTRADE_BUSY', 'too many questions about history at once; ask again', {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    await new Promise<void>((resolve, reject) => {
      this.#line.push(resolve);
      gone?.addEventListener('abort', () => {
        const place = this.#line.indexOf(resolve);
        if (place < 0) return;
        this.#line.splice(place, 1);
        reject(new MtradeError('MTRADE_BUSY', 'whoever asked has gone', { retryAfterSeconds: 0 }));
      });
    });
  }

  async #answer<Q extends HistoryQuestion>(question: Q): Promise<HistoryAnswers[Q['about']]> {
    if (this.#closed) throw this.#ending();
    this.#pool ??= new Piscina({
      filename: WORKER,
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: IDLE_MS,
      atomics: 'async',
      recordTiming: false,
    });
    const task: Promise<HistoryReply> = this.#pool.run({ path: this.#path, question }, { name: 'run' });
    const reply = await task.catch((error: unknown) => {
      // Whoever still asks while the engine ends is no failure of it.
      throw this.#closed ? this.#ending() : error;
    });
    if ('error' in reply) throw MtradeError.fromWire(reply.error);
    return reply.answer as HistoryAnswers[Q['about']];
  }

  /** Threads at work on questions, and questions that wait for one. */
  get vitals(): HistoryVitals {
    return { threads: this.#pool?.threads.length ?? 0, waiting: this.#line.length };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#pool?.destroy();
    this.#pool = null;
  }

  #ending(): MtradeError {
    return new MtradeError('MTRADE_NOT_RUNNING', 'the engine is ending', { dataDir: dirname(this.#path) });
  }
}
