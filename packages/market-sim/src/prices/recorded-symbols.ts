/** Longest first, so that `FDUSD` is not read as `USD`. */
const QUOTES = ['FDUSD', 'USDT', 'USDC', 'BUSD', 'TUSD', 'USD', 'EUR', 'BTC', 'ETH', 'BNB'];

/** `BTCUSDT` is `BTC/USDT`; also the first word of a file name such as `BTCUSDT_binance_spot_1m.csv.gz`. Null: unknown. */
export function symbolOf(name: string): string | null {
  const word = /^[A-Z0-9]+/.exec(name.toUpperCase())?.[0] ?? '';
  const quote = QUOTES.find((one) => word.endsWith(one) && word.length > one.length);
  return quote === undefined ? null : `${word.slice(0, -quote.length)}/${quote}`;
}
