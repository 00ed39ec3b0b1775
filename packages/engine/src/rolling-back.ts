import {
  AFTER_SUCCESS,
  type PairState,
  type Position,
  raiseAttention,
  ROLLBACK_WORDS,
  type RollbackReason,
} from '@mtrade/cycle';
import type { EngineContext } from './context.js';
import { journal } from './journal.js';
import type { JournalEntry } from './ports/index.js';

/**
 * From now on the position is sold by the engine: said in the status, in the journal and by an alert, whoever has found
 * it out. Refused for good, the pair wants a human before it trades again.
 */
export function rollingBack(
  { clock, log }: Pick<EngineContext, 'clock' | 'log'>,
  pair: PairState,
  reason: RollbackReason,
  problem: string | null,
): { readonly pair: PairState; readonly entry: JournalEntry } {
  const { symbol } = pair;
  const words = problem === null ? ROLLBACK_WORDS[reason] : `${ROLLBACK_WORDS[reason]} (${problem})`;
  log.error({ symbol, reason, problem }, 'a position is sold because it cannot be protected');
  const rolling: PairState = {
    ...pair,
    // Whatever has failed before was no sale for want of a stop.
    ...AFTER_SUCCESS,
    position: { ...(pair.position as Position), rollback: reason },
    lastExit: `the position is being sold at the market: ${words}`,
  };
  const wanted = `the position could not be given a stop and is being sold: ${words}; resume the pair to let it trade again`;
  return {
    pair: reason === 'refused' ? raiseAttention(rolling, wanted) : rolling,
    entry: journal(clock.epochMs(), 'position.roll-back', symbol, { reason, problem, words }),
  };
}
