/** Fixtures for the tests of every package above: `@mtrade/cycle/testing`. No program imports this. */
import { baseQty, decimal, price, quoteAmount } from '@mtrade/money';
import type { LadderParams } from './ladder.js';
import type { MarketRules } from './market.js';

const DEFAULTS = {
  baseOrder: '3',
  safetyOrders: 16,
  stepPct: '3.65',
  stepGrowthPct: '0',
  volumeMode: 'geometric',
  volumeScale: '2',
  takeProfitPct: '0.6',
  takeProfitDecayPct: '0.02',
  bookLevelStep: '0',
  reserve: '0',
  stopLossPct: '0',
} as const satisfies Record<keyof LadderParams, string | number>;

/** A ladder as the configuration's defaults make it, with these keys changed; amounts and percentages as texts. */
export function ladderParams(
  changes: Partial<Record<keyof LadderParams, string | number>> = {},
): LadderParams {
  const all: Record<keyof LadderParams, string | number> = { ...DEFAULTS, ...changes };
  const of = (key: keyof LadderParams): string => String(all[key]);
  return {
    baseOrder: quoteAmount(of('baseOrder')),
    safetyOrders: Number(all.safetyOrders),
    stepPct: decimal(of('stepPct')),
    stepGrowthPct: decimal(of('stepGrowthPct')),
    volumeMode: of('volumeMode') as LadderParams['volumeMode'],
    volumeScale: decimal(of('volumeScale')),
    takeProfitPct: decimal(of('takeProfitPct')),
    takeProfitDecayPct: decimal(of('takeProfitDecayPct')),
    bookLevelStep: decimal(of('bookLevelStep')),
    reserve: quoteAmount(of('reserve')),
    stopLossPct: decimal(of('stopLossPct')),
  };
}

/** What an exchange says of a pair that is traded without a hitch, 0.2 % fee, with these facts changed. */
export function marketRules(symbol = 'ETH/USDT', changes: Partial<MarketRules> = {}): MarketRules {
  const [base = '', quote = ''] = symbol.split('/');
  return {
    symbol,
    base,
    quote,
    amountStep: baseQty('0.0001'),
    priceStep: price('0.01'),
    minBase: baseQty('0.0001'),
    minQuote: quoteAmount('1'),
    tradable: 'both',
    feeRate: decimal('0.002'),
    supportsFok: true,
    ...changes,
  };
}
