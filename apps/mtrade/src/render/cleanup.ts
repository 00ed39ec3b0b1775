import { cleanText } from '@mtrade/log';
import type { CleanupResult } from '@mtrade/runtime';

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** Each thing that goes, by name, except the lines of the journal, which are counted. */
export function renderCleanup({ plan, backup, done }: CleanupResult): string {
  const { journalIds, intents, cycles, files, kept } = plan;
  const verb = done ? 'removed' : 'would remove';
  const lines = [
    ...(journalIds.length === 0 ? [] : [`${verb}  ${journalIds.length} lines of the journal`]),
    ...intents.map(
      ({ symbol, clientOrderId, state, closedMs }) =>
        `${verb}  order ${clientOrderId} of ${symbol}: ${state}, no trade, ended ${day(closedMs)}`,
    ),
    ...cycles.map(
      ({ symbol, number, closedMs }) =>
        `${verb}  cycle ${number} of ${symbol}: abandoned without a trade, ended ${day(closedMs)}`,
    ),
    ...files.map(
      ({ path, kind, bytes, modifiedMs }) =>
        `${verb}  ${kind} ${path} (${bytes} bytes, of ${day(modifiedMs)})`,
    ),
    ...kept.map(({ what, why }) => `kept  ${what}: ${why}`),
  ].map((line) => cleanText(line, 500));
  const count = journalIds.length + intents.length + cycles.length + files.length;
  if (count === 0) return [...lines, 'nothing to clean up'].join('\n');
  const end = done
    ? backup === null
      ? 'done; no books, so no backup was needed'
      : `done; the books as they were: ${backup}`
    : 'nothing was changed; --confirm does it, after a verified backup';
  return [...lines, '', end].join('\n');
}
