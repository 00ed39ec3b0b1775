import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { endWithUs } from '@mtrade/bench';
import { MANAGER_SCRIPT } from '../paths.js';

/** Python needs this long at most to end its manager. */
const END_MS = 3_000;

/** Stock Python with a `multiprocessing.Manager`, a round of operations on each question. */
export class PythonManager {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: Interface;
  /** Resolves to null when it is over, or when it never began. */
  readonly #ended: Promise<null>;

  private constructor(child: ChildProcessByStdio<Writable, Readable, null>) {
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout });
    this.#ended = Promise.race([once(child, 'exit'), once(child, 'error')]).then(
      () => null,
      () => null,
    );
    // A question to somebody who is gone is answered by `ended`.
    child.stdin.on('error', () => undefined);
  }

  /** Null where there is no `python3`, or none that can do this. */
  static async start(): Promise<PythonManager | null> {
    const child = spawn('python3', [MANAGER_SCRIPT], { stdio: ['pipe', 'pipe', 'ignore'] });
    const manager = new PythonManager(endWithUs(child));
    return (await manager.round()) === null ? null : manager;
  }

  /** ns of one call, by the operation's name; null when Python has ended. */
  async round(): Promise<Readonly<Record<string, number>> | null> {
    const answer = once(this.#lines, 'line') as Promise<[string]>;
    this.#child.stdin.write('\n');
    const told = await Promise.race([answer, this.#ended]);
    return told === null ? null : (JSON.parse(told[0]) as Record<string, number>);
  }

  async close(): Promise<void> {
    this.#child.stdin.end();
    const late = new AbortController();
    await Promise.race([this.#ended, sleep(END_MS, null, { signal: late.signal }).catch(() => null)]);
    late.abort();
    this.#child.kill('SIGKILL');
    this.#lines.close();
    this.#child.stdout.destroy();
  }
}
