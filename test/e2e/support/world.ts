import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DEFAULT_USER_ID,
  Exchange,
  type ExchangeServer,
  pairSpec,
  type PairSpec,
  startExchangeServer,
} from '@mtrade/market-sim';

/**
 * One exchange on loopback for one test, moved by hand. The engine under test talks to it as it would to Gate.io: over
 * REST and WebSocket, with signatures, in live mode.
 */
export interface World {
  readonly exchange: Exchange;
  readonly server: ExchangeServer;
  /** A fresh data directory that goes away with the world. */
  readonly dataDir: string;
  /** Best bid and ask with plenty behind them, now and again every half second so that the price stays fresh. */
  readonly price: (symbol: string, bid: string, ask: string, size?: string) => void;
  /** The whole book of a pair, best first, as [price, size]. */
  readonly book: (
    symbol: string,
    bids: readonly [string, string][],
    asks: readonly [string, string][],
  ) => void;
  /** Prices stand still and nothing is repeated any more: they grow stale. */
  readonly freeze: () => void;
  readonly orders: () => ReturnType<Exchange['records']>['orders'];
  readonly trades: () => ReturnType<Exchange['records']>['trades'];
  readonly balance: (coin: string) => { available: string; locked: string };
  readonly close: () => Promise<void>;
}

export const API_KEY = 'test-key';
export const API_SECRET = 'test-secret';
const PLENTY = '1000000';
const REPEAT_MS = 500;

export const pair = (symbol: string, rules: Partial<PairSpec> = {}): PairSpec =>
  pairSpec(symbol, { amountDecimals: 4, priceDecimals: 2, takerFeePct: '0.1', makerFeePct: '0.1', ...rules });

export async function createWorld(
  options: {
    readonly pairs?: readonly PairSpec[];
    readonly balances?: Readonly<Record<string, string>>;
  } = {},
): Promise<World> {
  const exchange = new Exchange({ pairs: options.pairs ?? [pair('ETH/USDT')] });
  for (const [coin, amount] of Object.entries(options.balances ?? { USDT: '10000' }))
    exchange.deposit(DEFAULT_USER_ID, coin, amount, Date.now());
  const server = await startExchangeServer(
    { apiKeys: [{ key: API_KEY, secret: API_SECRET, userId: DEFAULT_USER_ID }] },
    { exchange },
  );
  const dataDir = mkdtempSync(join(tmpdir(), 'mtrade-e2e-'));
  type Book = { bids: readonly [string, string][]; asks: readonly [string, string][] };
  const books = new Map<string, Book>();
  const show = (symbol: string, { bids, asks }: Book): void =>
    exchange.setQuote(symbol, { kind: 'book', bids, asks }, Date.now());
  // A quote that is sent again as it was is still a confirmation, like the frames of a quiet market.
  const timer = setInterval(() => books.forEach((book, symbol) => show(symbol, book)), REPEAT_MS);
  const book: World['book'] = (symbol, bids, asks) => {
    books.set(symbol, { bids, asks });
    show(symbol, { bids, asks });
  };
  return {
    exchange,
    server,
    dataDir,
    book,
    price: (symbol, bid, ask, size = PLENTY) => book(symbol, [[bid, size]], [[ask, size]]),
    freeze: () => books.clear(),
    orders: () => exchange.records().orders,
    trades: () => exchange.records().trades,
    balance: (coin) => exchange.balances(DEFAULT_USER_ID)[coin] ?? { available: '0', locked: '0' },
    close: async () => {
      clearInterval(timer);
      await server.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
