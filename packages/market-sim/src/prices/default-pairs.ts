import type { BookShape, PairSpec } from '../core/types.js';

/** Spread 2 bp, 20 levels of about 5,000 quote each and growing: 300,000 quote per side. */
export const DEFAULT_BOOK: BookShape = {
  spreadBp: 2,
  levelGapBp: 2,
  levels: 24,
  levelQuote: 5_000,
  levelGrowthPct: 25,
};

export interface SimulatedPair {
  readonly spec: PairSpec;
  /** Where the price starts and what it keeps coming back to, in price steps. */
  readonly startTicks: number;
  /** Multiplies every movement of the price process; 1 is Bitcoin. */
  readonly volatility: number;
}

/** A pair with the usual rules: minimum 1 quote, one amount step, fee 0.2 %, FOK allowed. */
export function pairSpec(
  symbol: string,
  rules: Pick<PairSpec, 'amountDecimals' | 'priceDecimals'> & Partial<PairSpec>,
): PairSpec {
  const [base = '', quote = ''] = symbol.split('/');
  const step = rules.amountDecimals === 0 ? '1' : `0.${'1'.padStart(rules.amountDecimals, '0')}`;
  return {
    symbol,
    id: `${base}_${quote}`,
    base,
    quote,
    minBase: step,
    minQuote: '1',
    takerFeePct: '0.2',
    makerFeePct: '0.2',
    tradeStatus: 'tradable',
    supportsFok: true,
    book: DEFAULT_BOOK,
    ...rules,
  };
}

const simulated = (
  base: string,
  startTicks: number,
  priceDecimals: number,
  amountDecimals: number,
  volatility: number,
): SimulatedPair => ({
  spec: pairSpec(`${base}/USDT`, { priceDecimals, amountDecimals }),
  startTicks,
  volatility,
});

/** The sixteen pairs of the paper exchange: base, start price in steps, price decimals, amount decimals, volatility. */
export const DEFAULT_SIMULATED_PAIRS: readonly SimulatedPair[] = [
  simulated('ADA', 4_500, 4, 2, 1.3),
  simulated('ATOM', 6_200, 3, 3, 1.3),
  simulated('AVAX', 27_500, 3, 3, 1.5),
  simulated('BNB', 5_800, 1, 5, 1),
  simulated('BTC', 640_000, 1, 6, 1),
  simulated('DOGE', 12_500, 5, 1, 1.7),
  simulated('DOT', 5_900, 3, 3, 1.3),
  simulated('EOS', 7_800, 4, 2, 1.4),
  simulated('ETH', 315_000, 2, 5, 1.1),
  simulated('LINK', 13_500, 3, 3, 1.4),
  simulated('LTC', 7_200, 2, 4, 1.2),
  simulated('MATIC', 5_600, 4, 2, 1.4),
  simulated('SOL', 15_200, 2, 4, 1.6),
  simulated('TRX', 12_700, 5, 1, 1),
  simulated('UNI', 8_100, 3, 3, 1.4),
  simulated('XRP', 5_400, 4, 2, 1.3),
];
