import { describe, expect, test } from 'vitest';
import { Owner, PairSlots } from '../src/pair-slots.js';
import { explore, type LoomThread, wordsOver } from './support/loom.js';

const SLOT = 16;
/** Two slots, then the words that stand for the rest of the engine. */
const COUNT = 2 * SLOT;
const SIZE = COUNT + 1;

/** Enters the pair if it can and counts, unprotected, how often that was done: overlapping holders lose a count. */
const enter =
  (generation: number): LoomThread =>
  (words) => {
    const slots = new PairSlots(1, words);
    return [
      () => {
        if (!slots.tryClaim(0, Owner.cycler, generation)) return 'busy';
        words.store(COUNT, words.load(COUNT) + 1);
        slots.release(0, Owner.cycler, generation);
        return 'entered';
      },
    ];
  };

describe('claims over all interleavings', () => {
  test('never let two of three threads hold a pair at once, and never refuse all of them', () => {
    const report = explore({
      sizeWords: SIZE,
      threads: [enter(1), enter(2), enter(3)],
      check: ({ memory, calls }) => {
        const entered = calls.filter(({ result }) => result === 'entered').length;
        expect(memory[COUNT]).toBe(entered);
        expect(entered).toBeGreaterThan(0);
        expect(memory[0]).toBe(0);
      },
    });
    expect(report.interleavings).toBeGreaterThan(50n);
  });

  test('a claim made by check-then-set would: the loom shows it', () => {
    const enterByCheckThenSet: LoomThread = (words) => [
      () => {
        if (words.load(0) !== 0) return 'busy';
        words.store(0, 1);
        words.store(COUNT, words.load(COUNT) + 1);
        words.store(0, 0);
        return 'entered';
      },
    ];
    const run = () =>
      explore({
        sizeWords: SIZE,
        threads: [enterByCheckThenSet, enterByCheckThenSet],
        check: ({ memory, calls }) =>
          expect(memory[COUNT]).toBe(calls.filter(({ result }) => result === 'entered').length),
      });
    expect(run).toThrow(/threads step in this order/);
  });

  test('P19: whatever a worker was doing when it died, the sweep frees its claim and leaves the living alone', () => {
    const holdOn: LoomThread = (words) => {
      const slots = new PairSlots(2, words);
      return [() => slots.tryClaim(0, Owner.reactor, 1), () => slots.tryClaim(1, Owner.reactor, 1)];
    };
    explore({
      sizeWords: SIZE,
      threads: [enter(7), holdOn],
      mortal: [0],
      check: ({ memory, deaths }) => {
        const slots = new PairSlots(2, wordsOver(memory));
        const holdsFirst = slots.isClaimed(0) && memory[0] === (7 << 3) + Owner.cycler;
        expect(slots.sweep(Owner.cycler, 7)).toBe(holdsFirst ? 1 : 0);
        expect(holdsFirst && deaths === 0).toBe(false);
        expect(slots.isClaimed(1)).toBe(true);
      },
    });
  });
});

/** The price is a word that the reactor advances; a pass is the cycler looking at it. */
const PRICE = COUNT;
const SEEN = COUNT + 1;
const QUEUED = COUNT + 2;

describe('the hand-over of a dirty pair over all interleavings', () => {
  const cycler: LoomThread = (words) => {
    const slots = new PairSlots(1, words);
    const pass = (): boolean => {
      if (!slots.tryClaim(0, Owner.cycler, 1)) return false;
      words.store(SEEN, words.load(PRICE));
      slots.release(0, Owner.cycler, 1);
      return slots.takeDirty(0);
    };
    return [
      () => {
        while (pass());
      },
    ];
  };
  const crossing =
    (defer: (slots: PairSlots) => boolean): LoomThread =>
    (words) => {
      const slots = new PairSlots(1, words);
      return [
        () => {
          words.add(PRICE, 1);
          if (!defer(slots)) words.store(QUEUED, 1);
        },
      ];
    };
  const nothingIsLost = ({ memory }: { memory: Int32Array }) => {
    const isServed = memory[SEEN] === memory[PRICE];
    expect(isServed || memory[QUEUED] === 1).toBe(true);
  };

  test('the newest price is seen by the holder or queued by the reactor, with one reactor and with two', () => {
    const reactor = crossing((slots) => slots.deferToHolder(0));
    for (const threads of [
      [cycler, reactor],
      [cycler, reactor, reactor],
    ]) {
      const report = explore({ sizeWords: SIZE + 2, threads, check: nothingIsLost });
      expect(report.interleavings).toBeGreaterThan(100n);
    }
  });

  test('W06: when nobody holds the pair, no mark is left behind to cause a needless pass', () => {
    const reactor = crossing((slots) => slots.deferToHolder(0));
    explore({
      sizeWords: SIZE + 2,
      threads: [cycler, reactor],
      check: ({ memory }) => expect(memory[1]).toBe(0),
    });
  });

  test('marking without looking again loses a price: the loom shows it', () => {
    const forgetful = crossing((slots) => {
      if (!slots.isClaimed(0)) return false;
      slots.markDirty(0);
      return true;
    });
    const run = () => explore({ sizeWords: SIZE + 2, threads: [cycler, forgetful], check: nothingIsLost });
    expect(run).toThrow(/threads step in this order/);
  });

  test('taking the mark before the release loses a price: the loom shows it', () => {
    const hasty: LoomThread = (words) => {
      const slots = new PairSlots(1, words);
      return [
        () => {
          let isDirty = true;
          while (isDirty && slots.tryClaim(0, Owner.cycler, 1)) {
            words.store(SEEN, words.load(PRICE));
            isDirty = slots.takeDirty(0);
            slots.release(0, Owner.cycler, 1);
          }
        },
      ];
    };
    const reactor = crossing((slots) => slots.deferToHolder(0));
    const run = () => explore({ sizeWords: SIZE + 2, threads: [hasty, reactor], check: nothingIsLost });
    expect(run).toThrow(/threads step in this order/);
  });
});
