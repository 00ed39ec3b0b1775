import { raiseAttention } from '@mtrade/cycle';
import type { EngineContext } from './context.js';
import { journal } from './journal.js';

/** By these the exchange says that an order does not fit the rules of its pair, so ours are wrong or old. */
const ABOUT_RULES: ReadonlySet<string> = new Set([
  'INVALID_PRECISION',
  'INVALID_PARAM_VALUE',
  'INVALID_CURRENCY',
  'INVALID_CURRENCY_PAIR',
  'AMOUNT_TOO_LITTLE',
  'AMOUNT_TOO_MUCH',
]);

/** A refusal that our own old rules have earned: it says nothing about the order as the new ones would make it. */
export const isFirstDoubt = ({ pairs }: EngineContext, symbol: string, label: string): boolean =>
  ABOUT_RULES.has(label) && pairs.get(symbol)?.rulesDoubted === false;

/**
 * After a refusal that is about the rules of the pair nothing more is sent for it until they have been read again. When
 * an order by the new rules is refused, too, a human has to look: repeating it would not help.
 */
export function doubtRules(context: EngineContext, symbol: string, label: string): void {
  const { books, clock, pairs, rules } = context;
  const memory = pairs.get(symbol);
  if (!ABOUT_RULES.has(label) || !memory) return;
  // From now on they are asked for until they come.
  rules.delete(symbol);
  const pair = books.pair(symbol);
  if (memory.rulesDoubted && pair.attention === null) {
    const reason = `the exchange refuses its orders (${label})`;
    books.commit({
      pair: raiseAttention(pair, reason),
      journal: [journal(clock.epochMs(), 'pair.needs_attention', symbol, { reason })],
    });
  }
  memory.rulesDoubted = true;
}
