/**
 * Gate's labels that prove that an order was not placed, with what each is about (order-protocol 2.5). The table is
 * ours because ccxt's misses some of them and files a wrong clock under bad keys. Any label that is not here leaves the
 * outcome unknown.
 */
const DEFINITE = {
  BALANCE_NOT_ENOUGH: 'funds',
  QUANTITY_NOT_ENOUGH: 'funds',
  INVALID_PARAM_VALUE: 'order',
  INVALID_PRECISION: 'order',
  INVALID_CURRENCY: 'market',
  INVALID_CURRENCY_PAIR: 'market',
  AMOUNT_TOO_LITTLE: 'order',
  AMOUNT_TOO_MUCH: 'order',
  PRICE_TOO_DEVIATED: 'order',
  MARKET_PRICE_TOO_DEVIATED: 'order',
  POC_FILL_IMMEDIATELY: 'unfilled',
  FOK_NOT_FILL: 'unfilled',
  ORDER_BOOK_NOT_FOUND: 'market',
  TRADE_RESTRICTED: 'market',
  INVALID_KEY: 'key',
  INVALID_SIGNATURE: 'key',
  IP_FORBIDDEN: 'key',
  READ_ONLY: 'key',
  FORBIDDEN: 'key',
  REQUEST_EXPIRED: 'clock',
  TOO_MANY_REQUESTS: 'rate',
  // Ours: the request was never written.
  NOT_SENT: 'not-sent',
} as const;

/** Of price-triggered orders only: the last price has reached the trigger price already (X26). */
const DEFINITE_FOR_STOPS = {
  AUTO_TRIGGER_PRICE_LESS_LAST: 'trigger-passed',
  AUTO_TRIGGER_PRICE_GREATE_LAST: 'trigger-passed',
} as const;

export type RejectionKind = (typeof DEFINITE)[keyof typeof DEFINITE];

const KINDS: ReadonlyMap<string, RejectionKind> = new Map(Object.entries(DEFINITE));

/** What a definite rejection is about; null when the label proves nothing. */
export const rejectionKind = (label: string): RejectionKind | null => KINDS.get(label) ?? null;

/** The same for a price-triggered order. A repeated-request label is not on the list: an earlier copy may have been accepted. */
export const stopRejectionKind = (label: string): RejectionKind | 'trigger-passed' | null =>
  Object.hasOwn(DEFINITE_FOR_STOPS, label) ? 'trigger-passed' : rejectionKind(label);
