import type { JournalLine, Reader } from '@mtrade/store';

const DECIDED: ReadonlySet<string> = new Set(['operator.reset', 'operator.resumed']);
const EVENTS = ['books.compared', 'reconcile', ...DECIDED];

/**
 * Orders without a row that a human was told of and has decided about since, by a reset or by a resume of their pair;
 * as `symbol clientOrderId`. They never come into the ledger, and there is nothing more to be done about them.
 */
export function settledOrders({ journal }: Pick<Reader, 'journal'>): ReadonlySet<string> {
  const limit = Number.MAX_SAFE_INTEGER;
  const lines = EVENTS.flatMap((event) => journal({ event, limit })).sort((one, other) => one.id - other.id);
  const told = new Map<string, string[]>();
  const settled = new Set<string>();
  for (const line of lines) {
    const { symbol, event } = line;
    if (symbol === null) continue;
    const names = told.get(symbol) ?? [];
    if (DECIDED.has(event)) {
      for (const name of names) settled.add(`${symbol} ${name}`);
      told.delete(symbol);
    } else told.set(symbol, [...names, ...namedIn(line)]);
  }
  return settled;
}

/** The comparison after a restore names many orders in one line, every later one each order in a line of its own. */
function namedIn({ details }: JournalLine): string[] {
  const { clientOrderId, clientOrderIds } = details;
  const all: unknown[] = Array.isArray(clientOrderIds) ? clientOrderIds : [clientOrderId];
  return all.filter((one): one is string => typeof one === 'string');
}
