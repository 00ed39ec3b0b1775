import type { Clock } from '@mtrade/base';
import { DEFAULT_ORDER_DESK_OPTIONS, OrderDesk, type OrderDeskDeps } from '@mtrade/engine';
import { silentLogger } from '@mtrade/log';
import type { GateVenue } from '@mtrade/venue';

/**
 * Takes an order through everything that a real one passes in the order thread, but for the wire; `committed` stands for
 * the gate. It never rejects: what is wrong will be told by the first real request.
 */
export function createOrderRehearsal(
  venue: GateVenue,
  clock: Clock,
  committed: OrderDeskDeps['committed'],
): () => Promise<void> {
  const { place, measureClock, order } = venue.rehearsal;
  const desk = new OrderDesk(DEFAULT_ORDER_DESK_OPTIONS, {
    venue: { ...venue, place, measureClock },
    clock,
    log: silentLogger,
    emit: () => undefined,
    sleep: () => Promise.resolve(),
    committed,
  });
  let ticket = 0;
  return async () => {
    ticket += 1;
    await desk.handle({ type: 'place', order: order(), ticket }).catch(() => undefined);
  };
}
