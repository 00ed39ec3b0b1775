import { type EpochMs, errorText } from '@mtrade/base';
import type { Listing, OpenOrder, OwnTrade } from '@mtrade/engine';
import { asRow, asRows, idField, optional, textField } from './answer.js';
import type { GateCall } from './gate-signer.js';
import { type PagedRows, PAGE_ROWS, readGroupedPages, readPages } from './pages.js';
import { type OrderRow, pairOf, readFill, readOrder, symbolOf } from './rows.js';

type Params = GateCall['params'];
type Get = (path: string, params: Params) => Promise<unknown>;

/** Gate counts in seconds; the second that a moment lies in counts in full. */
const secondsFrom = (ms: number): number => Math.max(0, Math.floor(ms / 1_000));
const secondsTo = (ms: number): number => Math.ceil(ms / 1_000);

/**
 * The lists of an account, each to its last page. None rejects: what could not be read is said in `missing`, and what
 * was read until then stays.
 */
export interface Listings {
  readonly openOrdersOf: (symbol: string) => Promise<Listing<OrderRow>>;
  /** Orders that ended since `fromMs`. */
  readonly finishedOrdersOf: (symbol: string, fromMs: EpochMs) => Promise<Listing<OrderRow>>;
  readonly tradesOf: (symbol: string, fromMs: EpochMs) => Promise<Listing<OwnTrade>>;
  /** Of all pairs: one request, while no pair has more than a page of open orders. */
  readonly openOrders: () => Promise<Listing<OpenOrder>>;
  /** Of all pairs. Gate refuses a time of more than 30 days. */
  readonly trades: (fromMs: EpochMs, toMs: EpochMs | null) => Promise<Listing<OwnTrade>>;
}

export function createListings(get: Get, scrub: (text: string) => string): Listings {
  const listing = <T>({ rows, missing }: PagedRows, read: (row: unknown) => T): Listing<T> => {
    const good: T[] = [];
    let why = missing;
    for (const row of rows) {
      try {
        good.push(read(row));
      } catch (error) {
        // A row that cannot be read may be ours: the list is no longer whole.
        why ??= errorText(error);
      }
    }
    return { rows: good, missing: why === null ? null : scrub(why) };
  };
  const list = async <T>(path: string, params: Params, read: (row: unknown) => T): Promise<Listing<T>> =>
    listing(await readPages((page) => get(path, { ...params, page, limit: PAGE_ROWS })), read);

  return {
    openOrdersOf: (symbol) =>
      list('orders', { currency_pair: pairOf(symbol), status: 'open' }, (row) => readOrder(row, symbol)),
    finishedOrdersOf: (symbol, fromMs) =>
      list(
        'orders',
        { currency_pair: pairOf(symbol), status: 'finished', from: secondsFrom(fromMs) },
        (row) => readOrder(row, symbol),
      ),
    tradesOf: (symbol, fromMs) =>
      list('my_trades', { currency_pair: pairOf(symbol), from: secondsFrom(fromMs) }, (row) =>
        readOwnTrade(row, symbol),
      ),
    openOrders: async () =>
      listing(
        await readGroupedPages((page) => get('open_orders', { page, limit: PAGE_ROWS }), groupsOf),
        readOpenOrder,
      ),
    trades: (fromMs, toMs) => {
      const to = toMs === null ? {} : { to: secondsTo(toMs) };
      return list('my_trades', { from: secondsFrom(fromMs), ...to }, (row) =>
        readOwnTrade(row, symbolOf(textField(asRow(row), 'currency_pair'))),
      );
    },
  };
}

/** Gate groups the open orders by pair; page and limit count within each. */
const groupsOf = (answer: unknown): (readonly unknown[])[] =>
  asRows(answer).map((group) => asRows(asRow(group)['orders']));

function readOpenOrder(row: unknown): OpenOrder {
  const { clientOrderId, symbol, exchangeOrderId, side } = readOrder(
    row,
    symbolOf(textField(asRow(row), 'currency_pair')),
  );
  return { clientOrderId, symbol, exchangeOrderId, side };
}

function readOwnTrade(row: unknown, symbol: string): OwnTrade {
  const exchangeOrderId = idField(asRow(row), 'order_id');
  return {
    clientOrderId: optional(asRow(row), 'text', textField) ?? '',
    exchangeOrderId,
    fill: readFill(row, symbol, exchangeOrderId),
  };
}
