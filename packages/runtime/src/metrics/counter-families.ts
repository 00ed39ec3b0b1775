import { type AnyCounterName, COUNTERS, INTERNAL_COUNTERS } from '@mtrade/board';
import type { Family } from './exposition.js';
import type { Scrape } from './sources.js';

const family = (name: AnyCounterName, help: string): Family<Scrape> => ({
  name: `mtrade_${name}_total`,
  type: 'counter',
  help,
  labels: [],
  read: ({ board }) => [{ value: board.counters.read(name) }],
});

/** How orders end, or do not: one metric with the reason as its label, because they are looked at together. */
const OUTCOMES = {
  filled: 'orders_filled',
  partial: 'orders_partial',
  killed: 'orders_killed',
  rejected: 'orders_rejected',
  never: 'orders_never',
  quarantined: 'orders_quarantined',
  unknown: 'orders_unknown',
} as const satisfies Record<string, AnyCounterName>;

const asOutcome = new Set<AnyCounterName>(Object.values(OUTCOMES));

export const counterFamilies: readonly Family<Scrape>[] = [
  ...COUNTERS.map(([name, help]) => family(name, help)),
  ...INTERNAL_COUNTERS.filter(([name]) => !asOutcome.has(name)).map(([name, help]) => family(name, help)),
  {
    name: 'mtrade_order_outcomes_total',
    type: 'counter',
    help: 'orders by what became of them; unknown and quarantined ones come to another end later',
    labels: ['reason'],
    read: ({ board }) =>
      Object.entries(OUTCOMES).map(([reason, name]) => ({
        labels: { reason },
        value: board.counters.read(name),
      })),
  },
];
