import { parseClientOrderId } from '@mtrade/cycle';
import { ZERO } from '@mtrade/money';
import type { Cleanable, CleanableCycle, CleanableIntent } from '@mtrade/store';
import type { AccountEvidence } from './evidence.js';
import type { StaleFile } from './stale-files.js';

/** A row that could go by its age and state, and stays all the same. */
export interface Kept {
  readonly what: string;
  readonly why: string;
}

export interface CleanupPlan {
  readonly journalIds: readonly number[];
  readonly intents: readonly CleanableIntent[];
  readonly cycles: readonly CleanableCycle[];
  readonly files: readonly StaleFile[];
  readonly kept: readonly Kept[];
}

/**
 * What is removed of what could be, once the exchange has been heard. An order of the books goes only when whole lists
 * of its pair do not know it, or know it as ended without a fill; a cycle goes with all of its orders or not at all.
 */
export function planCleanup(
  cleanable: Cleanable,
  files: readonly StaleFile[],
  evidence: AccountEvidence,
): CleanupPlan {
  const verdicts = cleanable.intents.map((intent) => ({ intent, why: reasonToKeep(intent, evidence) }));
  const intents = verdicts.filter(({ why }) => why === null).map(({ intent }) => intent);
  const chosen = new Set(intents.map(({ id }) => id));
  const cycles = cleanable.cycles.filter(({ intentIds }) => intentIds.every((id) => chosen.has(id)));
  const kept = verdicts.flatMap(({ intent, why }) =>
    why === null ? [] : [{ what: `${intent.symbol} order ${intent.clientOrderId} (${intent.state})`, why }],
  );
  return { journalIds: cleanable.journalIds, intents, cycles, files, kept };
}

function reasonToKeep({ symbol, clientOrderId }: CleanableIntent, evidence: AccountEvidence): string | null {
  const pair = evidence.pairs.find((one) => one.symbol === symbol);
  if (pair === undefined) return 'the exchange was not asked about this pair';
  if (pair.problem !== null) return `unknown: the exchange did not answer in full (${pair.problem})`;
  if (parseClientOrderId(clientOrderId) === null) return 'its name is not one that this program makes';
  const isIts = (row: { readonly clientOrderId: string }): boolean => row.clientOrderId === clientOrderId;
  if (pair.trades.some(isIts)) return 'the exchange has trades of it: run mtrade diagnose';
  if (pair.openOrders.some(isIts)) return 'the exchange has it open: run mtrade diagnose';
  const ended = pair.finishedOrders.find(isIts);
  if (ended !== undefined && !(ended.filledBase?.eq(ZERO) ?? false))
    return 'the exchange says that it was filled: run mtrade diagnose';
  return null;
}

export const isEmptyPlan = ({ journalIds, intents, cycles, files }: CleanupPlan): boolean =>
  journalIds.length + intents.length + cycles.length + files.length === 0;
