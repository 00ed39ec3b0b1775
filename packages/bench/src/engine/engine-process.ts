import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endWithUs } from '../children.js';
import { controlCall, type Reply } from './control-call.js';
import { type EngineSetting, engineConfig } from './engine-config.js';
import { type ProcessUsage, usageOf } from './process-usage.js';

export interface EngineOptions extends Omit<EngineSetting, 'dataDir'> {
  /** The built `mtrade`: the file that Node.js runs. */
  readonly commandLine: string;
  /** A directory on the disk to be measured; made, and removed afterwards. */
  readonly directory: string;
  readonly apiKey: string;
  readonly apiSecret: string;
}

/** Stage times of the engine's own histograms, us, since its start. */
export type StageTimes = Readonly<
  Record<string, { readonly p50: number; readonly p99: number; readonly max: number; readonly count: number }>
>;

interface StatusPart {
  readonly latency_us: StageTimes;
  readonly stats: Readonly<Record<string, number>>;
  readonly internal: Readonly<Record<string, number>>;
  readonly max_decision_age_ms: number | null;
}

const POLL_MS = 5;
const READY_LIMIT_MS = 30_000;

/** The built command line in a process of its own, in live mode against a loopback exchange. */
export class EngineProcess {
  /** From the spawn to the first 200 of /readyz, ms. */
  readonly readyMs: number;
  readonly #child: ChildProcess;
  readonly #directory: string;

  private constructor(child: ChildProcess, directory: string, readyMs: number) {
    this.#child = child;
    this.#directory = directory;
    this.readyMs = readyMs;
  }

  static async start(options: EngineOptions): Promise<EngineProcess> {
    const { directory, apiKey, apiSecret, commandLine } = options;
    mkdirSync(directory, { recursive: true });
    const config = join(directory, 'mtrade.toml');
    const dataDir = join(directory, 'data');
    writeFileSync(config, engineConfig({ ...options, dataDir }));
    const log = openSync(join(directory, 'engine.log'), 'w');
    const beganMs = performance.now();
    const child = endWithUs(
      spawn(process.execPath, [commandLine, 'start', '--config', config, '--no-screen'], {
        cwd: directory,
        // Nothing of this machine's own configuration; the lock of the account stays inside, too.
        env: {
          PATH: process.env['PATH'] ?? '',
          HOME: directory,
          XDG_STATE_HOME: join(directory, 'state'),
          MTRADE_API_KEY: apiKey,
          MTRADE_API_SECRET: apiSecret,
        },
        stdio: ['ignore', log, log],
      }),
    );
    for (;;) {
      const reply = await controlCall(dataDir, 'GET', '/readyz').catch(() => null);
      if (reply?.status === 200) return new EngineProcess(child, directory, performance.now() - beganMs);
      if (child.exitCode !== null || performance.now() - beganMs > READY_LIMIT_MS) {
        const words = readFileSync(join(directory, 'engine.log'), 'utf8').slice(-2_000);
        child.kill('SIGKILL');
        throw new Error(`the engine does not get ready (exit code ${child.exitCode}):\n${words}`);
      }
      await sleep(POLL_MS);
    }
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  get dataDir(): string {
    return join(this.#directory, 'data');
  }

  usage(): ProcessUsage | null {
    return usageOf(this.pid);
  }

  call(method: string, path: string, body?: unknown): Promise<Reply> {
    return controlCall(this.dataDir, method, path, body);
  }

  async status(): Promise<StatusPart> {
    const { status, body } = await this.call('GET', '/v1/status');
    if (status !== 200) throw new Error(`the status answered ${status}: ${body.slice(0, 200)}`);
    return JSON.parse(body) as StatusPart;
  }

  /** Base URL of the HTTP listener, and the token that it wants. */
  http(): { readonly url: string; readonly token: string } {
    const { url } = JSON.parse(readFileSync(join(this.dataDir, 'control.json'), 'utf8')) as { url: string };
    return { url, token: readFileSync(join(this.dataDir, 'control.token'), 'utf8').trim() };
  }

  /** Ends it at once and removes its directory: nothing of it is needed any more. */
  async close(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGKILL');
      await once(this.#child, 'exit');
    }
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
