import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';

const all = new Set<ChildProcess>();
process.once('exit', () => all.forEach((child) => child.kill('SIGKILL')));

/** The processes that one test or group of tests has started: none of them outlives it. */
export class Processes {
  readonly #running = new Set<ChildProcess>();
  readonly #litter = new Set<string>();

  /** Resolves to the exit code, or the signal's name. */
  async track(child: ChildProcess): Promise<number | string> {
    this.#running.add(child);
    all.add(child);
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    this.#running.delete(child);
    all.delete(child);
    return code ?? signal ?? 'gone';
  }

  /** A file that is to go when all of them have gone. */
  sweepAfterwards(path: string): void {
    this.#litter.add(path);
  }

  async killAll(): Promise<void> {
    await Promise.all(
      [...this.#running].map(async (child) => {
        const gone = once(child, 'exit');
        child.kill('SIGKILL');
        await gone;
      }),
    );
    for (const path of this.#litter) rmSync(path, { force: true });
  }
}
