import {
  ceilToStep,
  type Decimal,
  floorToStep,
  HUNDRED,
  max,
  ONE,
  type Price,
  quotient,
  scaled,
  STORED_DECIMALS,
  truncate,
  ZERO,
} from '@mtrade/money';
import type { LadderParams, LadderRow } from './ladder.js';

/** What of the exchange a row's prices depend on. */
export interface TradingTerms {
  /** Taker fee as a fraction of the trade: 0.002 is 0.2 %. */
  readonly feeRate: Decimal;
  /** The pair's price grid; without it the exact prices are given. */
  readonly priceStep?: Price | null;
}

/** Where a position that was bought down to a row stands and is sold, each buy filled at its row's price. */
export interface RowPrices {
  /** A sale there earns nothing: the fee of every buy and of the sale are in it. */
  readonly breakEven: Price;
  /** The price at which it is sold: the row's own target, or break-even where that is higher; rounded up to the grid. */
  readonly sale: Price;
  /** Where the protective stop lies, rounded down to the grid; null without one. */
  readonly stop: Price | null;
  /** The row's own target does not cover the fees, so the sale waits for break-even instead. */
  readonly waitsForBreakEven: boolean;
}

const PER_CENT = scaled(1, 2);

/** What one held coin has cost. The fees of the buys are in it, for `volume` is what they left; that of a sale is not. */
export const averageCost = (cost: Decimal, volume: Decimal): Price => quotient(cost, volume) as Price;

/** The one break-even there is: selling the whole volume there brings its cost back, the fee of the sale included. */
export const breakEvenAfterFees = (cost: Decimal, volume: Decimal, feeRate: Decimal): Price =>
  quotient(cost, volume.times(ONE.minus(feeRate))) as Price;

/** Where a stop lies: `stop_loss_pct` below the average cost. */
export const stopBelow = (average: Price, { stopLossPct }: Pick<LadderParams, 'stopLossPct'>): Price =>
  truncate(average.times(HUNDRED.minus(stopLossPct)).times(PER_CENT), STORED_DECIMALS) as Price;

export function rowPrices(
  row: LadderRow,
  params: Pick<LadderParams, 'stopLossPct'>,
  terms: TradingTerms,
): RowPrices {
  const { feeRate, priceStep = null } = terms;
  // A coin that was bought at the row's average leaves so much of itself after the fee.
  const kept = ONE.minus(feeRate);
  const breakEven = breakEvenAfterFees(row.breakEven, kept, feeRate);
  const sale = max(row.sellPrice, breakEven);
  const stop = params.stopLossPct.eq(ZERO) ? null : stopBelow(averageCost(row.breakEven, kept), params);
  return {
    breakEven,
    sale: priceStep === null ? sale : ceilToStep(sale, priceStep),
    stop: stop === null || priceStep === null ? stop : floorToStep(stop, priceStep),
    waitsForBreakEven: breakEven.gt(row.sellPrice),
  };
}
