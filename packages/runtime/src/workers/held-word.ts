import { MtradeError } from '@mtrade/base';
import type { CommitWord } from '@mtrade/engine';
import { type FileWitness, firstLoss } from '@mtrade/store';

/**
 * The error of a file that carries the single-instance lock and is not the one that was locked, as far as anybody can
 * see; null while all are.
 */
export function lockLoss(witnesses: readonly FileWitness[]): MtradeError | null {
  const reason = firstLoss(witnesses);
  if (reason === null) return null;
  return new MtradeError('MTRADE_LOCK_LOST', `the lock is lost: ${reason}; no order may be sent any more`, {
    reason,
  });
}

/**
 * The gate's word, and no word at all once a file that carries the lock is gone or replaced (P40). The look is the last
 * thing before the wait for the commit, which takes longer than it: the order goes out no later for it. A word that is
 * waited for longer, for as long as the order lives, is followed by a second look.
 */
export function heldWord(
  word: CommitWord,
  witnesses: readonly FileWitness[],
  onLost: (error: MtradeError) => void,
): CommitWord {
  const isHeld = (): boolean => {
    const loss = lockLoss(witnesses);
    if (loss !== null) onLost(loss);
    return loss === null;
  };
  return {
    now: (ticket) => isHeld() && word.now(ticket),
    later: async (ticket, untilMono) => isHeld() && (await word.later(ticket, untilMono)) && isHeld(),
  };
}
