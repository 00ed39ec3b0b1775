import type { EpochMs } from '@mtrade/base';
import { raiseAttention } from '@mtrade/cycle';
import type { EngineContext } from './context.js';
import { journal } from './journal.js';
import type { Discrepancy, ForeignInstall, JournalEntry } from './ports/index.js';

/** Another installation at work, as a survey saw it. */
export interface ForeignSighting {
  readonly installId: string;
  readonly symbol: string;
  /** Exchange clock. */
  readonly seenMs: EpochMs;
  /** What it did, in words. */
  readonly what: string;
}

const NAMED = 3;
/** An installation that goes on trading is written down again this often, and not with every look. */
const FOREIGN_EVERY_MS = 600_000;

/**
 * Writes down what the account has and the ledger has not. Nothing of it is booked: without a row nobody knows which
 * decision an order belongs to. The pair needs a human; each thing is told once, over restarts, too.
 */
export function recordDiscrepancies(context: EngineContext, found: readonly Discrepancy[]): void {
  const { books } = context;
  const fresh = found.filter((one) => !books.hasDiscrepancy(one));
  for (const symbol of new Set(fresh.map((one) => one.symbol)))
    recordOf(
      context,
      symbol,
      fresh.filter((one) => one.symbol === symbol),
    );
}

function recordOf({ books, clock, log }: EngineContext, symbol: string, found: readonly Discrepancy[]): void {
  const pair = [...books.pairs()].find((one) => one.symbol === symbol);
  const reason = reasonOf(found);
  const words = `${reason} (${namesOf(found)}); see at the exchange what ${symbol} has traded, then reset or resume the pair`;
  const nowMs = clock.epochMs();
  const entries: JournalEntry[] = found.map(({ kind, reference, clientOrderId }) =>
    journal(nowMs, `reconcile.${kind}`, symbol, { clientOrderId, reference }),
  );
  // Said once: more of the same stands in the journal and in the status.
  const raised = pair !== undefined && pair.attention?.includes(reason) !== true;
  if (raised) entries.push(journal(nowMs, 'pair.needs_attention', symbol, { reason: words }));
  books.commit({
    ...(raised && { pair: raiseAttention(pair, words) }),
    discrepancies: found,
    journal: entries,
  });
  log.error({ symbol, found: found.length }, words);
}

const reasonOf = (found: readonly Discrepancy[]): string =>
  found.some(({ kind }) => kind === 'orphan-order' || kind === 'orphan-trade')
    ? 'the account has orders or trades of this installation that the books do not know; the books may be an old copy'
    : 'the exchange shows more of orders that have ended in the books';

function namesOf(found: readonly Discrepancy[]): string {
  const ids = [...new Set(found.map((one) => one.clientOrderId))];
  const more = ids.length > NAMED ? ` and ${ids.length - NAMED} more` : '';
  return `${ids.slice(0, NAMED).join(', ')}${more}`;
}

/** Whoever else trades on this account changes what every decision here rests on: nothing is bought until a human says so. */
export function recordForeign(context: EngineContext, sightings: readonly ForeignSighting[]): void {
  const latest = new Map<string, ForeignSighting>();
  for (const one of sightings)
    if (one.seenMs > (latest.get(one.installId)?.seenMs ?? Number.NEGATIVE_INFINITY))
      latest.set(one.installId, one);
  for (const one of latest.values()) recordInstall(context, one);
}

function recordInstall({ books, clock, log }: EngineContext, sighting: ForeignSighting): void {
  const { installId, symbol, seenMs, what } = sighting;
  const known = books.foreignInstall(installId);
  const acknowledgedMs = known?.acknowledgedMs ?? null;
  if (acknowledgedMs !== null && seenMs <= acknowledgedMs) return;
  const wasAtLarge = books.atLarge().some((one) => one.installId === installId);
  if (wasAtLarge && known && seenMs - known.lastSeenMs < FOREIGN_EVERY_MS) return;
  const install: ForeignInstall = {
    installId,
    firstSeenMs: known?.firstSeenMs ?? seenMs,
    lastSeenMs: seenMs,
    lastSeen: what,
    acknowledgedMs,
  };
  const entry = journal(clock.epochMs(), 'account.foreign-engine', symbol, { installId, what });
  books.commit({ foreignInstalls: [install], journal: wasAtLarge ? [] : [entry] });
  if (!wasAtLarge)
    log.error(
      { installId, symbol, what },
      'another installation of mtrade trades on this account: nothing is bought any more',
    );
}
