import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DEFAULT_USER_ID,
  Exchange,
  type ExchangeServer,
  type FaultMatch,
  type Level,
  type Order,
  pairSpec,
  type PairSpec,
  type Quote,
  type RestFault,
  type ScaledPrice,
  startExchangeServer,
  type Trade,
} from '@mtrade/market-sim';
import { Processes } from './processes.js';

/**
 * One exchange on loopback, moved by hand. The engine under test talks to it as it would to Gate.io: over REST and
 * WebSocket, with signatures, in live mode. What the exchange itself knows (orders, trades, balances, requests) is the
 * evidence that tests compare the engine's books with.
 */
export interface World {
  readonly exchange: Exchange;
  readonly server: ExchangeServer;
  /** A key of its own: an account admits one engine on the whole machine, and tests may run side by side. */
  readonly apiKey: string;
  readonly apiSecret: string;
  /** Another key of the same account, as its owner may have made it for another machine. */
  readonly otherKey: { readonly MTRADE_API_KEY: string; readonly MTRADE_API_SECRET: string };
  /** A fresh directory for configuration and data that goes away with the world. */
  readonly directory: string;
  /** Best bid and ask with plenty behind them. Every quote is repeated twice a second, so that it stays fresh. */
  readonly price: (symbol: string, bid: string, ask: string) => void;
  /** The whole book of a pair, best first, as [price, size]. */
  readonly book: (symbol: string, bids: readonly Level[], asks: readonly Level[]) => void;
  /** Best prices beside a last price that is somewhere else. */
  readonly ticker: (symbol: string, bid: string, ask: string, last: string) => void;
  /** In the order of their creation. */
  readonly orders: (symbol: string) => readonly Order[];
  readonly trades: (symbol: string) => readonly Trade[];
  /** Available and locked together, exact. */
  readonly balance: (coin: string) => string;
  /** Coins that come (or go, with a minus) by hand. */
  readonly transfer: (coin: string, amount: string) => void;
  /** Order requests for the pair that have arrived, whatever became of them. */
  readonly posts: (symbol: string) => number;
  /** Lets a fault hit the order requests of a pair. */
  readonly harmOrders: (symbol: string, fault: RestFault, match?: Partial<FaultMatch>) => Harm;
  /** Lets a fault hit every REST request whose path matches (`*` is any text). */
  readonly harm: (path: string, fault: RestFault, match?: Partial<FaultMatch>) => Harm;
  /** What runs against this world; ended with it. */
  readonly processes: Processes;
  readonly close: () => Promise<void>;
}

export interface Harm {
  /** Requests that it has hit. */
  readonly hits: () => number;
  readonly end: () => void;
}

const ORDERS_PATH = '/api/v4/spot/orders';
const PLENTY = '1000000';
const REPEAT_MS = 500;

/** Four decimals of the coin, two of the price, fee 0.1 %, minimum 1 USDT, unless said otherwise. */
export const pair = (symbol: string, rules: Partial<PairSpec> = {}): PairSpec =>
  pairSpec(symbol, { amountDecimals: 4, priceDecimals: 2, takerFeePct: '0.1', makerFeePct: '0.1', ...rules });

export interface WorldOptions {
  /** Names, or whole rules. Default ETH/USDT. */
  readonly pairs?: readonly (string | PairSpec)[];
  readonly balances?: Readonly<Record<string, string>>;
  /** In place of one that nobody else has. */
  readonly key?: { readonly key: string; readonly secret: string };
}

export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const pairs = (options.pairs ?? ['ETH/USDT']).map((one) => (typeof one === 'string' ? pair(one) : one));
  const exchange = new Exchange({ pairs });
  const transfer = (coin: string, amount: string): void => {
    const now = Date.now();
    const result = amount.startsWith('-')
      ? exchange.withdraw(DEFAULT_USER_ID, coin, amount.slice(1), now)
      : exchange.deposit(DEFAULT_USER_ID, coin, amount, now);
    if (!result.ok) throw new Error(result.error.message);
  };
  for (const [coin, amount] of Object.entries(options.balances ?? { USDT: '10000' })) transfer(coin, amount);

  const { key: apiKey, secret: apiSecret } = options.key ?? { key: randomUUID(), secret: randomUUID() };
  const otherKey = { MTRADE_API_KEY: randomUUID(), MTRADE_API_SECRET: randomUUID() };
  const keys = [
    [apiKey, apiSecret],
    [otherKey.MTRADE_API_KEY, otherKey.MTRADE_API_SECRET],
  ] as const;
  const server = await startExchangeServer(
    { apiKeys: keys.map(([key, secret]) => ({ key, secret, userId: DEFAULT_USER_ID })) },
    { exchange },
  );
  const processes = new Processes();
  const directory = mkdtempSync(join(tmpdir(), 'mtrade-e2e-'));

  const quotes = new Map<string, Quote>();
  const show = (symbol: string, quote: Quote): void => {
    quotes.set(symbol, quote);
    exchange.setQuote(symbol, quote, Date.now());
  };
  const timer = setInterval(() => quotes.forEach((quote, symbol) => show(symbol, quote)), REPEAT_MS);

  const harm: World['harm'] = (path, fault, match = {}) => {
    const { id } = server.faults.add({ match: { transport: 'rest', path, ...match }, fault });
    return { hits: () => server.faults.fired(id), end: () => void server.faults.remove(id) };
  };
  // A fault that changes nothing counts the order requests of each pair, also those that are refused or lost.
  const counter = (symbol: string): string => `orders of ${symbol}`;
  for (const { symbol, id } of pairs)
    server.faults.add({
      id: counter(symbol),
      match: { transport: 'rest', method: 'POST', path: ORDERS_PATH, symbol: id },
      fault: { kind: 'delay-after', ms: 0 },
    });

  return {
    exchange,
    server,
    apiKey,
    apiSecret,
    otherKey,
    directory,
    price: (symbol, bid, ask) => show(symbol, { kind: 'book', bids: [[bid, PLENTY]], asks: [[ask, PLENTY]] }),
    book: (symbol, bids, asks) => show(symbol, { kind: 'book', bids, asks }),
    ticker: (symbol, bid, ask, last) =>
      show(symbol, {
        kind: 'top',
        bid: scaledPrice(bid),
        ask: scaledPrice(ask),
        last: scaledPrice(last),
        bidSize: PLENTY,
        askSize: PLENTY,
      }),
    orders: (symbol) => exchange.records().orders.filter((order) => order.symbol === symbol),
    trades: (symbol) => exchange.records().trades.filter((trade) => trade.symbol === symbol),
    balance: (coin) => {
      const none = { available: '0', locked: '0' };
      const { available, locked } = exchange.balances(DEFAULT_USER_ID)[coin] ?? none;
      if (Number(locked) !== 0) throw new Error(`${locked} ${coin} are locked: an order rests on the book`);
      return available;
    },
    transfer,
    posts: (symbol) => server.faults.fired(counter(symbol)),
    harm,
    harmOrders: (symbol, fault, match = {}) =>
      harm(ORDERS_PATH, fault, { method: 'POST', symbol: symbol.replace('/', '_'), ...match }),
    processes,
    close: async () => {
      await processes.killAll();
      clearInterval(timer);
      await server.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function scaledPrice(text: string): ScaledPrice {
  const decimals = text.split('.')[1]?.length ?? 0;
  return { mantissa: Number(text.replace('.', '')), decimals };
}
