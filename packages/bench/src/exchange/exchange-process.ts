import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { endWithUs } from '../children.js';
import type {
  Addresses,
  ExchangeBoot,
  ExchangeCounts,
  ExchangeRequest,
  FromExchange,
  Measured,
  MeasurePlan,
  ToExchange,
} from './messages.js';

const ENTRY = fileURLToPath(new URL('./exchange.child.js', import.meta.url));
/** A pair's start buy may have to wait for the rate budget, which grows by ten requests a second. */
const PER_START_BUY_MS = 400;
const OPEN_MS = 120_000;

/** The exchange's process as its parent sees it. Ends with the parent. */
export class ExchangeProcess {
  readonly addresses: Addresses;
  readonly #child: ChildProcess;
  readonly #traded: number;
  readonly #waiting = new Map<
    number,
    { resolve: (result: unknown) => void; reject: (error: Error) => void }
  >();
  #lastId = 0;

  private constructor(child: ChildProcess, addresses: Addresses, traded: number) {
    this.#child = child;
    this.addresses = addresses;
    this.#traded = traded;
    child.on('message', (message: FromExchange) => {
      if (message.type === 'ready') return;
      const waiting = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (message.type === 'reply') waiting?.resolve(message.result);
      else waiting?.reject(new Error(message.reason));
    });
    child.on('exit', (code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`the exchange ended with ${code}`));
      this.#waiting.clear();
    });
  }

  static async start(boot: ExchangeBoot): Promise<ExchangeProcess> {
    const child = endWithUs(fork(ENTRY, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }));
    const addresses = await new Promise<Addresses>((resolve, reject) => {
      child.once('message', (message: FromExchange) => {
        if (message.type === 'ready') resolve(message.addresses);
      });
      child.once('exit', (code) => reject(new Error(`the exchange ended with ${code} while starting`)));
      child.send({ type: 'boot', boot } satisfies ToExchange);
    });
    return new ExchangeProcess(child, addresses, boot.traded);
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** Prices begin; resolves when each pair has had its start buy. */
  async open(): Promise<void> {
    await this.#ask({ type: 'open', limitMs: OPEN_MS + this.#traded * PER_START_BUY_MS });
  }

  async load(framesPerSecond: number): Promise<void> {
    await this.#ask({ type: 'load', framesPerSecond });
  }

  async flood(framesPerSecond: number): Promise<void> {
    await this.#ask({ type: 'flood', framesPerSecond });
  }

  async hang(ms: number): Promise<void> {
    await this.#ask({ type: 'hang', ms });
  }

  async measure(plan: MeasurePlan): Promise<Measured> {
    return (await this.#ask({ type: 'measure', plan })) as Measured;
  }

  async first(limitMs: number): Promise<Measured> {
    return (await this.#ask({ type: 'first', limitMs })) as Measured;
  }

  async counts(): Promise<ExchangeCounts> {
    return (await this.#ask({ type: 'counts' })) as ExchangeCounts;
  }

  close(): void {
    this.#child.kill('SIGKILL');
  }

  #ask(request: ExchangeRequest): Promise<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.send({ type: 'request', id, request } satisfies ToExchange);
    });
  }
}
