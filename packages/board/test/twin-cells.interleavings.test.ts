import { describe, expect, test } from 'vitest';
import { TwinCells } from '../src/twin-cells.js';
import { doubleOf, existing, explore, type LoomThread, wordsOf, wordsOver } from './support/loom.js';

/** The smallest cells that can tear: one double, and two words. Both halves are the number of the publication. */
const FORMS = {
  'a double': {
    shape: { doubles: 1, ints: 0, strideWords: 8, secondCopyWord: 4 },
    stage: ({ doubles }: TwinCells, count: number) => doubles.fill(doubleOf(count, count)),
    seen: ({ doubles }: TwinCells) => wordsOf(existing(doubles[0])).join(),
  },
  'two words': {
    shape: { doubles: 0, ints: 2, strideWords: 8, secondCopyWord: 4 },
    stage: ({ ints }: TwinCells, count: number) => ints.fill(count),
    seen: ({ ints }: TwinCells) => ints.join(),
  },
} as const;
const SIZE = 8;

const WHOLE = ['nothing', '1,1', '2,2', '3,3'];

describe.each(['a double', 'two words'] as const)('twin cells over all interleavings, %s', (form) => {
  const { shape, stage, seen } = FORMS[form];
  const writer =
    (publications: number, from = 1): LoomThread =>
    (words) => {
      const cells = new TwinCells(shape, words);
      return Array.from({ length: publications }, (_, count) => () => {
        stage(cells, from + count);
        cells.publish(0);
      });
    };
  const reader: LoomThread = (words) => {
    const cells = new TwinCells(shape, words);
    return [() => (cells.collect(0) === 0 ? 'nothing' : seen(cells))];
  };

  test('no reader ever sees half of one publication and half of another', () => {
    const two = explore({
      sizeWords: SIZE,
      threads: [writer(3), reader],
      check: ({ calls }) => expect(WHOLE).toContain(calls.find(({ thread }) => thread === 1)?.result),
    });
    const three = explore({
      sizeWords: SIZE,
      threads: [writer(2), reader, reader],
      check: ({ calls }) => {
        for (const { result } of calls.filter(({ thread }) => thread > 0)) expect(WHOLE).toContain(result);
      },
    });
    expect(two.interleavings).toBeGreaterThan(1_000n);
    expect(three.interleavings).toBeGreaterThan(100_000n);
  });

  test('a reader gets nothing older than what was complete when it began', () => {
    explore({
      sizeWords: SIZE,
      threads: [writer(3), reader],
      check: ({ calls }) => {
        const read = calls.find(({ thread }) => thread === 1);
        expect(WHOLE.indexOf(String(read?.result))).toBeGreaterThanOrEqual(read?.finishedBefore[0] ?? 0);
      },
    });
  });

  test('P46: a writer that dies at any step leaves a whole value, and its successor goes on from it', () => {
    explore({
      sizeWords: SIZE,
      threads: [writer(3), reader],
      mortal: [0],
      check: ({ memory, calls }) => {
        expect(WHOLE).toContain(calls.find(({ thread }) => thread === 1)?.result);
        const words = wordsOver(memory);
        for (const call of writer(1, 9)(words)) call();
        expect(reader(words)[0]?.()).toBe('9,9');
      },
    });
  });

  test('the version goes across its wrap without ever saying "never written"', () => {
    explore({
      sizeWords: SIZE,
      setUp: (words) => {
        words.store(0, -2);
        words.store(2, 1);
        words.store(3, 1);
      },
      threads: [writer(2, 2), reader],
      check: ({ memory, calls }) => {
        expect(memory[0]).toBe(2);
        expect(['1,1', '2,2', '3,3']).toContain(calls.find(({ thread }) => thread === 1)?.result);
      },
    });
  });

  test('without the check of the version, reads are torn: the loom shows it', () => {
    const trusting: LoomThread = (words) => [
      () => {
        const copy = (words.load(0) & 1) === 0 ? 2 : 4;
        return `${words.load(copy)},${words.load(copy + 1)}`;
      },
    ];
    const run = () =>
      explore({
        sizeWords: SIZE,
        threads: [writer(3), trusting],
        check: ({ calls }) =>
          expect([...WHOLE, '0,0']).toContain(calls.find(({ thread }) => thread === 1)?.result),
      });
    expect(run).toThrow(/threads step in this order/);
  });

  test('a second writer is a contradiction that is noticed', () => {
    const noticed = new Set<unknown>();
    explore({
      sizeWords: SIZE,
      threads: [writer(1), writer(1)],
      check: ({ calls }) => calls.forEach(({ result }) => noticed.add(result)),
    });
    expect(noticed).toEqual(new Set([undefined, 'threw: a cell has two writers']));
  });
});
