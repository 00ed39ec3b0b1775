import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@mtrade/base';
import { checkLock } from '@mtrade/runtime/lock';
import { type Takeover, takeoverOf } from './campaign.js';
import { newRoot } from './rounds.js';

export interface EngineRounds {
  readonly rounds: number;
  readonly starters: number;
  readonly takeoverMs: Takeover;
  readonly violations: readonly string[];
}

const STARTERS = 5;
const LIMIT_MS = 60_000;
const LOCK_HELD = 75;
const MTRADE = ['../../apps/mtrade/dist/main.js', '../../../../apps/mtrade/dist/main.js']
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find(existsSync) as string;

/** Whole engines in paper mode: of those started at once exactly one stays, and after kill -9 the next start has the lock. */
export async function engineRounds(rounds: number, tell: (line: string) => void): Promise<EngineRounds> {
  const violations: string[] = [];
  const takeovers: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const root = newRoot();
    const engines: Engine[] = [];
    const launch = (cwd: string): Engine => {
      mkdirSync(join(root, cwd), { recursive: true });
      const engine = new Engine(root, join(root, cwd));
      engines.push(engine);
      return engine;
    };
    try {
      const all = Array.from({ length: STARTERS }, (_, i) => launch(`cwd-${i}`));
      const winner = await soleSurvivor(all, root);
      await winner.end('SIGKILL');
      const begunMs = performance.now();
      const next = launch('next');
      await next.holds(root);
      takeovers.push(performance.now() - begunMs);
      if ((await next.end('SIGTERM')) !== 0) throw new Error('an engine did not end with 0 on SIGTERM');
    } catch (error) {
      violations.push(`engine round ${round}: ${error instanceof Error ? error.message : String(error)}`);
      tell(violations.at(-1) as string);
    } finally {
      await Promise.all(engines.map((engine) => engine.end('SIGKILL')));
      rmSync(root, { recursive: true, force: true });
    }
  }
  return { rounds, starters: STARTERS, takeoverMs: takeoverOf(takeovers), violations };
}

async function soleSurvivor(all: readonly Engine[], root: string): Promise<Engine> {
  const deadline = performance.now() + LIMIT_MS;
  const living = (): Engine[] => all.filter(({ code }) => code === null);
  while (living().length > 1) {
    if (performance.now() > deadline) throw new Error(`${living().length} engines run at once`);
    await sleep(20);
  }
  const wrong = all.map(({ code }) => code).filter((code) => code !== null && code !== LOCK_HELD);
  if (wrong.length > 0) throw new Error(`a start ended with ${wrong.join(', ')} and not with ${LOCK_HELD}`);
  const [winner] = living();
  if (!winner) throw new Error('no engine got the lock');
  await winner.holds(root);
  return winner;
}

class Engine {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | string>;
  code: number | string | null = null;

  constructor(root: string, cwd: string) {
    this.#child = spawn(process.execPath, [MTRADE, 'start'], {
      cwd,
      stdio: 'ignore',
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: root,
        MTRADE__DATA_DIR: join(root, 'data'),
        MTRADE__CONTROL__LISTEN: '127.0.0.1:0',
      },
    });
    this.#ended = new Promise((resolve) =>
      this.#child.once('exit', (code, signal) => resolve((this.code = code ?? signal ?? 'ended'))),
    );
  }

  /** Waits until the lock proves that it is this process's. */
  async holds(root: string): Promise<void> {
    const deadline = performance.now() + LIMIT_MS;
    for (;;) {
      const { status, holder, validated } = await checkLock(join(root, 'data'), { clock: systemClock });
      if (status === 'running' && validated && holder?.pid === this.#child.pid) return;
      if (this.code !== null) throw new Error(`the engine has ended with ${this.code}`);
      if (performance.now() > deadline) throw new Error(`the lock is ${status}, not held by the engine`);
      await sleep(2);
    }
  }

  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | string> {
    if (this.code === null) this.#child.kill(signal);
    return this.#ended;
  }
}
