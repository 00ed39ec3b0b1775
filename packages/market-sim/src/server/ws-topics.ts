import type { WsSession } from './ws-session.js';

const NOBODY: ReadonlySet<WsSession> = new Set();
/** More than any client needs; keeps one connection from growing without bound. */
export const MAX_TOPICS_PER_SESSION = 5_000;

/** Who listens to what. A topic is a channel with its arguments, as one text. */
export class Topics {
  readonly #sessions = new Map<string, Set<WsSession>>();
  readonly #topics = new Map<WsSession, Set<string>>();

  get subscriptions(): number {
    let count = 0;
    for (const topics of this.#topics.values()) count += topics.size;
    return count;
  }

  listeners(topic: string): ReadonlySet<WsSession> {
    return this.#sessions.get(topic) ?? NOBODY;
  }

  ofSession(session: WsSession): ReadonlySet<string> {
    return this.#topics.get(session) ?? new Set();
  }

  add(topic: string, session: WsSession): void {
    const sessions = this.#sessions.get(topic) ?? new Set();
    this.#sessions.set(topic, sessions.add(session));
    const topics = this.#topics.get(session) ?? new Set();
    this.#topics.set(session, topics.add(topic));
  }

  remove(topic: string, session: WsSession): void {
    const sessions = this.#sessions.get(topic);
    sessions?.delete(session);
    if (sessions?.size === 0) this.#sessions.delete(topic);
    this.#topics.get(session)?.delete(topic);
  }

  removeSession(session: WsSession): void {
    for (const topic of this.ofSession(session)) {
      const sessions = this.#sessions.get(topic);
      sessions?.delete(session);
      if (sessions?.size === 0) this.#sessions.delete(topic);
    }
    this.#topics.delete(session);
  }

  /** Topics that somebody listens to. */
  active(): IterableIterator<string> {
    return this.#sessions.keys();
  }
}
