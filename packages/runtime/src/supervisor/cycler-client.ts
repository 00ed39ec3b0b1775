import { MtradeError } from '@mtrade/base';
import type { CyclerReply, CyclerRequest, EngineView, OperatorCommand } from '@mtrade/engine';
import type { MessagePort } from 'node:worker_threads';

type Waiting = {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
};
type WithoutId<T> = T extends { id: number } ? Omit<T, 'id'> : never;

const ANSWER_LIMIT_MS = 5_000;

/** Questions to the cycler thread and their answers. A question asked of a dead cycler fails at once. */
export class CyclerClient {
  readonly #wake: () => void;
  readonly #waiting = new Map<number, Waiting>();
  #control: MessagePort | null = null;
  #lastId = 0;

  constructor(wake: () => void) {
    this.#wake = wake;
  }

  attach(control: MessagePort): void {
    this.#control = control;
  }

  detach(): void {
    this.#control = null;
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(unavailable());
    }
    this.#waiting.clear();
  }

  command(command: OperatorCommand): Promise<unknown> {
    return this.#ask({ type: 'command', command }, ANSWER_LIMIT_MS);
  }

  view(): Promise<EngineView> {
    return this.#ask({ type: 'view' }, ANSWER_LIMIT_MS) as Promise<EngineView>;
  }

  /** Resolves when nothing is in flight any more; rejects after `limitMs`. */
  drain(limitMs: number): Promise<unknown> {
    return this.#ask({ type: 'drain' }, limitMs);
  }

  onReply(reply: Extract<CyclerReply, { type: 'reply' }>): void {
    const waiting = this.#waiting.get(reply.id);
    if (!waiting) return;
    this.#waiting.delete(reply.id);
    clearTimeout(waiting.timer);
    if (reply.ok) waiting.resolve(reply.result);
    else waiting.reject(MtradeError.fromWire(reply.error));
  }

  #ask(request: WithoutId<CyclerRequest>, limitMs: number): Promise<unknown> {
    const control = this.#control;
    if (!control) return Promise.reject(unavailable());
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(unavailable());
      }, limitMs);
      this.#waiting.set(id, { resolve, reject, timer });
      control.postMessage({ ...request, id });
      this.#wake();
    });
  }
}

const unavailable = (): MtradeError =>
  new MtradeError(
    'MTRADE_COMMAND',
    'the engine thread does not answer right now (it may be restarting); try again',
    { command: 'any' },
  );
