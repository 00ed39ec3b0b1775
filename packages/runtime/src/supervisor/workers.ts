import { errorText } from '@mtrade/base';
import { Piscina } from 'piscina';
import { Worker } from 'node:worker_threads';
import type { CyclerBoot, ExchangeBoot, LaneBoot, ReactorBoot, RestoredBoot } from '../messages.js';
import type { WorkerLife } from './worker-slot.js';

const entry = (name: string): URL => new URL(`../workers/${name}.worker.js`, import.meta.url);

/**
 * What a thread throws away is thrown away soon, so a small nursery does; with the default one the threads together hold
 * 30 MB more. There is no limit on what a thread keeps: the default of Node stands.
 */
const LIMITS = { maxYoungGenerationSizeMb: 6 };

/** A thread of its own. */
function thread(name: string, boot: CyclerBoot | ReactorBoot | ExchangeBoot | RestoredBoot): WorkerLife {
  const worker = new Worker(entry(name), {
    name,
    workerData: boot,
    transferList: [boot.control],
    resourceLimits: LIMITS,
  });
  let failure: Error | null = null;
  worker.on('error', (error: unknown) => {
    failure = error instanceof Error ? error : new Error(errorText(error));
  });
  const ended = new Promise<Error | null>((resolve) => {
    worker.on('exit', (code) =>
      resolve(failure ?? (code === 0 ? null : new Error(`${name} ended with code ${code}`))),
    );
  });
  return { ended, kill: () => void worker.terminate() };
}

export const startCycler = (boot: CyclerBoot): WorkerLife => thread('cycler', boot);
export const startReactor = (boot: ReactorBoot): WorkerLife => thread('reactor', boot);
export const startRestored = (boot: RestoredBoot): WorkerLife => thread('restored', boot);
export const startExchange = (boot: ExchangeBoot): WorkerLife => thread('exchange', boot);

/**
 * The pool whose threads hold the order lanes. `async` waiting keeps a lane's event loop alive between messages: the
 * default freezes it, and requests then fail on connections that the exchange has closed meanwhile.
 */
export function createOrderPool(onError: (error: unknown) => void): Piscina {
  const pool = new Piscina({
    filename: entry('order-lane').href,
    minThreads: 1,
    maxThreads: 1,
    idleTimeout: Number.POSITIVE_INFINITY,
    atomics: 'async',
    // Its statistics are nobody's, and take 700 KB.
    recordTiming: false,
    resourceLimits: LIMITS,
  });
  // What a thread dies of after its task was given up, for want of memory for example, is nobody's any more. Unheard, it
  // would end the process, although the thread has long been replaced (P17).
  pool.on('error', onError);
  return pool;
}

/** A lane is one long task of the pool. */
export function startLane(pool: Piscina, boot: LaneBoot): WorkerLife {
  const abort = new AbortController();
  const task: Promise<unknown> = pool.run(boot, {
    name: 'run',
    transferList: [boot.control],
    signal: abort.signal,
  });
  const ended = task.then(
    () => null,
    (error: unknown) => (error instanceof Error ? error : new Error(errorText(error))),
  );
  return { ended, kill: () => abort.abort() };
}
