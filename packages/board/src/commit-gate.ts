import { assert } from '@mtrade/base';

/** Orders that may be on their way between decision and socket at once; the cycler opens one at a time. */
const CELLS = 64;
const NEXT = 0;
const FIRST_CELL = 16;

export const COMMIT_GATE_BYTES = (FIRST_CELL + CELLS) * Int32Array.BYTES_PER_ELEMENT;

const OPEN = 1;
const COMMITTED = 2;
const WITHDRAWN = 3;
const VERDICT_BITS = 2;
const MOST_TICKETS = 2 ** (31 - VERDICT_BITS) - 1;

/** `forgotten`: so many orders came later that nobody remembers; whoever reads it has no right to send. */
export type CommitVerdict = 'open' | 'committed' | 'withdrawn' | 'forgotten';

/**
 * The commit's word to the order thread. The cycler draws a ticket for each order and hands both over before it commits,
 * so that the order is built and signed meanwhile; no byte of it goes out until its ticket says `committed`.
 *
 * A ticket is drawn once in the life of the process, and its cell leaves `open` once, by compare-and-swap: a second try
 * of the same decision has the same row and the same client id, but another ticket, so the word about one can never be
 * taken for the word about the other. Only the cycler that has committed says `committed`; what a dead one left open is
 * withdrawn by the next.
 */
export class CommitGate {
  readonly #cells: Int32Array;

  constructor(buffer: SharedArrayBuffer, byteOffset: number) {
    this.#cells = new Int32Array(buffer, byteOffset, FIRST_CELL + CELLS);
  }

  /** Cycler: a new ticket, open. */
  open(): number {
    const ticket = Atomics.add(this.#cells, NEXT, 1) + 1;
    assert(ticket <= MOST_TICKETS, 'all tickets of this process are used up; start it again');
    Atomics.store(this.#cells, cellOf(ticket), wordOf(ticket, OPEN));
    return ticket;
  }

  /** Cycler: the intent is on disk. False when the ticket was withdrawn before. */
  commit(ticket: number): boolean {
    return this.#leaveOpen(ticket, COMMITTED);
  }

  /** Cycler: there will be no such intent. */
  withdraw(ticket: number): boolean {
    return this.#leaveOpen(ticket, WITHDRAWN);
  }

  /** A cycler that was just born: what the one before it left open will never be committed. Returns their number. */
  withdrawAll(): number {
    let withdrawn = 0;
    for (let cell = FIRST_CELL; cell < FIRST_CELL + CELLS; cell += 1) {
      const word = Atomics.load(this.#cells, cell);
      if (word % (1 << VERDICT_BITS) === OPEN && this.withdraw(word >>> VERDICT_BITS)) withdrawn += 1;
    }
    return withdrawn;
  }

  verdict(ticket: number): CommitVerdict {
    const word = Atomics.load(this.#cells, cellOf(ticket));
    switch (word) {
      case wordOf(ticket, OPEN):
        return 'open';
      case wordOf(ticket, COMMITTED):
        return 'committed';
      case wordOf(ticket, WITHDRAWN):
        return 'withdrawn';
      default:
        return 'forgotten';
    }
  }

  /** Order thread: blocks it until the ticket is no longer open, or until the time is over. */
  wait(ticket: number, timeoutMs: number): CommitVerdict {
    Atomics.wait(this.#cells, cellOf(ticket), wordOf(ticket, OPEN), timeoutMs);
    return this.verdict(ticket);
  }

  #leaveOpen(ticket: number, verdict: number): boolean {
    const cell = cellOf(ticket);
    const open = wordOf(ticket, OPEN);
    if (Atomics.compareExchange(this.#cells, cell, open, wordOf(ticket, verdict)) !== open) return false;
    Atomics.notify(this.#cells, cell);
    return true;
  }
}

const cellOf = (ticket: number): number => FIRST_CELL + (ticket % CELLS);
const wordOf = (ticket: number, verdict: number): number => ticket * (1 << VERDICT_BITS) + verdict;
