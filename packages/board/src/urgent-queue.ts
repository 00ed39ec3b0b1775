import type { Words } from './words.js';

/** More pairs than this do not fit the control word. */
export const MAX_PAIRS = 1_024;

export type PushResult = 'queued' | 'coalesced' | 'full';

/**
 * The pairs that want to be looked at before their turn: bounded, a pair at most once, oldest first, and pairs whose
 * price has crossed a trigger before all others. Any number of producers and consumers, none ever waits.
 *
 * There is no ring: every pair has one word, so an entry can neither be overwritten nor be there twice.
 *
 *   word 0        CONTROL   ticket << 12 | pair << 2 | change   the newest change
 *   word 16 + p   ENTRY     ticket << 12 | kind                 pair p, with the ticket of its newest change
 *
 *   change   0 done | 1 queue as normal | 2 queue as crossing, or promote | 3 take off
 *   kind     0 not queued | 1 normal | 2 crossing
 *
 * Every change is announced in CONTROL by one compare-and-swap, which also draws the ticket; then it is carried out in
 * ENTRY and marked done. Whoever meets an announcement carries it out before anything else. From this follows:
 *
 * - Entries change only while CONTROL does, so entries read while CONTROL stood still are a picture of one moment.
 *   Bound, order and "at most once" are decided on such a picture, and the announcement fails if it is out of date.
 * - A thread that dies between two steps leaves either nothing or a change that the next caller completes. There is
 *   no count to leak and no slot to free.
 *
 * Tickets have 20 bits and are compared across the wrap. They make every value of a word new, so a late
 * compare-and-swap fails. (After exactly 2^20 changes between two steps of one thread it could succeed; the harm would
 * be one needless or one missing look at a pair, and the pair's turn comes anyway.)
 */
export const QUEUE_HEADER_WORDS = 16;
const CONTROL = 0;

const KIND_MASK = 3;
const NONE = 0;
const NORMAL = 1;
const CROSSING = 2;
const TAKE = 3;

const PAIR_SHIFT = 2;
const PAIR_MASK = MAX_PAIRS - 1;
const TICKET_SHIFT = 12;
const TICKET_MASK = -1 << TICKET_SHIFT;

export class UrgentQueue {
  readonly #words: Words;
  readonly #pairs: number;
  readonly #capacity: number;
  #tookCrossing = false;

  constructor(options: { readonly pairs: number; readonly capacity: number }, words: Words) {
    this.#pairs = options.pairs;
    this.#capacity = options.capacity;
    this.#words = words;
  }

  /**
   * `coalesced`: the pair was queued already (and is promoted if it crosses now). `full`: it was not, and there is no
   * room; the caller counts the loss. After any other answer exactly one `pop` will return the pair.
   */
  push(pair: number, crossing: boolean): PushResult {
    for (;;) {
      const result = this.tryPush(pair, crossing);
      if (result !== undefined) return result;
    }
  }

  /** The most urgent pair, taken off the queue for this caller alone; -1 when there is none. */
  pop(): number {
    for (;;) {
      const pair = this.tryPop();
      if (pair !== undefined) return pair;
    }
  }

  /** So many pairs have room. */
  get capacity(): number {
    return this.#capacity;
  }

  /** True when the last `pop` of this object has brought a pair that had crossed a trigger. */
  get tookCrossing(): boolean {
    return this.#tookCrossing;
  }

  /** One attempt of `push`; undefined when another thread came between, which then got something done. */
  tryPush(pair: number, crossing: boolean): PushResult | undefined {
    const control = this.#words.load(CONTROL);
    if (isOpen(control)) return this.#complete(control);
    const entry = this.#words.load(QUEUE_HEADER_WORDS + pair);
    const queued = entry & KIND_MASK;
    if (queued === CROSSING || (queued === NORMAL && !crossing)) return 'coalesced';
    // A queue with room for every pair is never full, and need not be counted.
    if (queued === NONE && this.#capacity < this.#pairs && this.#count() >= this.#capacity)
      return this.#isStill(control) ? 'full' : undefined;
    if (!this.#change(control, pair, entry, crossing ? CROSSING : NORMAL)) return undefined;
    return queued === NONE ? 'queued' : 'coalesced';
  }

  /** One attempt of `pop`; undefined as in `tryPush`. */
  tryPop(): number | undefined {
    const control = this.#words.load(CONTROL);
    if (isOpen(control)) return this.#complete(control);
    const pair = this.#mostUrgent();
    const entry = pair === -1 ? NONE : this.#words.plainLoad(QUEUE_HEADER_WORDS + pair);
    const isDone = pair === -1 ? this.#isStill(control) : this.#change(control, pair, entry, TAKE);
    if (!isDone) return undefined;
    this.#tookCrossing = (entry & KIND_MASK) === CROSSING;
    return pair;
  }

  /** How many pairs are queued. */
  depth(): number {
    for (;;) {
      const control = this.#words.load(CONTROL);
      if (isOpen(control)) this.#complete(control);
      else {
        const depth = this.#count();
        if (this.#isStill(control)) return depth;
      }
    }
  }

  /** Completes what a dead thread has announced. Every push and pop does the same; this only makes it sooner. */
  sweep(): void {
    const control = this.#words.load(CONTROL);
    if (isOpen(control)) this.#complete(control);
  }

  #count(): number {
    let count = 0;
    for (let pair = 0; pair < this.#pairs; pair += 1) {
      if ((this.#words.plainLoad(QUEUE_HEADER_WORDS + pair) & KIND_MASK) !== NONE) count += 1;
    }
    return count;
  }

  #mostUrgent(): number {
    let best = -1;
    let bestEntry = NONE;
    for (let pair = 0; pair < this.#pairs; pair += 1) {
      const entry = this.#words.plainLoad(QUEUE_HEADER_WORDS + pair);
      if ((entry & KIND_MASK) === NONE) continue;
      if (best === -1 || isMoreUrgent(entry, bestEntry)) {
        best = pair;
        bestEntry = entry;
      }
    }
    return best;
  }

  /** Whether the entries read since then are a picture of one moment (the guard of words.ts). */
  #isStill(control: number): boolean {
    return this.#words.compareExchange(CONTROL, control, control) === control;
  }

  /** Makes the change if nothing has changed since CONTROL was `control`, when the pair's entry was `entry`. */
  #change(control: number, pair: number, entry: number, kind: number): boolean {
    const words = this.#words;
    const announced = nextTicket(control) | (pair << PAIR_SHIFT) | kind;
    if (words.compareExchange(CONTROL, control, announced) !== control) return false;
    // Whoever has met the announcement meanwhile has carried it out; then neither of these finds what it expects.
    words.compareExchange(QUEUE_HEADER_WORDS + pair, entry, entryOf(announced));
    words.compareExchange(CONTROL, announced, announced & ~KIND_MASK);
    return true;
  }

  /** Carries out an announced change, one's own or another's. Several threads may do so at once; it happens once. */
  #complete(announced: number): undefined {
    const words = this.#words;
    const index = QUEUE_HEADER_WORDS + ((announced >>> PAIR_SHIFT) & PAIR_MASK);
    const wanted = entryOf(announced);
    const entry = words.load(index);
    // Looked at after the entry: if the change is still announced, the entry is either older than it or made by it.
    if (words.load(CONTROL) !== announced) return;
    if (entry !== wanted) words.compareExchange(index, entry, wanted);
    words.compareExchange(CONTROL, announced, announced & ~KIND_MASK);
  }
}

function isOpen(control: number): boolean {
  return (control & KIND_MASK) !== NONE;
}

/** What an announced change makes of its pair's entry. */
function entryOf(announced: number): number {
  const kind = announced & KIND_MASK;
  return (announced & TICKET_MASK) | (kind === TAKE ? NONE : kind);
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
