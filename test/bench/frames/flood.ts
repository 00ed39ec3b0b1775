import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { endWithUs } from '@mtrade/bench';
import type { FloodBoot, FloodOrder, IntakeBoot, IntakeCounts, IntakeQuestion } from './messages.js';

const POLL_MS = 10;
const STUCK_MS = 10_000;

const child = (entry: string): ChildProcess =>
  endWithUs(fork(fileURLToPath(new URL(entry, import.meta.url))));

async function answerOf<T>(asked: ChildProcess): Promise<T> {
  const [message] = (await once(asked, 'message')) as [T];
  return message;
}

/** A sender and the engine's own intake, a process each, with a real socket in between. */
export class Flood {
  readonly #sender: ChildProcess;
  readonly #intake: ChildProcess;

  private constructor(sender: ChildProcess, intake: ChildProcess) {
    this.#sender = sender;
    this.#intake = intake;
  }

  static async start(boot: FloodBoot): Promise<Flood> {
    const sender = child('./flood.child.js');
    const asked = answerOf<{ wsUrl: string }>(sender);
    sender.send(boot);
    const { wsUrl } = await asked;
    const intake = child('./intake.child.js');
    const connected = answerOf(intake);
    intake.send({ symbols: boot.symbols, wsUrl } satisfies IntakeBoot);
    await connected;
    return new Flood(sender, intake);
  }

  counts(): Promise<IntakeCounts> {
    return this.#ask('counts');
  }

  /** Bytes of heap and buffers that a full collection leaves in the intake. */
  live(): Promise<number> {
    return this.#ask('live');
  }

  /** Sends so many frames; bytes or us that the intake has spent on them, by the owner of the code. */
  async profile(what: 'allocations' | 'time', frames: number): Promise<Readonly<Record<string, number>>> {
    await this.#ask(what);
    await this.send(frames);
    return this.#ask('stop');
  }

  /** Sends so many frames at full speed; resolves when the intake has seen them all, with its counts before and after. */
  async send(frames: number): Promise<readonly [before: IntakeCounts, after: IntakeCounts]> {
    const before = await this.counts();
    this.#sender.send({ frames } satisfies FloodOrder);
    let after = before;
    let movedMs = before.atMs;
    const seen = (counts: IntakeCounts): number => counts.ticks + counts.stale + counts.malformed;
    while (seen(after) - seen(before) < frames) {
      await sleep(POLL_MS);
      const now = await this.counts();
      if (seen(now) !== seen(after)) movedMs = now.atMs;
      after = now;
      if (now.atMs - movedMs > STUCK_MS)
        throw new Error(`${seen(after) - seen(before)} of ${frames} frames were taken in, then no more came`);
    }
    return [before, after];
  }

  async #ask<T>(question: IntakeQuestion): Promise<T> {
    const asked = answerOf<T>(this.#intake);
    this.#intake.send(question);
    return asked;
  }

  close(): void {
    this.#sender.kill('SIGKILL');
    this.#intake.kill('SIGKILL');
  }
}
