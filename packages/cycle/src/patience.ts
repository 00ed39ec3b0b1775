import { nextRow } from './buy-terms.js';
import type { Decision, Triggers, WaitReason } from './decision.js';
import type { PairState } from './pair-state.js';

/** What is waited for is a price, and no other guard has had anything to say. */
const FOR_A_PRICE: ReadonlySet<WaitReason> = new Set([
  'price_above_row',
  'drop_insufficient',
  'bid_below_required',
]);

/**
 * True when a price between the armed levels changes nothing about this pair: both sides are armed (or the ladder has no
 * row left to buy), and the decision waits for one of them; or it may not be traded and holds nothing, not even an order
 * of its ended cycle. What else may change its mind, such as the balances or the operator, comes by other ways than its
 * price.
 */
export function waitsForLevels(
  { cycle, openIntents, position }: PairState,
  decision: Decision,
  armed: Triggers,
): boolean {
  if (decision.type !== 'wait') return false;
  if (cycle === null)
    return decision.reason === 'not_permitted' && openIntents.length === 0 && position === null;
  if (!FOR_A_PRICE.has(decision.reason)) return false;
  return armed.sellAtOrAbove !== null && (armed.buyAtOrBelow !== null || nextRow(cycle) === undefined);
}
