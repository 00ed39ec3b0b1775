import { setTimeout as sleep } from 'node:timers/promises';
import { type EpochMs, errorText } from '@mtrade/base';
import { isOwnClientOrderId, type PairState, RESTORED_MARK } from '@mtrade/cycle';
import type { Listing, StopEvidence } from '@mtrade/engine';
import type { Logger } from '@mtrade/log';
import type { Store } from '@mtrade/store';
import type { AccountReader } from '@mtrade/venue';

export interface CompareDeps {
  readonly store: Pick<
    Store,
    'restored' | 'endRestored' | 'knowsOrder' | 'stopIntents' | 'commit' | 'load' | 'identity'
  >;
  readonly account: Pick<
    AccountReader,
    'measureClock' | 'openOrders' | 'finishedOrders' | 'trades' | 'stops'
  >;
  readonly log: Logger;
  readonly nowMs: () => EpochMs;
  /** Between two tries to read the account. */
  readonly retryMs?: number;
}

/** What the exchange said about one pair. */
export type Comparison =
  | { readonly type: 'clean' }
  /**
   * Orders of this installation that the books have no row for, by client id, and stops that have sold since, as
   * `stop <id>`: they were sent after the backup was made.
   */
  | { readonly type: 'unknown-orders'; readonly clientOrderIds: readonly string[] }
  | { readonly type: 'not-compared'; readonly reason: string };

/** The clocks of the backup, this machine and the exchange may differ, and an order may have been on its way. */
const MARGIN_MS = 600_000;
const TRIES = 4;
const RETRY_MS = 1_000;
const NAMED_IDS = 5;
const BEFORE = '; before: ';
const NO_STOPS: Listing<StopEvidence> = { rows: [], missing: null };

/**
 * The first work of a start on restored books, before anything can be sent: for each pair, the exchange's own word on
 * what this installation has ordered since the backup. A pair that shows nothing new is cleared. One that does keeps
 * its mark, with the orders named, and so does one that could not be compared; both wait for a human, and the schema
 * refuses every order of theirs. When every pair has been compared, the books are ordinary ones again.
 */
export async function compareRestored(
  symbols: readonly string[],
  deps: CompareDeps,
): Promise<Readonly<Record<string, Comparison>>> {
  const { store, log } = deps;
  const restored = store.restored();
  if (restored === null) return {};
  const fromMs = (restored.booksMs - MARGIN_MS) as EpochMs;
  const { pairs } = store.load();
  const protectedPairs = new Set(
    pairs.filter(({ position }) => position !== null).map(({ symbol }) => symbol),
  );
  const failure = await clockFailure(deps);
  const results: Record<string, Comparison> = {};
  for (const symbol of symbols)
    results[symbol] =
      failure === null
        ? await compare({ symbol, fromMs, wantsStops: protectedPairs.has(symbol) }, deps)
        : { type: 'not-compared', reason: failure };

  for (const pair of pairs) {
    const result = results[pair.symbol];
    if (result) settle(pair, result, deps);
  }
  const open = symbols.filter((symbol) => results[symbol]?.type === 'not-compared');
  if (open.length === 0) store.endRestored();
  log.warn(
    { booksMs: restored.booksMs, pairs: symbols.length, notCompared: open },
    'restored books were compared with the exchange',
  );
  return results;
}

async function clockFailure({ account, retryMs = RETRY_MS }: CompareDeps): Promise<string | null> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await account.measureClock();
      return null;
    } catch (error) {
      if (attempt === TRIES) return errorText(error);
      await sleep(retryMs);
    }
  }
}

async function compare(
  {
    symbol,
    fromMs,
    wantsStops,
  }: { readonly symbol: string; readonly fromMs: EpochMs; readonly wantsStops: boolean },
  { account, store, retryMs = RETRY_MS }: CompareDeps,
): Promise<Comparison> {
  let reason = '';
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    if (attempt > 1) await sleep(retryMs);
    // In the order in which an order moves through them, so that none can slip by between two lists.
    const open = await account.openOrders(symbol);
    const finished = await account.finishedOrders(symbol, fromMs);
    const trades = await account.trades(symbol, fromMs);
    // A stop bears no name: one that the books do not know, and that has fired since, may have sold this position.
    const stops = wantsStops ? await account.stops(fromMs) : NO_STOPS;
    const rows = [...open.rows, ...finished.rows, ...trades.rows];
    const unknown = new Set([
      ...rows
        .map((row) => row.clientOrderId)
        .filter((id) => isOwnClientOrderId(id, store.identity.installId) && !store.knowsOrder(id)),
      ...stops.rows
        .filter((stop) => stop.symbol === symbol && (stop.status === 'fired' || stop.firedOrderId !== null))
        .filter(({ stopId }) => store.stopIntents(symbol, { stopId }).length === 0)
        .map(({ stopId }) => `stop ${stopId}`),
    ]);
    if (unknown.size > 0) return { type: 'unknown-orders', clientOrderIds: [...unknown] };
    const missing = open.missing ?? finished.missing ?? trades.missing ?? stops.missing;
    if (missing === null) return { type: 'clean' };
    reason = missing;
  }
  return { type: 'not-compared', reason };
}

function settle(pair: PairState, result: Comparison, { store, nowMs }: CompareDeps): void {
  const attention = attentionAfter(pair.attention, result);
  const details =
    result.type === 'unknown-orders'
      ? { result: result.type, clientOrderIds: result.clientOrderIds.slice(0, 100) }
      : { result: result.type };
  store.commit({
    pair: { ...pair, attention },
    journal: [
      { epochMs: nowMs(), symbol: pair.symbol, event: 'books.compared', details },
      ...(attention === null
        ? []
        : [
            {
              epochMs: nowMs(),
              symbol: pair.symbol,
              event: 'pair.needs_attention',
              details: { reason: attention },
            },
          ]),
    ],
  });
}

function attentionAfter(attention: string | null, result: Comparison): string | null {
  switch (result.type) {
    case 'clean': {
      // What a human had to look at before the restore is still there.
      const before = attention?.startsWith(RESTORED_MARK)
        ? attention.split(BEFORE).slice(1).join(BEFORE)
        : attention;
      return before === '' ? null : before;
    }
    case 'unknown-orders': {
      const { clientOrderIds: ids } = result;
      const more = ids.length > NAMED_IDS ? ` and ${ids.length - NAMED_IDS} more` : '';
      return (
        `${RESTORED_MARK} the exchange knows ${ids.length} order(s) that these books do not: ` +
        `${ids.slice(0, NAMED_IDS).join(', ')}${more}; see what they traded, then reset or resume the pair`
      );
    }
    case 'not-compared':
      return (
        `${RESTORED_MARK} could not be compared with the exchange (${result.reason}); ` +
        `start again, or compare by hand and resume the pair`
      );
  }
}
