import { join } from 'node:path';
import { DEFAULT_USER_ID } from '@mtrade/market-sim';
import { openReader } from '@mtrade/store';
import { readBooks } from '../replay/books.js';
import { checkRecords } from '../replay/checker/check-records.js';
import { compareBooks } from '../replay/checker/compare-books.js';
import type { Records, Violation } from '../replay/checker/facts.js';
import { ladderOf, marketsOf } from './setting.js';
import type { ExchangeAnswers } from './simulated-exchange.js';
import { checkStops, nameFiredOrders, stopRows } from './verify-stops.js';

const OVER = new Set(['FILLED', 'PARTIAL', 'KILLED', 'REJECTED', 'NEVER']);

export interface VerifyOptions {
  readonly symbols: readonly string[];
  /** Positions have protective stops. */
  readonly stops: boolean;
  readonly isFinal: boolean;
}

export interface Verdict {
  readonly violations: readonly Violation[];
  /** Client ids of the orders whose outcome the books do not know yet. */
  readonly pending: readonly string[];
  readonly orders: number;
  readonly trades: number;
  readonly cycles: number;
}

/**
 * Holds the books of an engine that does not run against the exchange's own records. Orders that the books still call
 * open may have traded without being booked; everything else must agree to the last digit, at any moment of any death.
 * `isFinal`: nothing may be open.
 */
export function verify(
  directory: string,
  answers: ExchangeAnswers,
  { symbols, stops, isFinal }: VerifyOptions,
): Verdict {
  const path = join(directory, 'data', 'mtrade.db');
  const own = stops ? stopRows(path) : [];
  const records: Records = {
    ...answers,
    orders: nameFiredOrders(answers, own),
    balances: answers.balances[DEFAULT_USER_ID] ?? {},
    damage: [],
  };
  const inside = examine(path);
  const { books } = readBooks(path);
  const open = books.intents.filter(({ state }) => !OVER.has(state) && !(isFinal && state === 'LIVE'));
  const pending = new Set(isFinal ? [] : open.map(({ clientOrderId }) => clientOrderId));
  const busy = new Set(isFinal ? [] : open.map(({ symbol }) => symbol));
  const isOpen = ({ rule, symbol, orders }: Violation): boolean =>
    rule === 'books-differ'
      ? busy.has(symbol)
      : (rule === 'fills-differ' || rule === 'intents-differ') &&
        orders.some((name) => pending.has(name) || pending.has(/\((.*)\)$/.exec(name)?.[1] ?? ''));
  /** A stop lies on the exchange for as long as there is a position; `checkStops` looks whether it does. */
  const resting = new Set(own.filter(({ state }) => state === 'LIVE').map(({ name }) => name));
  const isResting = ({ rule, orders, text }: Violation): boolean =>
    rule === 'intents-differ' && text.startsWith('still LIVE') && orders.every((name) => resting.has(name));
  const ladders = Object.fromEntries(symbols.map((symbol) => [symbol, ladderOf(stops)]));
  const { stories: all, violations } = checkRecords({ records, markets: marketsOf(symbols), ladders });
  // Books that were just made have no rows yet.
  const stories = all.filter(
    ({ symbol }) =>
      books.pairs.some((pair) => pair.symbol === symbol) ||
      records.orders.some((order) => order.symbol === symbol),
  );
  return {
    violations: [
      ...inside,
      ...violations,
      ...compareBooks(stories, records, books).filter((found) => !isOpen(found) && !isResting(found)),
      ...checkStops(answers, own, isFinal),
      ...checkPosts(answers),
    ],
    pending: open.filter(({ state }) => state !== 'LIVE').map(({ clientOrderId }) => clientOrderId),
    orders: records.orders.length,
    trades: records.trades.length,
    cycles: books.cycles.length,
  };
}

/** Structure, schema, sums and duplicates inside the database. */
function examine(path: string): Violation[] {
  const reader = openReader({ path });
  if (reader === null) throw new Error(`no database at ${path}`);
  try {
    return reader
      .examine()
      .map(({ kind, symbol, detail }) => ({ rule: kind, symbol: symbol ?? '', orders: [], text: detail }));
  } finally {
    reader.close();
  }
}

/** A client id is sent at most once, ever; the exchange has counted, whatever became of the requests. */
function checkPosts({ requests }: ExchangeAnswers): Violation[] {
  const posts = new Map<string, number>();
  for (const { method, text } of requests)
    // A stop carries no name; `checkStops` sees a second one.
    if (method === 'POST' && text?.startsWith('t-') === true) posts.set(text, (posts.get(text) ?? 0) + 1);
  return [...posts]
    .filter(([, times]) => times > 1)
    .map(([text, times]) => ({
      rule: 'sent-twice',
      symbol: '',
      orders: [text],
      text: `${times} requests carried this client id`,
    }));
}
