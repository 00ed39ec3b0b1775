import { Exchange, DEFAULT_USER_ID, pairSpec } from '../src/index.js';
import type { ExchangeOptions, Level, Order, PairSpec, PlaceOrder, Quote } from '../src/index.js';

export const USER = DEFAULT_USER_ID;
export const ETH: PairSpec = pairSpec('ETH/USDT', { amountDecimals: 4, priceDecimals: 2 });

export const mid = (mantissa: number, decimals = 2): Quote => ({ kind: 'mid', mid: { mantissa, decimals } });
export const book = (bids: readonly Level[], asks: readonly Level[]): Quote => ({ kind: 'book', bids, asks });

/** ETH/USDT with two levels a side, 10,000 USDT and 10 ETH on the account. */
export function openExchange(options: Partial<ExchangeOptions> = {}): Exchange {
  const exchange = new Exchange({ pairs: [ETH], ...options });
  for (const userId of exchange.users) {
    exchange.deposit(userId, 'USDT', '10000', 0);
    exchange.deposit(userId, 'ETH', '10', 0);
  }
  exchange.setQuote('ETH/USDT', TWO_LEVELS, 1);
  return exchange;
}

export const TWO_LEVELS = book(
  [
    ['1999.00', '0.5000'],
    ['1998.00', '2.0000'],
  ],
  [
    ['2000.00', '0.5000'],
    ['2001.00', '2.0000'],
  ],
);

export const limit = (
  side: 'buy' | 'sell',
  amount: string,
  price: string,
  more: Partial<PlaceOrder> = {},
): PlaceOrder => ({
  symbol: 'ETH/USDT',
  side,
  type: 'limit',
  amount,
  price,
  ...more,
});

export const market = (side: 'buy' | 'sell', amount: string, more: Partial<PlaceOrder> = {}): PlaceOrder => ({
  symbol: 'ETH/USDT',
  side,
  type: 'market',
  amount,
  timeInForce: 'ioc',
  ...more,
});

/** The accepted order, or a thrown refusal. */
export function placed(exchange: Exchange, request: PlaceOrder, nowMs: number, userId = USER): Order {
  const result = exchange.place(userId, request, nowMs);
  if (!result.ok) throw new Error(`${result.error.label}: ${result.error.message}`);
  return result.value;
}
