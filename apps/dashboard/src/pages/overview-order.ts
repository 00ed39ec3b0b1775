import type { PairStatus } from '@mtrade/runtime';

/** Which pairs the overview shows, and in which order. Only sorts what the engine has worked out. */

export const FILTERS = {
  all: { title: 'All', holds: () => true },
  open: { title: 'Active', holds: (pair: PairStatus) => pair.cycle_start_state === 2 },
  wanting: {
    title: 'Needs you',
    holds: (pair: PairStatus) => pair.state === 'needs_attention' || pair.state === 'unknown',
  },
  held: { title: 'Paused or forbidden', holds: (pair: PairStatus) => pair.paused || !pair.trade },
} as const;
export type FilterName = keyof typeof FILTERS;

type Compare = (a: PairStatus, b: PairStatus) => number;

/** Missing values come last, whichever way the others go. */
const by =
  (value: (pair: PairStatus) => string | null, direction: 1 | -1): Compare =>
  (a, b) => {
    const [left, right] = [value(a), value(b)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return (Number(left) - Number(right)) * direction;
  };

const rank = ({ state, attention, trade, paused }: PairStatus): number => {
  if (state === 'needs_attention' || attention !== null) return 0;
  if (state === 'unknown') return 1;
  if (state !== 'idle') return 2;
  return trade && !paused ? 3 : 4;
};

/** What wants a human, then open positions from the farthest from their sale, then the rest. */
const worst: Compare = (a, b) =>
  rank(a) - rank(b) || by(({ distance_to_sell_pct }) => distance_to_sell_pct, -1)(a, b);

export const ORDERS = {
  worst: { title: 'Worst first', compare: worst },
  sell: { title: 'Closest to its sale', compare: by((pair) => pair.distance_to_sell_pct, 1) },
  buy: { title: 'Closest to its next buy', compare: by((pair) => pair.distance_to_buy_pct, 1) },
  step: {
    title: 'Deepest row',
    compare: by((pair) => (pair.cycle_start_state === 2 ? String(pair.step) : null), -1),
  },
  invested: { title: 'Most invested', compare: by((pair) => pair.invested, -1) },
  profit: { title: 'Most earned', compare: by((pair) => pair.realized_profit, -1) },
  name: { title: 'Name', compare: (a: PairStatus, b: PairStatus) => a.symbol.localeCompare(b.symbol) },
} as const;
export type OrderName = keyof typeof ORDERS;

export const ordered = (pairs: readonly PairStatus[], name: OrderName): PairStatus[] =>
  [...pairs].sort((a, b) => ORDERS[name].compare(a, b) || a.symbol.localeCompare(b.symbol));
