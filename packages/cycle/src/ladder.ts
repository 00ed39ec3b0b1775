import { assert } from '@mtrade/base';
import {
  type BaseQty,
  compact,
  type Decimal,
  HUNDRED,
  integer,
  max,
  ONE,
  type Price,
  quotient,
  type QuoteAmount,
  roundHalfUp,
  roundUp,
  scaled,
  STORED_DECIMALS,
  truncate,
  ZERO,
} from '@mtrade/money';

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
  /** How far below its average cost (fees of the buys included) a stop on the exchange sells the position; zero: none. */
  readonly stopLossPct: Decimal;
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
  /** Average price of all purchases, fees left out: what the targets are counted from. Break-even: `row-prices.ts`. */
  readonly breakEven: Price;
  readonly breakEvenPct: Decimal;
  readonly targetPct: Decimal;
  /** The row's own target, fees left out. A sale waits for the real break-even where that is higher. */
  readonly sellPrice: Price;
}

export interface Ladder {
  readonly startPrice: Price;
  readonly rows: readonly LadderRow[];
}

const PER_CENT = scaled(1, 2);
const TWO = integer(2);

/** The drop from row k-1 to row k, in points of P0. */
export const stepDropPct = (params: LadderParams, step: number): Decimal =>
  step === 0 ? ZERO : integer(step).times(params.stepGrowthPct).plus(params.stepPct);

/** By how much each row's purchase exceeds the one before it. */
export function purchaseScale(params: LadderParams): Decimal {
  if (params.volumeMode === 'fixed') return ONE;
  return params.volumeMode === 'martingale' ? TWO : params.volumeScale;
}

/** The profit target of a row, in points above its break-even. */
export const rowProfitPct = (params: LadderParams, step: number): Decimal =>
  params.takeProfitPct.minus(integer(step).times(params.takeProfitDecayPct));

/**
 * The break-even table of one cycle. `startPrice` is P0, the executed average price of the start buy.
 *
 * Every figure has at most 40 decimals, so that it survives being stored as text. Where a rounding could matter it
 * errs to the safe side: a row's rate is never too high, its sell price never too low. Needs validated parameters.
 */
export function buildLadder(params: LadderParams, startPrice: Price): Ladder {
  assert(startPrice.gt(ZERO), 'a ladder starts from a positive price');
  const scale = purchaseScale(params);
  const rows: LadderRow[] = [];
  let dropPct = ZERO;
  let purchase = params.baseOrder as Decimal;
  let invested = ZERO;
  /** Coins bought so far times P0: of the size of the purchases, so no digits are lost where one coin costs a fortune. */
  let coinsAtStart = ZERO;

  for (let step = 0; step <= params.safetyOrders; step += 1) {
    const drop = stepDropPct(params, step);
    dropPct = dropPct.plus(drop);
    assert(dropPct.lt(HUNDRED), `row ${step} of the ladder lies at or below zero`);
    if (step > 0) purchase = roundHalfUp(purchase.times(scale), STORED_DECIMALS);

    const kept = HUNDRED.minus(dropPct).times(PER_CENT);
    const rate = truncate(startPrice.times(kept), STORED_DECIMALS);
    invested = invested.plus(purchase);
    coinsAtStart = coinsAtStart.plus(quotient(purchase, kept));
    const breakEven = quotient(startPrice.times(invested), coinsAtStart);
    const breakEvenPct = roundHalfUp(quotient(breakEven.minus(rate).times(HUNDRED), rate), STORED_DECIMALS);
    const targetPct = breakEvenPct.plus(rowProfitPct(params, step));
    const target = roundUp(rate.times(targetPct.times(PER_CENT).plus(ONE)), STORED_DECIMALS);
    // A target of exactly zero could fall short of the break-even by the rounding of its percentage.
    const sellPrice = max(target, breakEven);

    rows.push({
      step,
      level: bookLevel(params, step),
      stepDropPct: compact(drop),
      dropPct: compact(dropPct),
      rate: compact(rate as Price),
      purchase: compact(purchase as QuoteAmount),
      invested: compact(invested as QuoteAmount),
      coins: compact(quotient(coinsAtStart, startPrice) as BaseQty),
      breakEven: compact(breakEven as Price),
      breakEvenPct: compact(breakEvenPct),
      targetPct: compact(targetPct),
      sellPrice: compact(sellPrice as Price),
    });
  }
  return { startPrice, rows };
}

/** Level of the order book whose ask counts for row k: k x step + 1, rounded half up. */
const bookLevel = (params: LadderParams, step: number): number =>
  Number(roundHalfUp(integer(step).times(params.bookLevelStep).plus(ONE), 0).toFixed(0));
