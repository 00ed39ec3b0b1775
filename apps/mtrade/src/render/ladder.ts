import { buildLadder, type LadderParams, validateLadder } from '@mtrade/cycle';
import { type Decimal, price, text } from '@mtrade/money';
import { fit, fitDecimal } from './columns.js';

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
}

/** The public object of `mtrade ladder --json`. Drops are positive percentage points. */
export interface LadderViewJson {
  readonly schema: 1;
  readonly symbol: string;
  readonly price: string;
  readonly total_quote: string;
  /** Steps that sell at a net loss after the fee of both sides. */
  readonly loss_rows: readonly number[];
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
      loss_rows: [...new Set(report.warnings.flatMap((finding) => finding.rows ?? []))],
      fee_pct: text(feePct),
      rows: rows.map((row) => ({
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
      })),
    },
    warnings: report.warnings.map((finding) => `${symbol}: ${finding.message}`),
  };
}

const COLUMNS = [
  ['k', 3, (row: LadderRowJson) => String(row.step)],
  ['lvl', 3, (row: LadderRowJson) => String(row.level)],
  ['drop %', 7, (row: LadderRowJson) => row.drop_pct],
  ['rate', 10, (row: LadderRowJson) => row.rate],
  ['buy', 9, (row: LadderRowJson) => row.purchase],
  ['invested', 9, (row: LadderRowJson) => row.invested],
  ['break-even', 11, (row: LadderRowJson) => row.breakeven],
  ['target %', 8, (row: LadderRowJson) => row.target_pct],
  ['sell at', 11, (row: LadderRowJson) => row.sell_price],
] as const;

/** The table in 80 columns; rows marked `!` sell at a net loss. */
export function renderLadder(view: LadderViewJson, quote: string): string {
  const losses = new Set(view.loss_rows);
  const head = COLUMNS.map(([title, width]) => fit(title, width, 'right'))
    .join(' ')
    .trimEnd();
  const lines = view.rows.map((row) => {
    const cells = COLUMNS.map(([, width, cell]) => fit(fitDecimal(cell(row), width), width, 'right')).join(
      ' ',
    );
    return losses.has(row.step) ? `${cells}!` : cells;
  });
  return [
    `${view.symbol} from ${view.price} ${quote}, fee ${view.fee_pct} % per side`,
    '',
    head,
    ...lines,
    '',
    `whole ladder: ${view.total_quote} ${quote}`,
    ...(losses.size === 0 ? [] : ['!  sells at a net loss after the fee of both sides']),
    '',
  ].join('\n');
}
