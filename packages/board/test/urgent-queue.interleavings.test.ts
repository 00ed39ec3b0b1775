import { describe, expect, test } from 'vitest';
import { QUEUE_HEADER_WORDS, UrgentQueue } from '../src/urgent-queue.js';
import { isLinearizable, type SequentialModel } from './support/linearizable.js';
import {
  type CallRecord,
  existing,
  RETRY,
  explore,
  type LoomReport,
  type LoomThread,
  wordsOver,
} from './support/loom.js';

/** What one thread does with the queue. */
type Action = { readonly push: number; readonly crossing?: boolean } | 'pop';

interface Scenario {
  readonly pairs: number;
  readonly capacity: number;
  readonly before?: readonly Action[];
  readonly threads: readonly (readonly Action[])[];
  readonly mortal?: readonly number[];
}

/** The queue as one would write it for a single thread: two lists. */
interface Lists {
  readonly crossing: readonly number[];
  readonly normal: readonly number[];
}

/** One attempt; `push` and `pop` are nothing but a loop around it. */
const attempt = (queue: UrgentQueue, action: Action): unknown =>
  (action === 'pop' ? queue.tryPop() : queue.tryPush(action.push, action.crossing ?? false)) ?? RETRY;

function applyToLists(lists: Lists, capacity: number, action: Action): readonly [unknown, Lists] {
  const { crossing, normal } = lists;
  if (action === 'pop') {
    const [first, ...others] = crossing;
    if (first !== undefined) return [first, { crossing: others, normal }];
    return [normal[0] ?? -1, { crossing, normal: normal.slice(1) }];
  }
  const pair = action.push;
  if (crossing.includes(pair)) return ['coalesced', lists];
  const isQueued = normal.includes(pair);
  if (isQueued && !action.crossing) return ['coalesced', lists];
  if (!isQueued && crossing.length + normal.length >= capacity) return ['full', lists];
  const next = action.crossing
    ? { crossing: [...crossing, pair], normal: normal.filter((other) => other !== pair) }
    : { crossing, normal: [...normal, pair] };
  return [isQueued ? 'coalesced' : 'queued', next];
}

/** Explores the scenario and checks that every end could be the end of some sequence of the calls on the lists. */
function exploreQueue({ pairs, capacity, before = [], threads, mortal = [] }: Scenario): LoomReport {
  const open = (words: Parameters<LoomThread>[0]) => new UrgentQueue({ pairs, capacity }, words);
  const empty: Lists = { crossing: [], normal: [] };
  const initial = before.reduce((lists, action) => applyToLists(lists, capacity, action)[1], empty);
  return explore({
    sizeWords: QUEUE_HEADER_WORDS + pairs,
    setUp: (words) => before.forEach((action) => attempt(open(words), action)),
    threads: threads.map((actions) => (words) => {
      const queue = open(words);
      return actions.map((action) => () => attempt(queue, action));
    }),
    mortal,
    check: ({ memory, calls }) => {
      const left = drain(open(wordsOver(memory)));
      const model: SequentialModel<Lists> = {
        initial,
        apply: (lists, { thread, index }) =>
          applyToLists(lists, capacity, existing(threads[thread]?.[index])),
        isEnd: (lists) => [...lists.crossing, ...lists.normal].join() === left.join(),
      };
      expect(isLinearizable(calls, model), `${describeCalls(calls)}, left ${left.join()}`).toBe(true);
    },
  });
}

/** Empties the queue; what comes out is its content in its order. */
function drain(queue: UrgentQueue): number[] {
  const left: number[] = [];
  for (let pair = queue.pop(); pair !== -1; pair = queue.pop()) left.push(pair);
  return left;
}

const describeCalls = (calls: readonly CallRecord[]): string =>
  calls.map(({ thread, index, result }) => `${thread}.${index}: ${String(result)}`).join(', ');

describe('the urgent queue over all interleavings behaves as if its calls came one after the other', () => {
  const scenarios: Record<string, Scenario> = {
    'two producers of one pair (W06: no double entry)': {
      pairs: 2,
      capacity: 2,
      threads: [
        [{ push: 0 }, { push: 1 }],
        [{ push: 0 }, 'pop'],
      ],
    },
    'three producers, room for two': {
      pairs: 3,
      capacity: 2,
      threads: [[{ push: 0 }], [{ push: 1 }], [{ push: 2 }]],
    },
    'a producer and two consumers: nothing twice, nothing lost': {
      pairs: 2,
      capacity: 2,
      before: [{ push: 0 }],
      threads: [[{ push: 1 }], ['pop'], ['pop']],
    },
    'a promotion against a consumer': {
      pairs: 2,
      capacity: 2,
      before: [{ push: 0 }, { push: 1 }],
      threads: [[{ push: 1, crossing: true }], ['pop', 'pop']],
    },
    'two promotions and a consumer': {
      pairs: 2,
      capacity: 2,
      before: [{ push: 0 }, { push: 1 }],
      threads: [[{ push: 1, crossing: true }], [{ push: 0, crossing: true }], ['pop']],
    },
    'a full queue while a consumer makes room': {
      pairs: 2,
      capacity: 1,
      before: [{ push: 0 }],
      threads: [
        [{ push: 1 }, { push: 0 }],
        ['pop', 'pop'],
      ],
    },
    'order of a pair queued again behind a scan': {
      pairs: 2,
      capacity: 2,
      threads: [[{ push: 0 }, { push: 1 }], ['pop'], ['pop']],
    },
    'a scan that finds nothing because entries come behind it and go before it': {
      pairs: 2,
      capacity: 2,
      before: [{ push: 1 }],
      threads: [[{ push: 0 }, 'pop'], ['pop']],
    },
    'P46: a producer that dies at any step, and others that go on': {
      pairs: 2,
      capacity: 2,
      threads: [[{ push: 0 }, { push: 1, crossing: true }], [{ push: 1 }], ['pop']],
      mortal: [0],
    },
    'P46: a consumer that dies at any step, and others that go on': {
      pairs: 2,
      capacity: 1,
      before: [{ push: 0 }],
      threads: [['pop'], [{ push: 1 }], ['pop']],
      mortal: [0],
    },
  };

  test.each(Object.entries(scenarios))(
    '%s',
    (_name, scenario) => {
      expect(exploreQueue(scenario).interleavings).toBeGreaterThan(1_000_000n);
    },
    60_000,
  );

  test('a queue that looks first and writes then is found out', () => {
    const pushByCheckThenSet =
      (pair: number): LoomThread =>
      (words) => [
        () => {
          const depth = [0, 1].filter((other) => words.load(QUEUE_HEADER_WORDS + other) !== 0).length;
          if (depth >= 1) return 'full';
          words.store(QUEUE_HEADER_WORDS + pair, 1 | (1 << 12));
          return 'queued';
        },
      ];
    const run = () =>
      explore({
        sizeWords: QUEUE_HEADER_WORDS + 2,
        threads: [pushByCheckThenSet(0), pushByCheckThenSet(1)],
        check: ({ calls }) => expect(calls.filter(({ result }) => result === 'queued')).toHaveLength(1),
      });
    expect(run).toThrow(/threads step in this order/);
  });
});
