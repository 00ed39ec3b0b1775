import type { OrderRetention } from './types.js';

/** At most so many orders are forgotten by one change, so that neither its record nor its time is ever long. */
const FORGET_AT_ONCE = 256;

/**
 * Ended orders that need not be kept any longer; each list is one account's, in the order of their ends. They come in
 * batches of an eighth of the bound, because forgetting costs a walk over everything that stays.
 */
export function expiredIds(
  lists: Iterable<readonly { readonly id: string; readonly finishMs: number | null }[]>,
  { finishedOrders, youngMs }: OrderRetention,
  nowMs: number,
): readonly string[] {
  const batch = Math.max(1, Math.min(FORGET_AT_ONCE, Math.floor(finishedOrders / 8)));
  const ids: string[] = [];
  for (const orders of lists) {
    if (orders.length - finishedOrders < batch) continue;
    const oldest = orders.slice(0, batch);
    if (oldest.every((order) => (order.finishMs ?? nowMs) <= nowMs - youngMs))
      ids.push(...oldest.map((order) => order.id));
  }
  return ids;
}
