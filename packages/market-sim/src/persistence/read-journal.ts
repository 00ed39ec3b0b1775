import { MtradeError, assert, errorText } from '@mtrade/base';
import type { Exchange } from '../core/exchange.js';
import type { ExchangeRecord, ExchangeSnapshot } from '../core/types.js';
import { readLines } from './read-lines.js';

/**
 * Rebuilds a new exchange from its journal. A torn last line is what a kill in the middle of a write leaves behind:
 * nobody was told of it, so it is dropped. Throws MTRADE_DATABASE, with the line, for any other damage.
 */
export function readJournal(path: string, exchange: Exchange): void {
  let number = 0;
  let isBegun = false;
  try {
    for (const { text, isWhole } of readLines(path)) {
      number += 1;
      if (!isWhole) continue;
      const entry = JSON.parse(text) as { snapshot: ExchangeSnapshot } | ExchangeRecord;
      if ('snapshot' in entry) exchange.restore(entry.snapshot);
      else exchange.apply(entry);
      isBegun = true;
    }
    // The file is renamed into place with its first line: one without it has been cut by somebody.
    assert(isBegun, 'there is no snapshot');
  } catch (error) {
    const message = `paper exchange ${path}, line ${number}: ${errorText(error)}; move the file away to begin with new balances`;
    throw new MtradeError('MTRADE_DATABASE', message, { path }, { cause: error });
  }
}
