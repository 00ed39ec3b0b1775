import { type EpochMs, errorText } from '@mtrade/base';
import { parseClientOrderId } from '@mtrade/cycle';
import type { LaneRequest, Listing, Survey, Venue } from './ports/index.js';
import { fillToWire, stopToWire } from './wire.js';

/** Gate lists 30 days of orders and trades; an hour less, so that two clocks cannot disagree about the edge. */
export const HISTORY_REACH_MS = 30 * 86_400_000 - 3_600_000;

/**
 * One look at the whole account for the books to be compared with: open orders first, then stops, then own trades,
 * because an order moves in this direction. Read at once, one on its way could be in none of them.
 *
 * Never rejects. Orders that no mtrade has sent are left out: they are the user's own. Stops have no name by which that
 * could be told; the books judge them.
 */
export async function survey(
  { askedMs, fromMs, toMs }: Extract<LaneRequest, { type: 'survey' }>,
  venue: Pick<Venue, 'openOrders' | 'allStops' | 'trades'>,
  startedAtMs: EpochMs | null,
): Promise<Survey> {
  const openOrders = await whole(() => venue.openOrders());
  const stops = await whole(() => venue.allStops(fromMs));
  const trades = await whole(() => venue.trades(fromMs, toMs));
  return {
    type: 'surveyed',
    askedMs,
    startedAtMs,
    fromMs,
    toMs,
    openOrders: { ...openOrders, rows: openOrders.rows.filter(isOfMtrade) },
    stops: { ...stops, rows: stops.rows.map(stopToWire) },
    trades: {
      ...trades,
      rows: trades.rows.filter(isOfMtrade).map((trade) => ({ ...trade, fill: fillToWire(trade.fill) })),
    },
  };
}

const isOfMtrade = ({ clientOrderId }: { readonly clientOrderId: string }): boolean =>
  parseClientOrderId(clientOrderId) !== null;

/** A list that could not be asked for at all is an incomplete one and never an empty one. */
async function whole<T>(ask: () => Promise<Listing<T>>): Promise<Listing<T>> {
  try {
    return await ask();
  } catch (error) {
    return { rows: [], missing: errorText(error) };
  }
}
