/** What we use of ccxt's Gate class: building and signing. Everything else of it stays untouched. */
export interface CcxtGate {
  apiKey: string;
  secret: string;
  urls: { api: Record<string, Record<string, string>> };
  hash: (payload: Uint8Array, algorithm: unknown, digest?: string) => unknown;
  hmac: (payload: Uint8Array, secret: Uint8Array, algorithm: unknown, digest?: string) => unknown;
  nonce(): number;
  fetch(): Promise<never>;
  sign(
    path: string,
    api: readonly string[],
    method: string,
    params: Readonly<Record<string, unknown>>,
    headers?: Readonly<Record<string, string>>,
  ): { url: string; method: string; headers?: Record<string, string>; body?: string };
}
/** What the price history uses of it. */
export interface CcxtCandles {
  readonly urls: { readonly api: Record<string, Record<string, string> | undefined> };
  setMarkets(markets: readonly object[]): unknown;
  fetchOHLCV(
    symbol: string,
    timeframe: string,
    sinceMs: number,
    limit: number,
  ): Promise<readonly (readonly unknown[])[]>;
  fetchTime(): Promise<number>;
  close(): Promise<void>;
}

export type CcxtGateClass = new (config: Readonly<Record<string, unknown>>) => CcxtGate;

const ownFile = (): string => new URL('./src/gate.js', import.meta.resolve('ccxt')).href;

/**
 * ccxt's one Gate class by its own file: 20-30 MB and 0.15 s a thread, where all of ccxt takes 87 MB and 0.5 s. That
 * file is not in ccxt's `exports`, so when it has moved the whole package is loaded instead.
 */
export async function loadGateClass(locate: () => string = ownFile): Promise<CcxtGateClass> {
  try {
    const module = (await import(locate())) as { default: CcxtGateClass };
    return module.default;
  } catch {
    const module = (await import('ccxt')) as unknown as { default: { gate: CcxtGateClass } };
    return module.default.gate;
  }
}
