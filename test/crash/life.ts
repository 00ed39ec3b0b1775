import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, fstatSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { StatusJson } from '@mtrade/runtime';
import { script } from './simulated-exchange.js';

/** What happens at a point; see `preload/point.mjs`. */
export type Act = 'kill' | 'stop' | 'exit' | 'throw' | 'reject' | 'stall' | 'spin' | 'heap';

export interface Harm {
  readonly point: string;
  readonly nth: number;
  readonly act: Act;
  /** For `stall`. */
  readonly ms?: number;
}

export interface Home {
  /** Holds `mtrade.toml`, the data directory `data`, the account locks and the logs. */
  readonly directory: string;
  readonly apiKey: string;
  readonly apiSecret: string;
}

export interface LifeOptions {
  /** Of its log, `<name>.out`. */
  readonly name?: string;
  /** A command in front of the engine's own, such as a shell with limits; it has to become the engine (`exec`). */
  readonly wrap?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export const CLI = script('../../apps/mtrade/dist/main.js');
const PRELOAD = pathToFileURL(script('preload/main.mjs')).href;
const POLL_MS = 20;

/** One life of the built engine, from its start to whatever ends it. */
export class Life {
  readonly ended: Promise<number | string>;
  readonly child: ChildProcess;
  readonly #home: Home;
  readonly #note: string;
  readonly #log: string;
  readonly #logFrom: number;

  constructor(
    home: Home,
    harm: Harm | null = null,
    { name = 'engine', wrap = [], env = {} }: LifeOptions = {},
  ) {
    const { directory, apiKey, apiSecret } = home;
    this.#home = home;
    this.#note = join(directory, `${name}.note`);
    rmSync(this.#note, { force: true });
    rmSync(this.#goOnFile, { force: true });
    this.#log = join(directory, `${name}.out`);
    const log = openSync(this.#log, 'a');
    this.#logFrom = fstatSync(log).size;
    const preload = harm === null ? [] : ['--import', PRELOAD];
    const start = [CLI, 'start', '--config', join(directory, 'mtrade.toml'), '--no-screen'];
    const [command = process.execPath, ...args] = [...wrap, process.execPath, ...preload, ...start];
    this.child = spawn(command, args, {
      cwd: directory,
      stdio: ['ignore', 'ignore', log],
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: directory,
        MTRADE_RUNTIME_DIR: join(directory, 'run'),
        MTRADE_API_KEY: apiKey,
        MTRADE_API_SECRET: apiSecret,
        ...(harm !== null && { MTRADE_CRASH: JSON.stringify({ ...harm, note: this.#note }) }),
        ...env,
      },
    });
    closeSync(log);
    this.ended = once(this.child, 'exit').then(([code, signal]) => (code ?? signal) as number | string);
  }

  /** What it has said, without the lives before it. */
  said(): string {
    return readFileSync(this.#log).subarray(this.#logFrom).toString();
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** The armed point was passed often enough. */
  get isHarmed(): boolean {
    return existsSync(this.#note);
  }

  get #goOnFile(): string {
    return `${this.#note}.go-on`;
  }

  /** Wakes it after a `stop` at a point. */
  goOn(): void {
    writeFileSync(this.#goOnFile, '');
    this.child.kill('SIGCONT');
  }

  /** Resolves to true when the process ended, or was harmed, within the time. */
  async harmed(limitMs: number): Promise<boolean> {
    const deadline = performance.now() + limitMs;
    while (performance.now() < deadline) {
      if (this.isHarmed || !this.isRunning) return true;
      await sleep(POLL_MS);
    }
    return this.isHarmed;
  }

  async kill(): Promise<void> {
    if (this.isRunning) this.child.kill('SIGKILL');
    await this.ended;
  }

  /** Resolves with the first status for which it holds; null when the process ends or the time is over. */
  async until(holds: (status: StatusJson) => boolean, limitMs: number): Promise<StatusJson | null> {
    const deadline = performance.now() + limitMs;
    while (performance.now() < deadline && this.isRunning) {
      const status = await this.status().catch(() => null);
      if (status !== null && status.pid === this.child.pid && holds(status)) return status;
      await sleep(POLL_MS);
    }
    return null;
  }

  async status(): Promise<StatusJson> {
    return JSON.parse(await this.get('/api/autotrade/status')) as StatusJson;
  }

  /** Body of a 200 over the control socket. */
  get(path: string): Promise<string> {
    const dataDir = join(this.#home.directory, 'data');
    return new Promise((resolve, reject) => {
      const token = readFileSync(join(dataDir, 'control.token'), 'utf8').trim();
      const call = request(
        { socketPath: join(dataDir, 'control.sock'), path, headers: { authorization: `Bearer ${token}` } },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
          response.once('error', reject);
          response.once('end', () =>
            response.statusCode === 200
              ? resolve(text)
              : reject(new Error(`${path}: ${response.statusCode}`)),
          );
        },
      );
      call.setTimeout(2_000, () => call.destroy(new Error('no answer')));
      call.once('error', reject);
      call.end();
    });
  }
}
