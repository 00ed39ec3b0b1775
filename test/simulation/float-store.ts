import type { ChangeSet, CycleStore } from '@mtrade/engine';
import { type Decimal, decimal } from '@mtrade/money';

/** An ablation: the books keep the sums of a cycle as doubles, as a careless schema would. */
export const floatStore = (store: CycleStore): CycleStore => ({
  ...store,
  commit: (change) => store.commit(change.cycle ? { ...change, cycle: inDoubles(change.cycle) } : change),
});

function inDoubles(cycle: NonNullable<ChangeSet['cycle']>): NonNullable<ChangeSet['cycle']> {
  return {
    ...cycle,
    baseVolume: rounded(cycle.baseVolume),
    invested: rounded(cycle.invested),
    proceeds: rounded(cycle.proceeds),
  };
}

/** Through a double and back; a sum of a few of them differs in the last digits, as it does in any such ledger. */
function rounded<T extends Decimal>(value: T): T {
  const double = Number(value.toFixed()) * 3;
  const text = (double / 3).toFixed(20).replace(/0+$/, '').replace(/\.$/, '');
  return decimal(text) as T;
}
