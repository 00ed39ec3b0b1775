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

  constructor(databasePath: string) {
    this.#path = databasePath;
  }

  async ask<Q extends HistoryQuestion>(question: Q): Promise<HistoryAnswers[Q['about']]> {
    if (this.#closed) throw this.#ending();
    this.#pool ??= new Piscina({
      filename: WORKER,
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: IDLE_MS,
      maxQueue: MAX_WAITING,
      atomics: 'async',
      recordTiming: false,
    });
    if (this.#pool.queueSize >= MAX_WAITING)
      throw new MtradeError('MTRADE_BUSY', 'too many questions about history at once; ask again', {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
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
    return { threads: this.#pool?.threads.length ?? 0, waiting: this.#pool?.queueSize ?? 0 };
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
