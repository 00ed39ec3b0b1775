import type { Words } from './words.js';

/** More pairs than this do not fit the control word. */
export const MAX_PAIRS = 1_024;

export type PushResult = 'queued' | 'coalesced' | 'full';

/**
 * The pairs that want to be looked at before their turn: bounded, a pair at most once, oldest first, and pairs whose
 * price has crossed a trigger before all others. Any number of producers and consumers.
 *
 * There is no ring: every pair has one word, so an entry cannot be lost by overwriting nor be there twice.
 *
 *   word 0        CONTROL   ticket << 12 | pair << 2 | kind     the newest push
 *   word 16 + p   ENTRY     ticket << 12 | kind                 pair p; kind 0 = not queued
 *
 *   kind   0 nothing to do | 1 normal | 2 crossing | 3 promotion of a queued pair to crossing (CONTROL only)
 *
 * A push announces itself in CONTROL (one compare-and-swap, which also draws the ticket), carries itself out in ENTRY,
 * and marks CONTROL done. Whoever finds an announcement carries it out first. So a producer that dies between two
 * steps leaves either nothing or a push that the next caller completes: there is no count to leak and no slot to free.
 *
 * The bound is exact: entries are counted while CONTROL stands still, when the only change possible is that a consumer
 * takes some away; the announcement succeeds only if CONTROL has not moved since.
 *
 * Tickets have 20 bits and are compared across the wrap. An empty entry keeps its last ticket, so no value of an
 * entry comes back and a late compare-and-swap fails (after exactly 2^20 pushes between two steps of one thread it
 * could succeed; the harm would be one needless look at a pair).
 */
export const QUEUE_HEADER_WORDS = 16;
const CONTROL = 0;

const KIND_MASK = 3;
const NONE = 0;
const NORMAL = 1;
const CROSSING = 2;
const PROMOTE = 3;

const PAIR_SHIFT = 2;
const PAIR_MASK = MAX_PAIRS - 1;
const TICKET_SHIFT = 12;
const TICKET_MASK = -1 << TICKET_SHIFT;

export class UrgentQueue {
  readonly #words: Words;
  readonly #pairs: number;
  readonly #capacity: number;

  constructor(options: { readonly pairs: number; readonly capacity: number }, words: Words) {
    this.#pairs = options.pairs;
    this.#capacity = options.capacity;
    this.#words = words;
  }

  /**
   * `coalesced`: the pair was queued already (and is promoted if it crosses now). `full`: it was not, and there is no
   * room; the caller counts the loss. After any other answer the pair will be popped once.
   */
  push(pair: number, crossing: boolean): PushResult {
    const words = this.#words;
    for (;;) {
      const control = words.load(CONTROL);
      if ((control & KIND_MASK) !== NONE) {
        this.#complete(control);
        continue;
      }
      const queued = words.load(QUEUE_HEADER_WORDS + pair) & KIND_MASK;
      if (queued === CROSSING || (queued === NORMAL && !crossing)) return 'coalesced';
      if (queued === NONE && this.depth() >= this.#capacity) {
        if (words.load(CONTROL) === control) return 'full';
        continue;
      }
      const kind = queued === NORMAL ? PROMOTE : crossing ? CROSSING : NORMAL;
      const announced = nextTicket(control) | (pair << PAIR_SHIFT) | kind;
      if (words.compareExchange(CONTROL, control, announced) !== control) continue;
      this.#complete(announced);
      return kind === PROMOTE ? 'coalesced' : 'queued';
    }
  }

  /** The most urgent pair, taken off the queue for this caller alone; -1 when there is none. */
  pop(): number {
    const words = this.#words;
    for (;;) {
      const control = words.load(CONTROL);
      if ((control & KIND_MASK) !== NONE) {
        this.#complete(control);
        continue;
      }
      let best = -1;
      let bestEntry = NONE;
      for (let pair = 0; pair < this.#pairs; pair += 1) {
        const entry = words.load(QUEUE_HEADER_WORDS + pair);
        if ((entry & KIND_MASK) === NONE) continue;
        if (best === -1 || isMoreUrgent(entry, bestEntry)) {
          best = pair;
          bestEntry = entry;
        }
      }
      if (best === -1) {
        // Empty only if no push went by behind the scan.
        if (words.load(CONTROL) === control) return -1;
        continue;
      }
      const taken = bestEntry & TICKET_MASK;
      if (words.compareExchange(QUEUE_HEADER_WORDS + best, bestEntry, taken) === bestEntry) return best;
    }
  }

  /** How many pairs are queued, counted one by one. */
  depth(): number {
    let depth = 0;
    for (let pair = 0; pair < this.#pairs; pair += 1) {
      if ((this.#words.load(QUEUE_HEADER_WORDS + pair) & KIND_MASK) !== NONE) depth += 1;
    }
    return depth;
  }

  /** Completes what a dead producer announced. Every push and pop does the same, so this only makes it sooner. */
  sweep(): void {
    const control = this.#words.load(CONTROL);
    if ((control & KIND_MASK) !== NONE) this.#complete(control);
  }

  /** Carries out an announced push, its own or another's. Several threads may do so at once; it takes effect once. */
  #complete(announced: number): void {
    const words = this.#words;
    const kind = announced & KIND_MASK;
    const ticket = announced & TICKET_MASK;
    const index = QUEUE_HEADER_WORDS + ((announced >> PAIR_SHIFT) & PAIR_MASK);
    const wanted = ticket | (kind === PROMOTE ? CROSSING : kind);
    for (;;) {
      const entry = words.load(index);
      // Read after the entry: if the push is still announced now, the entry above is no younger than it.
      if (words.load(CONTROL) !== announced) return;
      if ((entry & TICKET_MASK) === ticket) break;
      // A pair taken by a consumer before its promotion took effect was popped just after it, as far as anyone can tell.
      if (kind === PROMOTE && (entry & KIND_MASK) === NONE) break;
      if (words.compareExchange(index, entry, wanted) === entry) break;
    }
    words.compareExchange(CONTROL, announced, announced & ~KIND_MASK);
  }
}

function nextTicket(control: number): number {
  return ((control & TICKET_MASK) + (1 << TICKET_SHIFT)) | 0;
}

/** Crossing before normal, then the older ticket; the difference of two tickets is right across the wrap. */
function isMoreUrgent(entry: number, other: number): boolean {
  const kind = entry & KIND_MASK;
  const otherKind = other & KIND_MASK;
  if (kind !== otherKind) return kind === CROSSING;
  return (((entry & TICKET_MASK) - (other & TICKET_MASK)) | 0) < 0;
}
