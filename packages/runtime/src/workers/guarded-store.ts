import type { CycleStore } from '@mtrade/engine';
import type { FileWitness } from '@mtrade/store';
import { lockLoss } from './held-word.js';

/**
 * A store that commits no stop once a file that carries the single-instance lock is gone or replaced (P40). Other orders
 * are handed over before their commit, and the order thread looks at the files meanwhile (`heldWord`).
 */
export const guardedStore = <S extends CycleStore>(store: S, witnesses: readonly FileWitness[]): S => ({
  ...store,
  commit: (change) => {
    const loss = change.newIntents?.some(({ stop }) => stop !== undefined) ? lockLoss(witnesses) : null;
    if (loss !== null) throw loss;
    store.commit(change);
  },
});
