import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Witness } from './witness.js';

export type Layers = 'all' | 'kernel' | 'proper-lockfile' | 'pid-file';

/** What a starter takes, and from where. */
export interface Target {
  readonly layers: Layers;
  readonly dataDir: string;
  readonly runtimeDir: string;
  readonly apiKey: string;
  readonly cwd: string;
}

export type Outcome =
  | { readonly type: 'entered'; readonly tookMs: number }
  | { readonly type: 'refused'; readonly code: string; readonly text: string }
  /** It was killed before anybody heard of it. */
  | { readonly type: 'died' }
  | { readonly type: 'silent' };

type Message = {
  readonly type: string;
  readonly round: number;
  readonly code?: string;
  readonly text?: string;
  readonly stillHeld?: boolean;
  readonly exists?: boolean;
};

/** The program lies beside this file, or, from the compiled campaign, in the source folder. */
const PROGRAM = ['./starter.mjs', '../../starter.mjs']
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find(existsSync) as string;
const SILENT_MS = 70_000;
/** Starters are told a moment ahead, so that all of them begin at the same instant. */
const AHEAD_MS = 12;

/** A place of its own for /tmp and /var/tmp, as a service with PrivateTmp has. Needs root. */
const PRIVATE_TMP = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c'];
const PRIVATE_SCRIPT = 'mount -t tmpfs tmpfs /tmp && mount -t tmpfs tmpfs /var/tmp && exec "$0" "$@"';

/** One real process that lives through many rounds, until it is killed. */
export class Starter {
  readonly #witness: Witness;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #hear: (message: Message | null) => void = () => undefined;
  #isOver = false;

  private constructor(witness: Witness, isPrivate: boolean) {
    this.#witness = witness;
    const [program, ...args] = [
      ...(isPrivate ? [...PRIVATE_TMP, PRIVATE_SCRIPT] : []),
      process.execPath,
      PROGRAM,
    ];
    this.#child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#child.on('message', (message: Message) => {
      this.#hear(message);
    });
    this.#ended = new Promise((resolve) => {
      const over = (): void => {
        this.#isOver = true;
        this.#witness.buried(this.pid);
        this.#hear(null);
        resolve();
      };
      this.#child.once('exit', over);
      this.#child.once('error', over);
    });
  }

  /** Null when such a process cannot be started here. */
  static async launch(witness: Witness, { isPrivate = false } = {}): Promise<Starter | null> {
    const starter = new Starter(witness, isPrivate);
    return (await starter.#next('ready')) === null ? null : starter;
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Tries for the lock at `atNs` of the system's monotonic clock; the witness notes when it has it. */
  async take(round: number, target: Target, atNs: bigint): Promise<Outcome> {
    this.#child.send({ type: 'go', round, atNs: String(atNs), ...target });
    const message = await this.#next('enter', 'refused');
    if (message === null) return { type: this.#isOver ? 'died' : 'silent' };
    if (message.type === 'refused')
      return { type: 'refused', code: message.code ?? '', text: message.text ?? '' };
    const tookMs = Number(process.hrtime.bigint() - atNs) / 1e6;
    return this.#witness.enter(this.pid) ? { type: 'entered', tookMs } : { type: 'died' };
  }

  async leave(round: number): Promise<void> {
    this.#witness.leave(this.pid);
    this.#child.send({ type: 'leave', round });
    await this.#next('left');
  }

  /** Does it believe that it still holds the lock? */
  async stillHolds(round: number): Promise<boolean> {
    this.#child.send({ type: 'look', round });
    return (await this.#next('looked'))?.stillHeld === true;
  }

  /** Is there such a file or directory, as it sees the world? */
  async sees(round: number, path: string): Promise<boolean> {
    this.#child.send({ type: 'see', round, path });
    return (await this.#next('saw'))?.exists === true;
  }

  stop(): void {
    this.#child.kill('SIGSTOP');
  }

  goOn(): void {
    this.#child.kill('SIGCONT');
  }

  /** SIGKILL; resolves when the process is gone. */
  async kill(): Promise<void> {
    if (this.#isOver) return;
    this.#witness.dooms(this.pid);
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  #next(...types: string[]): Promise<Message | null> {
    if (this.#isOver) return Promise.resolve(null);
    return new Promise((resolve) => {
      const done = (message: Message | null): void => {
        if (message !== null && !types.includes(message.type)) return;
        clearTimeout(timer);
        this.#hear = () => undefined;
        resolve(message);
      };
      const timer = setTimeout(() => done(null), SILENT_MS);
      this.#hear = done;
    });
  }
}

/** The instant at which all that are told now begin. */
export const soon = (): bigint => process.hrtime.bigint() + BigInt(AHEAD_MS * 1e6);

/** As many real processes as a race has starters; the dead are replaced before the next round. */
export class Starters {
  readonly #witness: Witness;
  readonly #all: Starter[] = [];
  readonly #count: number;

  constructor(witness: Witness, count: number) {
    this.#witness = witness;
    this.#count = count;
  }

  async ready(): Promise<readonly Starter[]> {
    const living = this.#all.filter(({ isOver }) => !isOver);
    const launched = await Promise.all(
      Array.from({ length: this.#count - living.length }, () => Starter.launch(this.#witness)),
    );
    const fresh = launched.filter((starter) => starter !== null);
    if (fresh.length < launched.length) throw new Error('a starter did not start; its reason stands above');
    this.#all.splice(0, this.#all.length, ...living, ...fresh);
    return this.#all;
  }

  async end(): Promise<void> {
    await Promise.all(this.#all.map((starter) => starter.kill()));
  }
}
