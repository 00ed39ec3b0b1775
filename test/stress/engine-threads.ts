import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { systemClock } from '@mtrade/base';
import { type Board, createBoard } from '@mtrade/board';
import type { EngineView } from '@mtrade/engine';
import { openStore } from '@mtrade/store';
import { onTestFinished } from 'vitest';

export interface CyclerThreadOptions {
  readonly permitted?: boolean;
  readonly debounceMs?: number;
  readonly generation?: number;
  /** Price at which market orders fill; null leaves every order without an answer. */
  readonly fillAt?: string | null;
  /** Commits that begin an order of this purpose wait for the reactor's job `tickIntoCommit`. */
  readonly holdCommit?: 'average';
  /** Works only when told to, by `turn`. */
  readonly stepped?: boolean;
  /** Ends by itself after so many turns. */
  readonly turns?: number;
}

interface Ended {
  readonly type: 'ended';
  readonly error: string | null;
  /** Passes that were the first to look at a frame. */
  readonly decisions: number;
  readonly view: EngineView;
}
type CyclerMessage =
  | { readonly type: 'born' | 'ready' | 'turned' }
  | { readonly type: 'order'; readonly symbol: string; readonly side: string }
  | Ended;

const [START, , END] = [0, 1, 2];
/** One board, one data directory, and as many real threads of the engine as a test wants. */
export class Threads {
  readonly board: Board;
  readonly gate = new SharedArrayBuffer(12);
  readonly orders: string[] = [];
  readonly #words = new Int32Array(this.gate);
  readonly #directory = mkdtempSync(join(tmpdir(), 'mtrade-threads-'));

  constructor(symbols: readonly string[], urgentCapacity = 100) {
    this.board = createBoard({ symbols, urgentCapacity });
    onTestFinished(() => rmSync(this.#directory, { recursive: true, force: true }));
    openStore(
      { path: this.path, mode: 'paper', exchange: 'gate', account: 'paper' },
      { clock: systemClock },
    ).close();
  }

  get path(): string {
    return join(this.#directory, 'mtrade.db');
  }

  /** All cyclers that were born wait behind one gate. */
  open(): void {
    Atomics.store(this.#words, START, 1);
    Atomics.notify(this.#words, START);
  }

  /** Free-running threads finish what is there, then end. */
  end(): void {
    Atomics.store(this.#words, END, 1);
    Atomics.notify(this.#words, END);
    this.board.cyclerWake.notify();
  }

  async cycler(options: CyclerThreadOptions = {}) {
    const worker = new Worker(new URL('engine-cycler.mjs', import.meta.url), {
      workerData: { handle: this.board.handle, path: this.path, gate: this.gate, options },
    });
    onTestFinished(async () => void (await worker.terminate()));
    worker.on('message', (message: CyclerMessage) => {
      if (message.type === 'order') this.orders.push(`${message.side} ${message.symbol}`);
    });
    const next = <T extends CyclerMessage>(type: T['type']): Promise<T> =>
      new Promise((resolve, reject) => {
        worker.once('error', reject);
        worker.on('message', (message: CyclerMessage) => {
          if (message.type === type) resolve(message as T);
        });
      });
    const ended = next<Ended>('ended');
    const ready = next('ready');
    ready.catch(() => undefined);
    ended.catch(() => undefined);
    await next('born');
    return {
      ready,
      ended,
      turn: async (turns: number): Promise<void> => {
        const turned = next('turned');
        worker.postMessage({ turns });
        this.board.cyclerWake.notify();
        await turned;
      },
    };
  }

  reactor(debounceMs = 100) {
    const worker = new Worker(new URL('engine-reactor.mjs', import.meta.url), {
      workerData: { handle: this.board.handle, gate: this.gate, debounceMs },
    });
    onTestFinished(async () => void (await worker.terminate()));
    return {
      run: <T>(job: string, options: object): Promise<T> =>
        new Promise((resolve, reject) => {
          worker.once('error', reject);
          worker.once('message', ({ result }: { result: T }) => resolve(result));
          worker.postMessage({ job, options });
        }),
    };
  }

  /** Lets free-running threads work until something holds. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
