import { type Decimal, integer, ONE, scaled, text, ZERO } from '@mtrade/money';
import type { Ladder, LadderParams } from './ladder.js';
import { type LadderFinding, named } from './ladder-finding.js';
import type { MarketRules } from './market.js';
import { rowPrices, type RowPrices } from './row-prices.js';
import { stopLimit } from './stop-terms.js';

/** The stop of row k stands until row k+1 is bought. */
export const rowsBelowStop = ({ rows }: Ladder, prices: readonly RowPrices[]): number[] =>
  rows.flatMap(({ step, rate }, index) => {
    const stop = prices[index - 1]?.stop ?? null;
    return stop !== null && rate.lte(stop) ? [step] : [];
  });

export function stopWarnings(rows: readonly number[], params: LadderParams): LadderFinding[] {
  if (rows.length === 0) return [];
  const message = `${named(rows, 'lies', 'lie')} below the stop of the row before (stop_loss_pct ${text(params.stopLossPct)}): the position is sold before`;
  return [{ message, rows }];
}

/** Above the fee of both sides a stop still has to keep clear of the spread and of what a price does in any minute. */
const STOP_CLEARANCE_PCT = scaled(5, 1);
const TWO = integer(2);

/**
 * A stop so near is reached by the spread and the fees alone: every cycle would end with a loss within minutes, one after
 * the other.
 */
export function narrowStop(
  { stopLossPct }: LadderParams,
  feePct: Decimal | null,
): { readonly errors: readonly LadderFinding[]; readonly warnings: readonly LadderFinding[] } {
  if (stopLossPct.eq(ZERO) || feePct === null) return { errors: [], warnings: [] };
  const bothFees = feePct.times(TWO);
  const own = `stop_loss_pct ${text(stopLossPct)}`;
  if (stopLossPct.lte(bothFees)) {
    const message = `${own} is not more than the fee of buying and selling (${text(bothFees)} %): each cycle would end at its stop, with a loss; set it to 0 for no stop, or well above ${text(bothFees)}`;
    return { errors: [{ message }], warnings: [] };
  }
  const least = bothFees.plus(STOP_CLEARANCE_PCT);
  if (stopLossPct.gte(least)) return { errors: [], warnings: [] };
  const message = `${own} is narrow: fees take ${text(bothFees)} % of it, and the rest is what prices do within minutes; from ${text(least)} on it is less likely to sell at a loss over and over`;
  return { errors: [], warnings: [{ message }] };
}

/** The smallest position is that of row 0; what its stop would sell must be an order that the pair takes. */
export function stopMinimumErrors(
  { rows: [first] }: Ladder,
  params: LadderParams,
  rules: MarketRules,
  feeRate: Decimal,
): LadderFinding[] {
  const stop = first ? rowPrices(first, params, { feeRate }).stop : null;
  if (!first || stop === null) return [];
  const held = first.coins.times(ONE.minus(feeRate));
  if (held.times(stopLimit(stop, rules.priceStep)).gte(rules.minQuote)) return [];
  const message = `a stop ${text(params.stopLossPct)} % below row 0 would sell for less than ${rules.symbol}'s minimum of ${text(rules.minQuote)} ${rules.quote}; raise base_order or lower stop_loss_pct`;
  return [{ message, rows: [0] }];
}
