import type { BalanceChange } from './account-types.js';
import type { PairSpec, PublicTrade, TradeStatus } from './market-types.js';
import type { Order, Trade } from './order-types.js';
import type { ExchangeRecord, OrderRetention } from './record-types.js';

/** What a socket server needs to hear. Called after the change is recorded, in the order of the changes. */
export interface ExchangeListener {
  /** The market moved: ticker, best prices and book are new. Called on every quote; keep it cheap. */
  onQuote?(symbol: string, nowMs: number): void;
  /** The book changed without a quote: depth was taken, or an order came to rest or went. */
  onBook?(symbol: string, nowMs: number): void;
  onTrade?(trade: PublicTrade): void;
  onOrder?(event: 'put' | 'update' | 'finish', order: Order): void;
  onUserTrade?(trade: Trade): void;
  onBalance?(change: BalanceChange): void;
  onTradeStatus?(symbol: string, status: TradeStatus): void;
}

export interface ExchangeOptions {
  readonly pairs: readonly PairSpec[];
  /** Account ids; default one, `DEFAULT_USER_ID`. Numeric text, as the exchange's. */
  readonly users?: readonly string[];
  /** A FOK order that the book cannot fill: a 2xx answer with a cancelled order (default) or an error. */
  readonly fokKill?: 'cancelled' | 'error';
  /** A POC order that would take: an error (default) or a 2xx answer with a cancelled order. */
  readonly pocCross?: 'cancelled' | 'error';
  /** How long a new or just finished order or trade stays out of the lists. Default 0. */
  readonly listLagMs?: number;
  /** How long a new order cannot be looked up singly. Default 0. */
  readonly lookupLagMs?: number;
  /** How long a cancelled order without a fill can still be found. Default 60,000. */
  readonly emptyOrderRetentionMs?: number;
  /** Fees are paid in GT at this price (quote per GT) while the account has enough of it. Default: never. */
  readonly gtPrice?: string | null;
  readonly firstOrderId?: number;
  readonly firstTradeId?: number;
  readonly firstTriggerId?: number;
  /** Default: everything is kept. What is forgotten is part of the records, so a rebuilt exchange forgets the same. */
  readonly retention?: OrderRetention | undefined;
  /** Called before anybody hears of the change; must not return before the record is safe. A throw is fatal. */
  readonly onRecord?: (record: ExchangeRecord) => void;
}
