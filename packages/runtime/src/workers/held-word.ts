import { MtradeError, type MonoMs } from '@mtrade/base';
import { type FileWitness, sameFile } from '@mtrade/store';

/** The error of a file that carries the single-instance lock and is not the one that was locked; null while all are. */
export function lockLoss(witnesses: readonly FileWitness[]): MtradeError | null {
  const lost = witnesses.find((witness) => !sameFile(witness));
  if (lost === undefined) return null;
  const reason = `${lost.path} was deleted or replaced`;
  return new MtradeError('MTRADE_LOCK_LOST', `the lock is lost: ${reason}; no order may be sent any more`, {
    reason,
  });
}

/** Whether an order may go out: resolves with the gate's word on its ticket, at `untilMono` at the latest. */
type Word = (ticket: number, untilMono: MonoMs) => Promise<boolean>;

/**
 * The gate's word, and no word at all once a file that carries the lock is gone or replaced (P40). The look is the last
 * thing before the wait for the commit, which takes longer than it: the order goes out no later for it.
 */
export const heldWord =
  (word: Word, witnesses: readonly FileWitness[], onLost: (error: MtradeError) => void): Word =>
  (ticket, untilMono) => {
    const loss = lockLoss(witnesses);
    if (loss === null) return word(ticket, untilMono);
    onLost(loss);
    return Promise.resolve(false);
  };
