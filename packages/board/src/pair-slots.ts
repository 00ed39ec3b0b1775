import { MtradeError } from '@mtrade/base';
import { elapsedMsSince, toStamp } from './stamp.js';
import type { Words } from './words.js';

/** Who may hold a pair. 0 is "nobody" in the claim word. */
export const Owner = { supervisor: 1, reactor: 2, cycler: 3, lane: 4 } as const;
export type OwnerId = (typeof Owner)[keyof typeof Owner];

/**
 * One cache line per pair:
 *
 *   word 0   CLAIM   0 free, else generation << 3 | owner. Changed by compare-and-swap only
 *   word 1   DIRTY   1 = something happened while the pair was held; look again
 *   word 2   STAMP   monotonic ms (wraps) of the last pass that counts for the debounce; 0 never
 *   word 3   DECIDED monotonic ms (wraps) of the last decision on the pair; 0 never
 *
 * The hand-over at the end of a claim, in which nothing gets lost:
 *
 *   holder:  release, then takeDirty          whoever comes:  markDirty, then look whether it is still held
 *
 * Each writes its own word before it reads the other's, so at least one of the two notices: either the holder finds
 * the mark, or the other finds the pair free. When both notice, `takeDirty` gives the mark to exactly one.
 */
export const SLOT_BYTES = 64;
const SLOT_WORDS = 16;
const CLAIM = 0;
const DIRTY = 1;
const STAMP = 2;
const DECIDED = 3;

const FREE = 0;
const OWNER_BITS = 3;
const OWNER_MASK = (1 << OWNER_BITS) - 1;
/** Generations count restarts of one worker: 2^28 of them are out of reach. */
const GENERATION_LIMIT = 2 ** (31 - OWNER_BITS);

export class PairSlots {
  readonly #words: Words;
  readonly #pairs: number;

  constructor(pairs: number, words: Words) {
    this.#pairs = pairs;
    this.#words = words;
  }

  /** Takes the pair for a worker's generation; false when somebody holds it. Never blocks. */
  tryClaim(pair: number, owner: OwnerId, generation: number): boolean {
    return this.#words.compareExchange(pair * SLOT_WORDS + CLAIM, FREE, claimOf(owner, generation)) === FREE;
  }

  /** Gives the pair back. A pair that the caller does not hold is a contradiction, and stays as it is. */
  release(pair: number, owner: OwnerId, generation: number): void {
    const claim = claimOf(owner, generation);
    const held = this.#words.compareExchange(pair * SLOT_WORDS + CLAIM, claim, FREE);
    if (held !== claim) throw notHeld(pair, owner, generation);
  }

  isClaimed(pair: number): boolean {
    return this.#words.load(pair * SLOT_WORDS + CLAIM) !== FREE;
  }

  markDirty(pair: number): void {
    this.#words.store(pair * SLOT_WORDS + DIRTY, 1);
  }

  /** True for exactly one taker per mark. A holder asks right after `release`. */
  takeDirty(pair: number): boolean {
    return this.#words.compareExchange(pair * SLOT_WORDS + DIRTY, 1, 0) === 1;
  }

  /**
   * Leaves the pair's news to whoever holds it. True: the holder will see the mark after its release. False: nobody
   * holds it, no mark is left by this call, and the caller has to queue the pair itself.
   */
  deferToHolder(pair: number): boolean {
    if (!this.isClaimed(pair)) return false;
    this.markDirty(pair);
    if (this.isClaimed(pair)) return true;
    // Released in between. Whoever gets the mark serves the pair; if we do not, the holder has.
    return !this.takeDirty(pair);
  }

  /** Starts the pair's debounce window. */
  stamp(pair: number, nowMono: number): void {
    this.#words.store(pair * SLOT_WORDS + STAMP, toStamp(nowMono));
  }

  /** Whole ms since the last stamp; Infinity when there is none. */
  elapsedMs(pair: number, nowMono: number): number {
    return elapsedMsSince(this.#words.load(pair * SLOT_WORDS + STAMP), nowMono);
  }

  /** Notes a decision on the pair. A pass that failed before it came to one is none. */
  decided(pair: number, nowMono: number): void {
    this.#words.store(pair * SLOT_WORDS + DECIDED, toStamp(nowMono));
  }

  /** Whole ms since the last decision; Infinity when there was none. */
  decisionAgeMs(pair: number, nowMono: number): number {
    return elapsedMsSince(this.#words.load(pair * SLOT_WORDS + DECIDED), nowMono);
  }

  /**
   * Frees what a dead worker left claimed, in its generation or an earlier one, and returns how many pairs that were.
   * Its successor's claims stay. Each freed pair is marked dirty, because its last pass may have ended anywhere.
   */
  sweep(owner: OwnerId, deadGeneration: number): number {
    let freed = 0;
    for (let pair = 0; pair < this.#pairs; pair += 1) {
      const word = pair * SLOT_WORDS + CLAIM;
      const claim = this.#words.load(word);
      if ((claim & OWNER_MASK) !== owner || claim >>> OWNER_BITS > deadGeneration) continue;
      this.markDirty(pair);
      if (this.#words.compareExchange(word, claim, FREE) === claim) freed += 1;
    }
    return freed;
  }
}

function claimOf(owner: OwnerId, generation: number): number {
  if (generation >= 0 && generation < GENERATION_LIMIT) return (generation << OWNER_BITS) | owner;
  throw new MtradeError('MTRADE_CONTRADICTION', `generation ${generation} does not fit the claim word`, {});
}

function notHeld(pair: number, owner: OwnerId, generation: number): MtradeError {
  const who = `owner ${owner}, generation ${generation}`;
  return new MtradeError('MTRADE_CONTRADICTION', `pair ${pair} is not held by ${who}`, {
    pair,
    owner,
    generation,
  });
}
