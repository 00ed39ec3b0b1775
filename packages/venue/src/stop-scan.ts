import { type EpochMs, errorText } from '@mtrade/base';
import type { Listing, StopEvidence, StopScan } from '@mtrade/engine';
import { type Row, asRow, asRows, textField } from './answer.js';
import type { GateApi } from './gate-api.js';
import { PAGE_ROWS } from './pages.js';
import { pairOf, symbolOf } from './rows.js';
import { readStop, stopEndMs, stopIdField } from './stop-rows.js';

const MOST_PAGES = 100;

/**
 * Every stop of a pair since a moment: the open list, then the finished one, because a stop moves from the first to the
 * second. Never rejects: a page that failed, a list that moved while it was read or a row that cannot be read makes the
 * scan incomplete; what it found still counts.
 */
export async function scanForStops(
  read: GateApi['read'],
  query: { readonly symbol: string; readonly fromMs: EpochMs; readonly startedAtMs: EpochMs },
  onProblem: (problem: string) => void,
): Promise<StopScan> {
  const { fromMs, startedAtMs, symbol } = query;
  const stops = new Map<string, StopEvidence>();
  let complete = true;
  const problem = (text: string): void => {
    complete = false;
    onProblem(text);
  };
  for (const status of ['open', 'finished'] as const) {
    const { missing, rows } = await readList(read, { status, market: pairOf(symbol) }, fromMs);
    if (missing !== null) problem(`${status} trigger orders: ${missing}`);
    for (const row of rows) {
      try {
        const stop = readStop(row, symbol);
        if (stop !== null && stop.createdMs >= fromMs) stops.set(stop.stopId, stop);
      } catch (error) {
        problem(`${status} trigger orders: ${errorText(error)}`);
      }
    }
  }
  return { complete, startedAtMs, stops: [...stops.values()] };
}

/**
 * Every stop of the account, of all pairs: open ones, then those that ended since a moment. Never rejects: what could not
 * be read is said in `missing`, and what was read until then stays. What cannot be read of a pair
 * that is not among `ours` is not missing; null: all pairs are.
 */
export async function listAllStops(
  read: GateApi['read'],
  fromMs: EpochMs,
  ours: ReadonlySet<string> | null,
): Promise<Listing<StopEvidence>> {
  const stops = new Map<string, StopEvidence>();
  let missing: string | null = null;
  for (const status of ['open', 'finished'] as const) {
    const list = await readList(read, { status }, fromMs);
    if (list.missing !== null) missing ??= `${status}: ${list.missing}`;
    for (const row of list.rows) {
      try {
        const stop = isOver(row, fromMs) ? null : readStop(row, symbolOf(textField(row, 'market')));
        if (stop !== null) stops.set(stop.stopId, stop);
      } catch (error) {
        if (!isOfOthers(row, ours)) missing ??= `${status}: ${errorText(error)}`;
      }
    }
  }
  return { rows: [...stops.values()], missing };
}

const isOfOthers = (row: Row, ours: ReadonlySet<string> | null): boolean =>
  ours !== null && typeof row['market'] === 'string' && !ours.has(symbolOf(row['market']));

/** The whole list of open ones, or that of the ended ones back to `fromMs`; of one market, or of all. */
const readList = (
  read: GateApi['read'],
  list: { readonly status: 'open' | 'finished'; readonly market?: string },
  fromMs: EpochMs,
): ReturnType<typeof readOffsets> =>
  readOffsets(
    (offset) =>
      read({
        method: 'GET',
        section: 'spot',
        access: 'private',
        path: 'price_orders',
        params: { ...list, limit: PAGE_ROWS, offset },
      }),
    list.status === 'finished' ? fromMs : null,
  );

/**
 * Reads a list by offset. Each page begins with the last row of the one before: when it does not, a row above was
 * taken out meanwhile and the next one slipped past us. Ends at a page that is not full, and before `endedBeforeMs` (null
 * for never) where the rows so far show that the list is in falling order.
 */
async function readOffsets(
  readAt: (offset: number) => Promise<unknown>,
  endedBeforeMs: number | null,
): Promise<{ readonly rows: readonly Row[]; readonly missing: string | null }> {
  const rows = new Map<string, Row>();
  const inOrder: Row[] = [];
  const partial = (missing: string) => ({ rows: [...rows.values()], missing });
  let offset = 0;
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    try {
      const list = asRows(await readAt(offset)).map(asRow);
      const [first] = list;
      if (page > 1 && (first === undefined || !rows.has(stopIdField(first))))
        return partial(`the list moved before page ${page}`);
      const before = rows.size;
      for (const row of list) rows.set(stopIdField(row), row);
      if (list.length < PAGE_ROWS) return { rows: [...rows.values()], missing: null };
      if (rows.size === before) return partial(`page ${page} repeats earlier rows`);
      inOrder.push(...list);
      if (endedBeforeMs !== null && list.every((row) => isOver(row, endedBeforeMs)) && isFalling(inOrder))
        return { rows: [...rows.values()], missing: null };
      offset += PAGE_ROWS - 1;
    } catch (error) {
      return partial(`page ${page}: ${errorText(error)}`);
    }
  }
  return partial(`more than ${MOST_PAGES} pages`);
}

function isOver(row: Row, ms: number): boolean {
  const endMs = stopEndMs(row);
  return endMs !== null && endMs < ms;
}

/** By id or by end; Gate does not say which of the two it sorts by. In either order nothing younger can follow. */
function isFalling(rows: readonly Row[]): boolean {
  const falls = (keyOf: (row: Row) => number): boolean =>
    rows.every((row, at) => at === 0 || keyOf(row) <= keyOf(rows[at - 1] as Row));
  return falls((row) => Number(stopIdField(row))) || falls((row) => stopEndMs(row) ?? Infinity);
}
