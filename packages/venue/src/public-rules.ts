import type { MarketRules } from '@mtrade/cycle';
import { asRow, asRows, MalformedAnswer, parseJson, textField } from './answer.js';
import { apiBase } from './gate-signer.js';
import { createHttpClient } from './http-client.js';
import { errorLabel } from './place-outcome.js';
import { pairOf, readRules } from './rows.js';
import { VenueError } from './venue-error.js';

const PATH = '/spot/currency_pairs';

/**
 * What the exchange says of these pairs to everybody: no key, no account's own fee. Pairs that it does not list are
 * left out. Rejects with a VenueError when there is no complete answer.
 */
export async function readPublicRules(
  options: { readonly restUrl: string; readonly requestDeadlineMs: number },
  symbols: readonly string[],
): Promise<readonly MarketRules[]> {
  const base = apiBase(options.restUrl);
  const http = createHttpClient({
    baseUrl: base,
    requestDeadlineMs: options.requestDeadlineMs,
    connections: 1,
    maxReplyBytes: 16 * 1024 * 1024,
  });
  const url = `${base}${PATH}`;
  try {
    const reply = await http.send({
      method: 'GET',
      url,
      headers: { accept: 'application/json' },
      body: null,
    });
    const failed = (what: string): VenueError =>
      new VenueError(`market rules: ${what}`, { url, phase: 'answer', status: reply.status });
    if (reply.status !== 200) throw failed(`HTTP ${reply.status} ${errorLabel(reply.text).label}`.trimEnd());
    try {
      const wanted = new Map(symbols.map((symbol) => [pairOf(symbol), symbol]));
      return asRows(parseJson(reply.text)).flatMap((row) => {
        const symbol = wanted.get(textField(asRow(row), 'id'));
        return symbol === undefined ? [] : [readRules(row, symbol, null)];
      });
    } catch (error) {
      if (error instanceof MalformedAnswer) throw failed(error.message);
      throw error;
    }
  } finally {
    await http.close();
  }
}
