/** Quote coins of the form without a separator, longest first, so that `ETHUSDT` is not read as `ETHUSD/T`. */
const KNOWN_QUOTES = [
  'FDUSD',
  'USDT',
  'USDC',
  'BUSD',
  'TUSD',
  'USDD',
  'USD1',
  'DAI',
  'USD',
  'EUR',
  'TRY',
  'BTC',
  'ETH',
  'BNB',
  'GT',
];

const SEPARATED = /^([A-Z0-9]{1,20})[/_-]([A-Z0-9]{1,20})$/;
const JOINED = /^[A-Z0-9]{3,40}$/;

/**
 * `ETH/USDT` from `ETH/USDT`, `ETH_USDT`, `ETH-USDT` or `ETHUSDT`, in any case; null when the text is no pair.
 * One pair has one name, so it has one lock and one row (scenario 62).
 */
export function normalizeSymbol(text: string): string | null {
  const upper = text.trim().toUpperCase();
  const separated = SEPARATED.exec(upper);
  if (separated !== null) return separated[1] === separated[2] ? null : `${separated[1]}/${separated[2]}`;
  if (!JOINED.test(upper)) return null;
  const quote = KNOWN_QUOTES.find((coin) => upper.endsWith(coin) && upper.length > coin.length);
  return quote === undefined ? null : `${upper.slice(0, -quote.length)}/${quote}`;
}

export const SYMBOL_FORMS = 'a pair such as "ETH/USDT" (ETH_USDT and ETHUSDT mean the same)';
