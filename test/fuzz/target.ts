import type { Random } from '../simulation/random.js';

/** One thing that is fed with hostile input. */
export interface Target {
  /** Everything real that the inputs meet. */
  readonly open: () => Promise<Session>;
}

export interface Session {
  /**
   * Feeds what `random` draws and holds what comes out against the promises; answers how many inputs that were. Throws
   * `Broken` when a promise was broken; anything else that is thrown is a crash.
   */
  readonly step: (random: Random) => Promise<number>;
  readonly close: () => Promise<void>;
}

/** A promise that was broken, and by which input. */
export class Broken extends Error {
  override readonly name = 'Broken';

  constructor(promise: string, input: string | Buffer) {
    const text = typeof input === 'string' ? input : input.toString('latin1');
    super(`${promise}: ${JSON.stringify(text.length > 2_000 ? `${text.slice(0, 2_000)} ...` : text)}`);
  }
}
