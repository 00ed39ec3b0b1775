import { Worker } from 'node:worker_threads';
import type { Board } from '@mtrade/board';

export interface Job {
  readonly job: string;
  readonly options: object;
}

export interface BoardThread {
  readonly worker: Worker;
  /** What the job returned. */
  readonly result: Promise<unknown>;
  /** The job says that it holds what it is meant to hold. */
  readonly holding: Promise<void>;
}

export interface BoardThreads {
  readonly threads: readonly BoardThread[];
  /** Tells consumers to finish with what is left. */
  readonly end: () => void;
}

interface Message {
  readonly ready?: true;
  readonly holding?: true;
  readonly result?: unknown;
}

/** Starts one thread per job and lets all of them go at the same moment. */
export async function startBoardThreads(board: Board, jobs: readonly Job[]): Promise<BoardThreads> {
  const gate = new Int32Array(new SharedArrayBuffer(8));
  const started = jobs.map((job) => {
    const worker = new Worker(new URL('board-worker.mjs', import.meta.url), {
      workerData: { handle: board.handle, gate, ...job },
    });
    const next = <T>(pick: (message: Message) => T | undefined): Promise<T> =>
      new Promise((resolve, reject) => {
        worker.on('error', reject);
        worker.on('message', (message: Message) => {
          const value = pick(message);
          if (value !== undefined) resolve(value);
        });
      });
    const ready = next((message) => message.ready);
    const holding = next((message) => message.holding).then(() => undefined);
    const result = next((message) => ('result' in message ? { value: message.result } : undefined)).then(
      ({ value }) => value,
    );
    return { ready, thread: { worker, result, holding } };
  });
  await Promise.all(started.map(({ ready }) => ready));
  Atomics.store(gate, 0, 1);
  Atomics.notify(gate, 0);
  return {
    threads: started.map(({ thread }) => thread),
    end: () => {
      Atomics.store(gate, 1, 1);
      board.cyclerWake.notify();
    },
  };
}

/** Runs jobs that end by themselves, and gives their results in order. */
export async function runBoardThreads(board: Board, jobs: readonly Job[]): Promise<unknown[]> {
  const { threads } = await startBoardThreads(board, jobs);
  return Promise.all(threads.map(({ result }) => result));
}
