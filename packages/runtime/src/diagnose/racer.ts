import { systemClock } from '@mtrade/base';
import { openClaimRacer, openEngineRacer, openFlawedBooks } from '@mtrade/store';

/** Who races for what. Plain data: it goes to threads and processes. */
export interface RaceTask {
  readonly contender: Contender;
  readonly path: string;
  readonly racer: number;
  /** Monotonic ms, the same in every process of the machine. */
  readonly beginsMono: number;
  readonly endsMono: number;
  /** One pair after the other is raced for, each for this long. */
  readonly slotMs: number;
  /** Round trip of the order that the flawed opener has between its two transactions; it blocks. */
  readonly orderMs: number;
}

/**
 * `flawed`: the opener of an earlier generation. `claim`: the real commit, several writers under one lease, so that only
 * the unique index is left to stop them. `engine`: whole engines that open, load, decide and commit one after the other.
 */
export const CONTENDERS = ['flawed', 'claim', 'engine'] as const;
export type Contender = (typeof CONTENDERS)[number];

/** How often each outcome came. */
export type Tally = Readonly<Record<string, number>>;

export const symbolOfSlot = (slot: number): string => `R${slot}/USDT`;

const sleeper = new Int32Array(new SharedArrayBuffer(4));
const sleep = (ms: number): void => void Atomics.wait(sleeper, 0, 0, ms);

/** Races until the end. Blocks its thread: that is what an opener with synchronous transactions does. */
export function race(task: RaceTask): Tally {
  const { endsMono, beginsMono, slotMs } = task;
  const tally: Record<string, number> = {};
  const opener = openerOf(task);
  const monoMs = (): number => systemClock.monoMs();
  try {
    if (monoMs() < beginsMono) sleep(beginsMono - monoMs());
    for (let now = monoMs(); now < endsMono; now = monoMs()) {
      const slot = Math.floor((now - beginsMono) / slotMs);
      const outcome = opener.attempt(symbolOfSlot(slot), slot);
      tally[outcome] = (tally[outcome] ?? 0) + 1;
      sleep(opener.pauseMs * Math.random());
    }
    return tally;
  } finally {
    opener.close();
  }
}

interface Opener {
  readonly attempt: (symbol: string, slot: number) => string;
  /** At most this long between two attempts. */
  readonly pauseMs: number;
  readonly close: () => void;
}

/** When the rows of a slot say that they were made: the same for all, or the frozen start of a cycle would decide. */
const SLOT_EPOCH_MS = 1_700_000_000_000;

function openerOf({ contender, path, racer, orderMs }: RaceTask): Opener {
  if (contender === 'flawed') {
    const books = openFlawedBooks(path, systemClock.monoMs);
    return {
      attempt: (symbol) => books.open(symbol, `racer ${racer}`, () => sleep(orderMs * (0.5 + Math.random()))),
      // Signals of several sources do not come at the same instant.
      pauseMs: 150,
      close: books.close,
    };
  }
  // A claim is over in less than a millisecond; between an engine's look and its commit others need time to come.
  const pauseMs = contender === 'claim' ? 0.2 : 2;
  const books =
    contender === 'claim' ? openClaimRacer({ path, racer }) : openEngineRacer({ path, racer }, systemClock);
  return {
    attempt: (symbol, slot) => books.open(symbol, SLOT_EPOCH_MS + slot, () => sleep(pauseMs * Math.random())),
    pauseMs,
    close: books.close,
  };
}
