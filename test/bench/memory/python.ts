import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { endWithUs } from '@mtrade/bench';
import { MANAGER_SCRIPT } from '../paths.js';

/** Stock Python with a `multiprocessing.Manager`, a round of operations on each question. */
export class PythonManager {
  readonly #child: ChildProcess;
  readonly #lines: Interface;

  private constructor(child: ChildProcess, lines: Interface) {
    this.#child = child;
    this.#lines = lines;
  }

  /** Null where there is no `python3`, or none that can do this. */
  static async start(): Promise<PythonManager | null> {
    const child = endWithUs(spawn('python3', [MANAGER_SCRIPT], { stdio: ['pipe', 'pipe', 'ignore'] }));
    const absent = once(child, 'error').then(() => null);
    const manager = new PythonManager(child, createInterface({ input: child.stdout }));
    const ended = once(child, 'exit').then(() => null);
    return (await Promise.race([absent, ended, manager.round()])) === null ? null : manager;
  }

  /** ns of one call, by the operation's name. */
  async round(): Promise<Readonly<Record<string, number>>> {
    this.#child.stdin?.write('\n');
    const [line] = (await once(this.#lines, 'line')) as [string];
    return JSON.parse(line) as Record<string, number>;
  }

  close(): void {
    this.#child.stdin?.end();
  }
}
