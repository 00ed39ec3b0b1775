import { MtradeError, errorText } from '@mtrade/base';
import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DEFAULT_USER_ID, Exchange } from './core/exchange.js';
import type { ExchangeOptions, ExchangeRecord, ExchangeSnapshot, Quote } from './core/types.js';

/**
 * The exchange on disk, for paper mode. `exchange.jsonl` is one snapshot line and one line per change of an account,
 * written (synchronously) before anybody hears of the change: after `kill -9` nothing that was answered is lost. Lines
 * are not flushed to the platter one by one; a power cut may take the last ones. `market.json` is where prices stood.
 */
const JOURNAL = 'exchange.jsonl';
const MARKET = 'market.json';

export interface SavedMarket {
  readonly version: 1;
  /** Last quote of each pair. */
  readonly quotes: Readonly<Record<string, Quote>>;
  /** `PriceSource.position()` of the source that gave them. */
  readonly position: unknown;
}

export interface PaperExchangeOptions {
  /** Folder of the files; made when missing. */
  readonly dir: string;
  readonly exchange: Omit<ExchangeOptions, 'onRecord'>;
  /** Paid in once, when there is no journal yet: coin to amount. */
  readonly balances: Readonly<Record<string, string>>;
  readonly nowMs: number;
}

export interface PaperExchange {
  readonly exchange: Exchange;
  /** Null when nothing usable was saved. */
  readonly market: SavedMarket | null;
  /** True when the accounts were read from disk. */
  readonly restored: boolean;
  readonly saveMarket: (position: unknown) => void;
  readonly close: () => void;
}

/**
 * Rebuilds the exchange from its journal, or makes a new one with `balances`, and compacts the journal to one snapshot.
 * Prices go on where they stood. Throws MTRADE_DATABASE for a journal that is damaged before its last line.
 */
export function openPaperExchange({
  dir,
  exchange: options,
  balances,
  nowMs,
}: PaperExchangeOptions): PaperExchange {
  mkdirSync(dir, { recursive: true });
  const path = join(dir, JOURNAL);
  let journal: number | null = null;
  const exchange = new Exchange({
    ...options,
    onRecord: (record) => {
      if (journal !== null) appendFileSync(journal, `${JSON.stringify(record)}\n`);
    },
  });

  const restored = existsSync(path);
  if (restored) readJournal(path, exchange);
  else for (const [coin, amount] of Object.entries(balances)) deposit(exchange, coin, amount, nowMs);
  // Renamed into place whole: there is never a moment with half a snapshot, or with half of the first balances.
  writeWhole(path, `${JSON.stringify({ snapshot: exchange.snapshot() })}\n`);
  journal = openSync(path, 'a');

  const market = readMarket(join(dir, MARKET));
  for (const [symbol, quote] of Object.entries(market?.quotes ?? {}))
    if (exchange.pair(symbol) !== undefined) exchange.setQuote(symbol, quote, nowMs);

  return {
    exchange,
    market,
    restored,
    saveMarket: (position) => {
      const quotes = exchange.pairs.flatMap(({ symbol }) => {
        const quote = exchange.quote(symbol);
        return quote === null ? [] : [[symbol, quote] as const];
      });
      const saved: SavedMarket = { version: 1, quotes: Object.fromEntries(quotes), position };
      writeWhole(join(dir, MARKET), JSON.stringify(saved), false);
    },
    close: () => {
      if (journal !== null) closeSync(journal);
      journal = null;
    },
  };
}

function deposit(exchange: Exchange, coin: string, amount: string, nowMs: number): void {
  const [userId = DEFAULT_USER_ID] = exchange.users;
  exchange.deposit(userId, coin, amount, nowMs, 'first balance');
}

/** A torn last line is what a kill in the middle of a write leaves behind: nobody was told of it, so it is dropped. */
export function readJournal(path: string, exchange: Exchange): void {
  const lines = readFileSync(path, 'utf8').split('\n');
  const isWhole = lines.at(-1) === '';
  if (isWhole) lines.pop();
  for (const [index, line] of lines.entries()) {
    const isTorn = index === lines.length - 1 && !isWhole;
    if (isTorn) continue;
    try {
      const entry = JSON.parse(line) as { snapshot: ExchangeSnapshot } | ExchangeRecord;
      if ('snapshot' in entry) exchange.restore(entry.snapshot);
      else exchange.apply(entry);
    } catch (error) {
      throw new MtradeError(
        'MTRADE_DATABASE',
        `paper exchange ${path}, line ${index + 1}: ${errorText(error)}; move the file away to begin with new balances`,
        { path },
        { cause: error },
      );
    }
  }
}

/** Prices are worth keeping but never worth stopping for: an unreadable file means fresh prices. */
function readMarket(path: string): SavedMarket | null {
  try {
    const saved = JSON.parse(readFileSync(path, 'utf8')) as SavedMarket;
    return saved.version === 1 ? saved : null;
  } catch {
    return null;
  }
}

function writeWhole(path: string, text: string, isFlushed = true): void {
  const draft = `${path}.new`;
  writeFileSync(draft, text, { flush: isFlushed, mode: 0o600 });
  renameSync(draft, path);
  if (!isFlushed) return;
  const folder = openSync(dirname(path), 'r');
  fsyncSync(folder);
  closeSync(folder);
}
