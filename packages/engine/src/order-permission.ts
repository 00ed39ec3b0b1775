import type { MonoMs } from '@mtrade/base';
import type { Permission } from './ports/index.js';

/** What an order thread hears of the commits of another thread, by ticket. */
export interface CommitWord {
  /** Blocks the thread for the moment that a commit takes. True: the intent is on disk; null: nothing is known. */
  readonly now: (ticket: number) => boolean | null;
  /** Resolves with false when the intent will not be on disk, or when nothing is known of it at `untilMono`. */
  readonly later: (ticket: number, untilMono: MonoMs) => Promise<boolean>;
}

/** One order's permission: however often it is asked for, the word is heard once. */
export class OrderPermission implements Permission {
  /** The order's deadline: after it no word is waited for. */
  untilMono: MonoMs;
  readonly #ticket: number;
  readonly #commits: CommitWord;
  readonly #grant: (isCommitted: boolean) => boolean;
  #word: boolean | null = null;

  /** `grant` turns the word about the commit into the word about the order; called once. */
  constructor(
    ticket: number,
    untilMono: MonoMs,
    deps: { readonly commits: CommitWord; readonly grant: (isCommitted: boolean) => boolean },
  ) {
    this.#ticket = ticket;
    this.untilMono = untilMono;
    this.#commits = deps.commits;
    this.#grant = deps.grant;
  }

  now(): boolean | null {
    return this.#word ?? this.#hear(this.#commits.now(this.#ticket));
  }

  async later(): Promise<boolean> {
    if (this.#word !== null) return this.#word;
    const isCommitted = await this.#commits.later(this.#ticket, this.untilMono);
    return this.#hear(isCommitted) === true;
  }

  #hear(isCommitted: boolean | null): boolean | null {
    if (isCommitted !== null) this.#word ??= this.#grant(isCommitted);
    return this.#word;
  }
}
