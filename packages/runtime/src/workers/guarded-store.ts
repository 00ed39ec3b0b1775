import { MtradeError } from '@mtrade/base';
import type { CycleStore } from '@mtrade/engine';
import { type FileWitness, sameFile } from '@mtrade/store';

/** A store that commits no intent once a file that carries the single-instance lock is gone or replaced (P40). */
export const guardedStore = <S extends CycleStore>(store: S, witnesses: readonly FileWitness[]): S => ({
  ...store,
  commit: (change) => {
    if (change.newIntents?.length) {
      const lost = witnesses.find((witness) => !sameFile(witness));
      if (lost) {
        const reason = `${lost.path} was deleted or replaced`;
        throw new MtradeError(
          'MTRADE_LOCK_LOST',
          `the lock is lost: ${reason}; no order may be sent any more`,
          { reason },
        );
      }
    }
    store.commit(change);
  },
});
