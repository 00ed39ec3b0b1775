import { type Board, emptyPriceCell, Owner } from '@mtrade/board';

export type OperationName = 'flag' | 'counter' | 'debounce' | 'price' | 'price-write' | 'queue' | 'notify';

/** What each operation is, for the tables. */
export const OPERATION_TITLES: Readonly<Record<OperationName, string>> = {
  flag: 'take a pair and give it back',
  counter: 'count one',
  debounce: 'ask whether a pair was processed a moment ago',
  price: 'read a price',
  'price-write': 'write a price',
  queue: 'push a pair into the urgent queue and pop it',
  notify: 'wake a thread that does not sleep',
};

const PAIR = 3;
const GENERATION = 1;

/** The operations on shared memory as the engine's threads make them. The two threads of a contended one differ in `owner`. */
export function operations(
  board: Board,
  owner: typeof Owner.reactor | typeof Owner.cycler,
): Readonly<Record<OperationName, () => unknown>> {
  const { slots, counters, prices, urgent, cyclerWake } = board;
  const cell = { ...emptyPriceCell(), bidMantissa: 6_168_599, askMantissa: 6_168_600 };
  prices.write(PAIR, cell);
  const into = emptyPriceCell();
  slots.stamp(PAIR, performance.now());
  return {
    flag: () => {
      if (slots.tryClaim(PAIR, owner, GENERATION)) slots.release(PAIR, owner, GENERATION);
    },
    counter: () => counters.increment('reactor_updates'),
    debounce: () => slots.elapsedMs(PAIR, 1_000),
    price: () => prices.read(PAIR, into),
    'price-write': () => prices.write(PAIR, cell),
    queue: () => {
      urgent.push(PAIR, false);
      return urgent.pop();
    },
    notify: () => cyclerWake.notify(),
  };
}
