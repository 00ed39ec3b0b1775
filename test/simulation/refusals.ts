/** Definite refusals of an order that the exchange may give at any time (order-protocol 2.5). */
export const REFUSALS = [
  { label: 'TOO_MANY_REQUESTS', retryAfterMs: 2_000 },
  { label: 'TOO_MANY_REQUESTS', retryAfterMs: 20_000 },
  { label: 'BALANCE_NOT_ENOUGH', retryAfterMs: null },
  { label: 'INVALID_SIGNATURE', retryAfterMs: null },
  { label: 'REQUEST_EXPIRED', retryAfterMs: null },
  { label: 'TRADE_RESTRICTED', retryAfterMs: null },
  { label: 'INVALID_PRECISION', retryAfterMs: null },
  { label: 'FOK_NOT_FILL', retryAfterMs: null },
] as const;
