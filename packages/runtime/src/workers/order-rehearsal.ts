import type { Clock } from '@mtrade/base';
import { type CommitWord, DEFAULT_ORDER_DESK_OPTIONS, OrderDesk } from '@mtrade/engine';
import { silentLogger } from '@mtrade/log';
import type { GateVenue } from '@mtrade/venue';

/**
 * Takes an order through everything that a real one passes in the order thread, but for the wire; `commits` stands for
 * the gate. It never rejects: what is wrong will be told by the first real request.
 */
export function createOrderRehearsal(
  venue: GateVenue,
  clock: Clock,
  commits: CommitWord,
): () => Promise<void> {
  const { place, measureClock, order } = venue.rehearsal;
  const desk = new OrderDesk(DEFAULT_ORDER_DESK_OPTIONS, {
    venue: { ...venue, place, measureClock },
    clock,
    log: silentLogger,
    emit: () => undefined,
    sleep: () => Promise.resolve(),
    commits,
  });
  let ticket = 0;
  return async () => {
    ticket += 1;
    await desk.handle({ type: 'place', order: order(), ticket }).catch(() => undefined);
  };
}
