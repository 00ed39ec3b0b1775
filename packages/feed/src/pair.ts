/** `BTC_USDT` as `BTC/USDT`; null when it is no pair. */
export function symbolOf(pair: unknown): string | null {
  if (typeof pair !== 'string' || !/^[A-Z0-9]{1,20}_[A-Z0-9]{1,20}$/.test(pair)) return null;
  return pair.replace('_', '/');
}

/** `BTC/USDT` as Gate writes it. */
export const pairOf = (symbol: string): string => symbol.replace('/', '_');
