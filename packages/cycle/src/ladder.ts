import type { Decimal, Price, QuoteAmount, BaseQty } from '@mtrade/money';

/** Meanings and formulas: docs/ladder.md. Percentages are points: 3.65 is 3.65 %. */
export interface LadderParams {
  readonly baseOrder: QuoteAmount;
  /** Index of the last row; rows 0..safetyOrders. */
  readonly safetyOrders: number;
  readonly stepPct: Decimal;
  readonly stepGrowthPct: Decimal;
  readonly volumeMode: 'fixed' | 'geometric' | 'martingale';
  readonly volumeScale: Decimal;
  readonly takeProfitPct: Decimal;
  readonly takeProfitDecayPct: Decimal;
  readonly bookLevelStep: Decimal;
  /** Quote that is never spent. */
  readonly reserve: QuoteAmount;
}

export interface LadderRow {
  readonly step: number;
  /** Level of the order book whose price must be reached, 1 = best. */
  readonly level: number;
  readonly stepDropPct: Decimal;
  readonly dropPct: Decimal;
  readonly rate: Price;
  readonly purchase: QuoteAmount;
  readonly invested: QuoteAmount;
  readonly coins: BaseQty;
  readonly breakEven: Price;
  readonly breakEvenPct: Decimal;
  readonly targetPct: Decimal;
  readonly sellPrice: Price;
}

export interface Ladder {
  readonly startPrice: Price;
  readonly rows: readonly LadderRow[];
}
