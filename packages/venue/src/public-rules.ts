import type { MarketRules } from '@mtrade/cycle';
import { asRow, asRows, textField } from './answer.js';
import { readListPublicly } from './public-read.js';
import { pairOf, readRules } from './rows.js';

const PATH = '/spot/currency_pairs';

/**
 * What the exchange says of these pairs to everybody: no key, no account's own fee. Pairs that it does not list are
 * left out. Rejects with a VenueError when there is no complete answer.
 */
export async function readPublicRules(
  options: { readonly restUrl: string; readonly requestDeadlineMs: number },
  symbols: readonly string[],
): Promise<readonly MarketRules[]> {
  const wanted = new Map(symbols.map((symbol) => [pairOf(symbol), symbol]));
  return readListPublicly(options, { what: 'market rules', path: PATH }, (json) =>
    asRows(json).flatMap((row) => {
      const symbol = wanted.get(textField(asRow(row), 'id'));
      return symbol === undefined ? [] : [readRules(row, symbol, null)];
    }),
  );
}
