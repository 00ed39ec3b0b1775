import { elapsedMsSince, toStamp } from './stamp.js';
import type { Words } from './words.js';

/** Position is the index in shared memory: append only. */
export const ROLES = ['supervisor', 'reactor', 'cycler', 'lane'] as const;
export type Role = (typeof ROLES)[number];

/** One cache line per role, word 0: the stamp of its last sign of life. */
export const HEARTBEAT_BYTES = 64;
const HEARTBEAT_WORDS = 16;

const INDEX = new Map<Role, number>(ROLES.map((role, index) => [role, index * HEARTBEAT_WORDS]));

export class Heartbeats {
  readonly #words: Words;

  constructor(words: Words) {
    this.#words = words;
  }

  beat(role: Role, nowMono: number): void {
    this.#words.store(INDEX.get(role) as number, toStamp(nowMono));
  }

  /** Whole ms since the role's last beat; Infinity before its first. */
  ageMs(role: Role, nowMono: number): number {
    return elapsedMsSince(this.#words.load(INDEX.get(role) as number), nowMono);
  }
}
