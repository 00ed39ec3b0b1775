import { type Intent, type PairState, raiseAttention } from '@mtrade/cycle';
import type { EngineContext } from './context.js';
import { journal } from './journal.js';

/**
 * Tells a human, once, that an answer of the exchange about this order is not believed, and halts buying on its pair. All
 * other pairs go on. The answer is the pair as it is from now on.
 */
export function tellDoubt(
  { books, clock, log }: EngineContext,
  pair: PairState,
  { clientOrderId }: Intent,
  reason: string,
): PairState {
  const { symbol } = pair;
  const words = `${reason}: that cannot be true, and nothing of it is booked; see at the exchange what ${symbol} has traded, then resume`;
  const halted = raiseAttention(pair, words);
  if (halted === pair) return pair;
  log.error({ symbol, clientOrderId }, words);
  const nowMs = clock.epochMs();
  books.commit({
    pair: halted,
    journal: [
      journal(nowMs, 'order.contradicted', symbol, { clientOrderId, reason }),
      journal(nowMs, 'pair.needs_attention', symbol, { reason: words }),
    ],
  });
  return books.pair(symbol);
}
