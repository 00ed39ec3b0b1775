import { type Price, scaled } from '@mtrade/money';
import type { EpochMs } from '@mtrade/base';
import { asRow, asRows, textField } from './answer.js';
import { readListPublicly } from './public-read.js';
import { readTicker } from './rest-price.js';
import { pairOf } from './rows.js';

const PATH = '/spot/tickers';

/**
 * What a buyer would pay now, by symbol: no key. Pairs without an offer are left out. Rejects with a VenueError when
 * there is no complete answer.
 */
export async function readPublicAsks(
  options: { readonly restUrl: string; readonly requestDeadlineMs: number },
  symbols: readonly string[],
): Promise<ReadonlyMap<string, Price>> {
  const wanted = new Map(symbols.map((symbol) => [pairOf(symbol), symbol]));
  const at = { sentMs: 0 as EpochMs, answeredMs: 0 as EpochMs };
  return readListPublicly(options, { what: 'tickers', path: PATH }, (json) => {
    const rows = asRows(json).map(asRow);
    return new Map(
      rows.flatMap((row): [string, Price][] => {
        const symbol = wanted.get(textField(row, 'currency_pair'));
        if (symbol === undefined) return [];
        const { ask } = readTicker(row, symbol, at);
        return ask === null ? [] : [[symbol, scaled(ask.mantissa, ask.decimals) as Price]];
      }),
    );
  });
}
