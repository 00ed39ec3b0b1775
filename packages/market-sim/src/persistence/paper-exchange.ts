import { MtradeError, errorText } from '@mtrade/base';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_USER_ID, Exchange } from '../core/exchange.js';
import type { ExchangeOptions, ExchangeSnapshot, OrderRetention, Quote } from '../core/types.js';
import { Journal } from './journal.js';
import { readJournal } from './read-journal.js';
import { writeSavedMarket } from './saved-market.js';

/**
 * The exchange on disk, for paper mode. `exchange.jsonl` is one snapshot line and one line per change of an account,
 * written (synchronously) before anybody hears of the change: after `kill -9` nothing that was answered is lost. Lines
 * are not flushed to the platter one by one; a power cut may take the last ones. `market.json` is where prices stood.
 */
const JOURNAL = 'exchange.jsonl';
const FIRST_BALANCE = 'first balance';

/**
 * A paper account that trades for months stays small: the orders of the last hour, and however old they are the last
 * 5,000 (about 6 MB in memory, 4 MB in a snapshot). No age alone makes an order go: an engine that was switched off
 * for weeks still finds what it had sent before.
 */
export const PAPER_RETENTION: OrderRetention = { finishedOrders: 5_000, youngMs: 3_600_000 };

export interface PaperExchangeOptions {
  /** Folder of the files; made when missing. */
  readonly dir: string;
  readonly exchange: Omit<ExchangeOptions, 'onRecord'>;
  /** Paid in once, when there is no journal yet: coin to amount. */
  readonly balances: Readonly<Record<string, string>>;
  /** Where prices stood: what the pairs are worth until the source speaks. Default: no prices. */
  readonly quotes?: Readonly<Record<string, Quote>>;
  readonly nowMs: number;
  /** Size at which `exchange.jsonl` is compacted while it is in use; Infinity for never. Default 16 MB. */
  readonly compactAtBytes?: number | undefined;
  /** Orders or trades that a compaction writes without a pause. Default 256. */
  readonly rowsAtOnce?: number | undefined;
  /** A change could not be written: the exchange has stopped for good and must be opened again. */
  readonly onLost?: (error: MtradeError) => void;
  readonly onProblem?: (reason: string) => void;
}

export interface PaperExchange {
  readonly exchange: Exchange;
  /** True when the accounts were read from disk. */
  readonly restored: boolean;
  /** What was paid in when the accounts were made: coin to amount. */
  readonly firstBalances: Readonly<Record<string, string>>;
  /** `feed` names the price source, `position` is whatever it needs to go on. */
  readonly saveMarket: (feed: string, position: unknown) => void;
  readonly journalBytes: () => number;
  /** Settles when the journal is not being compacted. */
  readonly settled: () => Promise<void>;
  readonly close: () => void;
}

/**
 * Rebuilds the exchange from its journal, or makes a new one with `balances`, and compacts the journal to one snapshot.
 * Throws MTRADE_DATABASE for a journal that is damaged before its last line, MTRADE_DISK when it cannot be written.
 */
export function openPaperExchange(options: PaperExchangeOptions): PaperExchange {
  const { dir, balances, nowMs, quotes = {} } = options;
  const path = join(dir, JOURNAL);
  onDisk(path, () => mkdirSync(dir, { recursive: true, mode: 0o700 }));
  let journal: Journal | null = null;
  const exchange = new Exchange({ ...options.exchange, onRecord: (record) => journal?.append(record) });

  const restored = existsSync(path);
  if (restored) readJournal(path, exchange);
  else for (const [coin, amount] of Object.entries(balances)) deposit(exchange, coin, amount, nowMs);
  const { compactAtBytes, rowsAtOnce, onLost = () => undefined, onProblem = () => undefined } = options;
  const snapshot = (): ExchangeSnapshot => exchange.snapshot();
  const opened = onDisk(
    path,
    () => new Journal({ path, compactAtBytes, rowsAtOnce }, { snapshot, onLost, onProblem }),
  );
  journal = opened;

  for (const [symbol, quote] of Object.entries(quotes))
    if (exchange.pair(symbol) !== undefined) exchange.setQuote(symbol, quote, nowMs);

  return {
    exchange,
    restored,
    firstBalances: firstBalancesOf(exchange),
    saveMarket: (feed, position) =>
      writeSavedMarket(dir, { version: 1, feed, quotes: quotesOf(exchange), position }),
    journalBytes: () => opened.bytes,
    settled: () => opened.settled(),
    close: () => opened.close(),
  };
}

function onDisk<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    const message = `the paper exchange cannot write ${path}: ${errorText(error)}`;
    throw new MtradeError('MTRADE_DISK', message, { path }, { cause: error });
  }
}

function deposit(exchange: Exchange, coin: string, amount: string, nowMs: number): void {
  const [userId = DEFAULT_USER_ID] = exchange.users;
  exchange.deposit(userId, coin, amount, nowMs, FIRST_BALANCE);
}

function firstBalancesOf(exchange: Exchange): Record<string, string> {
  const first = exchange.records().transfers.filter((transfer) => transfer.note === FIRST_BALANCE);
  return Object.fromEntries(first.map(({ currency, amount }) => [currency, amount]));
}

function quotesOf(exchange: Exchange): Record<string, Quote> {
  const quotes = exchange.pairs.flatMap(({ symbol }) => {
    const quote = exchange.quote(symbol);
    return quote === null ? [] : [[symbol, quote] as const];
  });
  return Object.fromEntries(quotes);
}
