import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { StatusJson } from '@mtrade/runtime';

/** A line of the engine's log. */
export interface LogLine {
  readonly time: string;
  readonly role: string;
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

const ANSWER_LIMIT_MS = 5_000;
const READY_LIMIT_MS = 60_000;
const POLL_MS = 50;

/** The root of the project: the nearest folder upwards that holds the built command line. */
function commandLine(): string {
  for (let up = '..'; up.length < 20; up += '/..') {
    const path = fileURLToPath(new URL(`${up}/apps/mtrade/dist/main.js`, import.meta.url));
    if (existsSync(path)) return path;
  }
  throw new Error('the engine is not built: npm run build');
}

/** The built command line in a process of its own, run as a user runs it, and looked at through its HTTP API. */
export class EngineProcess {
  readonly ended: Promise<number | string>;
  readonly #child: ChildProcess;
  readonly #dataDir: string;
  readonly #logPath: string;
  #output = '';
  #logRead = 0;
  #logRest = '';

  constructor({ config, dataDir, logPath }: { config: string; dataDir: string; logPath: string }) {
    this.#dataDir = dataDir;
    this.#logPath = logPath;
    const args = [commandLine(), 'start', '--config', config, '--no-screen', '--log-file', logPath];
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.#output = (this.#output + chunk.toString()).slice(-8_000);
      });
    this.ended = once(this.#child, 'exit').then(([code, signal]) => (code ?? signal) as number | string);
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves when the control server answers; fails with the engine's own words when it ends instead. */
  async ready(): Promise<void> {
    const deadline = Date.now() + READY_LIMIT_MS;
    while (Date.now() < deadline) {
      if (!this.isRunning) throw new Error(`the engine ended while starting:\n${this.#output}`);
      const answer = await this.status().catch(() => null);
      if (answer?.feed.connected === true) return;
      await sleep(POLL_MS);
    }
    throw new Error(`the engine is not ready after ${READY_LIMIT_MS} ms:\n${this.#output}`);
  }

  async status(): Promise<StatusJson> {
    return (await this.#call('GET', '/api/autotrade/status')) as StatusJson;
  }

  /** No new orders from now on; prices are still followed. */
  async stopTrading(): Promise<void> {
    await this.#call('POST', '/api/autotrade/stop');
  }

  /** Lines that were logged since the last call. */
  newLogLines(): readonly LogLine[] {
    if (!existsSync(this.#logPath)) return [];
    const file = openSync(this.#logPath, 'r');
    try {
      const chunk = Buffer.alloc(1 << 20);
      const bytes = readSync(file, chunk, 0, chunk.length, this.#logRead);
      this.#logRead += bytes;
      const lines = (this.#logRest + chunk.toString('latin1', 0, bytes)).split('\n');
      this.#logRest = lines.pop() ?? '';
      return lines.map((line) => JSON.parse(line) as LogLine);
    } finally {
      closeSync(file);
    }
  }

  /** Graceful; resolves to the exit code. */
  async stop(): Promise<number | string> {
    if (this.isRunning) this.#child.kill('SIGTERM');
    return this.ended;
  }

  kill(): void {
    if (this.isRunning) this.#child.kill('SIGKILL');
  }

  async #call(method: string, path: string): Promise<unknown> {
    const { url } = JSON.parse(readFileSync(join(this.#dataDir, 'control.json'), 'utf8')) as { url: string };
    const token = readFileSync(join(this.#dataDir, 'control.token'), 'utf8').trim();
    const answer = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }
}
