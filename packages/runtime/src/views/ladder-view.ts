import {
  buildLadder,
  type LadderParams,
  type LadderRow,
  rowPrices,
  type TradingTerms,
  validateLadder,
} from '@mtrade/cycle';
import { type Decimal, HUNDRED, price, text } from '@mtrade/money';

export interface LadderRowJson {
  readonly step: number;
  readonly level: number;
  readonly step_drop_pct: string;
  readonly drop_pct: string;
  readonly rate: string;
  readonly purchase: string;
  readonly invested: string;
  /** Average price of all purchases, fees left out: what `target_pct` is counted from. */
  readonly breakeven: string;
  readonly breakeven_pct: string;
  readonly target_pct: string;
  /** The row's own target, fees left out. */
  readonly sell_price: string;
  /** Where a sale earns nothing: the fee of every buy and of the sale itself is in it. */
  readonly breakeven_after_fees: string;
  /** The price at which the engine sells: the higher of the two above, on the pair's price grid where that is known. */
  readonly sells_at: string;
  /** Its own target does not cover the fees, so the row waits for break-even instead and earns nothing. */
  readonly waits_for_breakeven: boolean;
  /** Where the stop stands once the row is bought; only for a pair with a stop. */
  readonly stop_price?: string;
}

/** The public object of `mtrade ladder --json`. Drops are positive percentage points. */
export interface LadderViewJson {
  readonly schema: 1;
  readonly symbol: string;
  readonly price: string;
  readonly total_quote: string;
  /** Steps whose own target does not cover the fee of both sides: they wait for break-even and earn nothing. */
  readonly loss_rows: readonly number[];
  /** Steps that the stop of the step before them makes impossible; only for a pair with a stop. */
  readonly unreachable_rows?: readonly number[];
  readonly fee_pct: string;
  /** The exchange's smallest step of the pair's price; null where it is not known, then prices are exact. */
  readonly price_step: string | null;
  readonly rows: readonly LadderRowJson[];
}

/** More than the 12 digits that are promised, fewer than the rounding of a quotient's last places would show. */
const SIGNIFICANT_DIGITS = 24;
const figure = (value: Decimal): string => text(value.prec(SIGNIFICANT_DIGITS));

export function ladderView(
  symbol: string,
  params: LadderParams,
  startPrice: string,
  terms: TradingTerms,
): { readonly json: LadderViewJson; readonly warnings: readonly string[] } {
  const feePct = terms.feeRate.times(HUNDRED);
  const report = validateLadder(params, { feePct, atPrice: price(startPrice) });
  const { rows } = buildLadder(params, price(startPrice));
  return {
    json: {
      schema: 1,
      symbol,
      price: text(price(startPrice)),
      total_quote: figure(report.totalQuote),
      loss_rows: report.breakEvenRows,
      ...(params.stopLossPct.gt('0') ? { unreachable_rows: report.unreachableRows } : {}),
      fee_pct: text(feePct),
      price_step: terms.priceStep ? text(terms.priceStep) : null,
      rows: rows.map((row) => ladderRowJson(row, params, terms)),
    },
    warnings: report.warnings.map((finding) => `${symbol}: ${finding.message}`),
  };
}

export function ladderRowJson(row: LadderRow, params: LadderParams, terms: TradingTerms): LadderRowJson {
  const { breakEven, sale, stop, waitsForBreakEven } = rowPrices(row, params, terms);
  return {
    step: row.step,
    level: row.level,
    step_drop_pct: figure(row.stepDropPct),
    drop_pct: figure(row.dropPct),
    rate: figure(row.rate),
    purchase: figure(row.purchase),
    invested: figure(row.invested),
    breakeven: figure(row.breakEven),
    breakeven_pct: figure(row.breakEvenPct),
    target_pct: figure(row.targetPct),
    sell_price: figure(row.sellPrice),
    breakeven_after_fees: figure(breakEven),
    sells_at: figure(sale),
    waits_for_breakeven: waitsForBreakEven,
    ...(stop === null ? {} : { stop_price: figure(stop) }),
  };
}
