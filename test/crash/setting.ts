import { pairSpec } from '@mtrade/market-sim';
import type { LadderFacts, MarketFacts } from '../replay/checker/facts.js';

/** Small steps and a near profit: with the campaign's prices a whole cycle takes about a second. */
export const LADDER: LadderFacts = {
  base_order: '10',
  safety_orders: 6,
  step_pct: '1',
  step_growth_pct: '0',
  volume_mode: 'geometric',
  volume_scale: '1.5',
  take_profit_pct: '0.6',
  take_profit_decay_pct: '0.02',
};

/** With stops: near enough that prices reach them now and then, and no halt after losses in a row. */
export const ladderOf = (stops: boolean): LadderFacts =>
  stops ? { ...LADDER, stop_loss_pct: '2.5' } : LADDER;

/** Short, so that an order that was never sent is proven absent within seconds after the exchange's own lag. */
export const ENGINE = {
  cycle_pause_ms: 20,
  debounce_ms: 20,
  request_deadline_ms: 800,
  order_expiry_ms: 1_000,
} as const;

export const symbolsOf = (pairs: number): readonly string[] =>
  Array.from({ length: pairs }, (_, index) => `C${String(index + 1).padStart(2, '0')}/USDT`);

/** As the exchange of a campaign lists its pairs; see `exchange-child.mjs`. */
export const marketsOf = (symbols: readonly string[]): readonly MarketFacts[] =>
  symbols.map((symbol) => {
    const { amountDecimals, minBase, minQuote } = pairSpec(symbol, { amountDecimals: 4, priceDecimals: 2 });
    return { symbol, amountDecimals, minBase, minQuote, feePct: '0.1' };
  });

export function configText(options: {
  readonly restUrl: string;
  readonly wsUrl: string;
  readonly dataDir: string;
  readonly symbols: readonly string[];
  readonly stops: boolean;
}): string {
  const table = (values: object): string =>
    Object.entries(values)
      .map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
      .join('\n');
  return [
    `mode = "live"\ndata_dir = ${JSON.stringify(options.dataDir)}`,
    `[exchange]\nrest_url = "${options.restUrl}"\nws_url = "${options.wsUrl}"`,
    `[engine]\n${table(options.stops ? { ...ENGINE, max_stop_outs: 0 } : ENGINE)}`,
    `[control]\nlisten = "127.0.0.1:0"`,
    `[ladder]\n${table(ladderOf(options.stops))}`,
    ...options.symbols.map((symbol) => `[[pairs]]\nsymbol = "${symbol}"\ntrade = true`),
  ].join('\n\n');
}
