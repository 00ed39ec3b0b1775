import { type EpochMs, errorText } from '@mtrade/base';
import { HISTORY_REACH_MS, type OrderEvidence, type ScanResult } from '@mtrade/engine';
import type { GateApi } from './gate-api.js';
import type { GateCall } from './gate-signer.js';
import { PAGE_ROWS, readPages } from './pages.js';
import { pairOf, readOrder, readTradeEvidence } from './rows.js';

/** Gate's list of finished orders is cut by the time of their end; a minute covers its rounding and ours. */
const MARGIN_S = 60;

/**
 * Looks for one client id in the three places where an order can be: open, finished, traded. They are read one after
 * the other in this order, because an order moves in it: reading them at once could miss one that is on its way.
 *
 * Never rejects. A list that broke off, or a row that cannot be read, makes the scan incomplete: what it found still
 * counts, what it did not find proves nothing.
 */
export async function scanForOrder(
  read: GateApi['read'],
  query: { symbol: string; clientOrderId: string; fromMs: EpochMs; startedAtMs: EpochMs },
  onProblem: (problem: string) => void,
): Promise<ScanResult> {
  const { symbol, clientOrderId } = query;
  const pair = { currency_pair: pairOf(symbol) };
  const reach = Math.ceil((query.startedAtMs - HISTORY_REACH_MS) / 1_000);
  const wanted = Math.max(0, Math.floor(query.fromMs / 1_000) - MARGIN_S);
  const from = Math.max(wanted, reach);
  const found = new Map<string, OrderEvidence>();
  let complete = true;

  const problem = (text: string): void => {
    complete = false;
    onProblem(text);
  };
  const list = async (
    name: string,
    path: string,
    params: GateCall['params'],
    evidenceOf: (row: unknown, symbol: string) => OrderEvidence,
  ): Promise<number> => {
    const { rows, missing } = await readPages((page) =>
      read({
        method: 'GET',
        section: 'spot',
        access: 'private',
        path,
        params: { ...pair, ...params, page, limit: PAGE_ROWS },
      }),
    );
    if (missing !== null) problem(`${name}: ${missing}`);
    for (const row of rows) {
      try {
        const evidence = evidenceOf(row, symbol);
        if (evidence.clientOrderId !== clientOrderId) continue;
        // A later list knows more about an order than an earlier one, except that a trade row says little of its order.
        if (path === 'orders' || !found.has(evidence.exchangeOrderId))
          found.set(evidence.exchangeOrderId, evidence);
      } catch (error) {
        problem(`${name}: ${errorText(error)}`);
      }
    }
    return rows.length;
  };

  // X28: what is older than the exchange's memory may be found in it no more, so its absence proves nothing.
  if (from > wanted) problem('the order may be older than what the exchange lists');
  const openRows = await list('open orders', 'orders', { status: 'open' }, readOrder);
  const finishedRows = await list('finished orders', 'orders', { status: 'finished', from }, readOrder);
  const tradeRows = await list('own trades', 'my_trades', { from }, readTradeEvidence);
  return {
    record: { startedAtMs: query.startedAtMs, complete, openRows, finishedRows, tradeRows },
    found: [...found.values()].map(({ clientOrderId: id, exchangeOrderId, finished, finishAs, ...rest }) => ({
      clientOrderId: id,
      symbol,
      exchangeOrderId,
      finished,
      finishAs,
      filledBase: rest.filledBase,
      filledQuote: rest.filledQuote,
    })),
  };
}
