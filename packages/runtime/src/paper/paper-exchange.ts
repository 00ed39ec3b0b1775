import { MtradeError } from '@mtrade/base';
import type { Secrets } from '@mtrade/config';
import type { ConfigWire } from '@mtrade/config/wire';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { LogPlan } from '../logging.js';
import type { Endpoints, WorkerReport } from '../messages.js';
import { startExchange } from '../supervisor/workers.js';
import type { WorkerLife } from '../supervisor/worker-slot.js';

export interface PaperExchangeOptions {
  readonly config: ConfigWire;
  readonly secrets: Secrets;
  readonly directory: string;
  readonly log: LogPlan;
}

const CLOSE_GRACE_MS = 2_000;

/** The embedded exchange on its own thread. It is the paper account itself: when it dies, the engine ends. */
export class PaperExchange {
  readonly #life: WorkerLife;
  readonly #control: MessagePort;
  readonly #endpoints: Promise<Endpoints>;
  #failure: MtradeError | null = null;
  #closing = false;

  constructor(options: PaperExchangeOptions, onDied: (error: MtradeError) => void) {
    const { port1, port2 } = new MessageChannel();
    this.#control = port1;
    this.#life = startExchange({ ...options, control: port2 });
    this.#endpoints = new Promise((resolve, reject) => {
      port1.on('message', (message: WorkerReport) => {
        if (message.type === 'endpoints') resolve(message.endpoints);
        if (message.type !== 'failed') return;
        this.#failure = MtradeError.fromWire(message.error);
        reject(this.#failure);
      });
    });
    this.#endpoints.catch(() => undefined);
    void this.#life.ended.then((error) => {
      if (this.#closing) return;
      const message = `the embedded exchange ended: ${error?.message ?? 'without a word'}`;
      onDied(this.#failure ?? new MtradeError('MTRADE_CONTRADICTION', message, {}));
    });
  }

  endpoints(): Promise<Endpoints> {
    return this.#endpoints;
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#control.postMessage({ type: 'stop' });
    const timer = setTimeout(() => this.#life.kill(), CLOSE_GRACE_MS);
    await this.#life.ended;
    clearTimeout(timer);
    this.#control.close();
  }
}
