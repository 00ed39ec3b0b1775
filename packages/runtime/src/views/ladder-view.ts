import {
  buildLadder,
  type LadderParams,
  type LadderRow,
  ladderStopPrice,
  validateLadder,
} from '@mtrade/cycle';
import { type Decimal, HUNDRED, ONE, price, text } from '@mtrade/money';

export interface LadderRowJson {
  readonly step: number;
  readonly level: number;
  readonly step_drop_pct: string;
  readonly drop_pct: string;
  readonly rate: string;
  readonly purchase: string;
  readonly invested: string;
  readonly breakeven: string;
  readonly breakeven_pct: string;
  readonly target_pct: string;
  readonly sell_price: string;
  /** Where the stop stands once the row is bought; only for a pair with a stop. */
  readonly stop_price?: string;
  /** Where a sale earns nothing: the fee of every buy and of the sale itself is in it. */
  readonly breakeven_after_fees?: string;
}

/** The public object of `mtrade ladder --json`. Drops are positive percentage points. */
export interface LadderViewJson {
  readonly schema: 1;
  readonly symbol: string;
  readonly price: string;
  readonly total_quote: string;
  /** Steps that sell at a net loss after the fee of both sides. */
  readonly loss_rows: readonly number[];
  /** Steps that the stop of the step before them makes impossible; only for a pair with a stop. */
  readonly unreachable_rows?: readonly number[];
  readonly fee_pct: string;
  readonly rows: readonly LadderRowJson[];
}

/** More than the 12 digits that are promised, fewer than the rounding of a quotient's last places would show. */
const SIGNIFICANT_DIGITS = 24;
const figure = (value: Decimal): string => text(value.prec(SIGNIFICANT_DIGITS));

export function ladderView(
  symbol: string,
  params: LadderParams,
  startPrice: string,
  feePct: Decimal,
): { readonly json: LadderViewJson; readonly warnings: readonly string[] } {
  const report = validateLadder(params, { feePct, atPrice: price(startPrice) });
  const { rows } = buildLadder(params, price(startPrice));
  return {
    json: {
      schema: 1,
      symbol,
      price: text(price(startPrice)),
      total_quote: figure(report.totalQuote),
      loss_rows: report.lossRows,
      ...(params.stopLossPct.gt('0') ? { unreachable_rows: report.unreachableRows } : {}),
      fee_pct: text(feePct),
      rows: rows.map((row) => ({
        ...ladderRowJson(row, params),
        breakeven_after_fees: figure(breakEvenAfterFees(row, feePct)),
      })),
    },
    warnings: report.warnings.map((finding) => `${symbol}: ${finding.message}`),
  };
}

/** Coins are reduced by the fee of every buy, proceeds by the fee of the sale. */
function breakEvenAfterFees({ breakEven }: LadderRow, feePct: Decimal): Decimal {
  const kept = ONE.minus(feePct.div(HUNDRED));
  return breakEven.div(kept).div(kept);
}

export function ladderRowJson(row: LadderRow, params: LadderParams): LadderRowJson {
  const stop = ladderStopPrice(row, params);
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
    ...(stop === null ? {} : { stop_price: figure(stop) }),
  };
}
