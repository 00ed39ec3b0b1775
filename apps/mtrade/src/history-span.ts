import { MtradeError } from '@mtrade/base';
import type { MtradeConfig } from '@mtrade/config';
import type { Reader } from '@mtrade/store';
import { pairArgument } from './arguments.js';
import { databasePath } from './books-paths.js';

/** The books of a data directory, beside a running engine or without one. Throws MTRADE_NOT_RUNNING without books. */
export async function openBooks(dataDir: string): Promise<Reader> {
  const { openReader } = await import('@mtrade/store');
  const reader = openReader({ path: databasePath(dataDir) });
  if (reader !== null) return reader;
  throw new MtradeError(
    'MTRADE_NOT_RUNNING',
    `there are no books in ${dataDir}: no engine has run there yet`,
    { dataDir },
  );
}

/** What a report is limited to. */
export async function spanOf(
  pair: string | undefined,
  { from, to }: { readonly from?: number; readonly to?: number },
) {
  if (from !== undefined && to !== undefined && from >= to)
    throw new MtradeError('MTRADE_USAGE', '--from must lie before --to', {});
  return {
    ...(pair !== undefined && { symbol: await pairArgument(pair) }),
    ...(from !== undefined && { fromMs: from }),
    ...(to !== undefined && { untilMs: to }),
  };
}

/** More names than this help nobody. */
const MAX_NAMES = 16;

/** A pair that neither the books nor the configuration know is a slip of the finger, not one without trades. */
export function knownPair(reader: Reader, config: MtradeConfig | null, symbol: string | undefined): void {
  if (symbol === undefined) return;
  const known = new Set([...reader.pairs(), ...(config?.pairs ?? [])].map((pair) => pair.symbol));
  if (known.has(symbol)) return;
  const names = [...known].sort();
  const shown = names.slice(0, MAX_NAMES).join(', ');
  const rest = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
  throw new MtradeError('MTRADE_USAGE', `${symbol} is not in these books; there are ${shown}${rest}`, {});
}
