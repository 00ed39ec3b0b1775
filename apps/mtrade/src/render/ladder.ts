import { buildLadder, type LadderParams, ladderStopPrice, validateLadder } from '@mtrade/cycle';
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
  /** Where the stop stands once the row is bought; only for a pair with a stop. */
  readonly stop_price?: string;
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
        ...stopPrice(ladderStopPrice(row, params)),
      })),
    },
    warnings: report.warnings.map((finding) => `${symbol}: ${finding.message}`),
  };
}

const stopPrice = (at: Decimal | null): { stop_price?: string } =>
  at === null ? {} : { stop_price: figure(at) };

type Column = readonly [title: string, width: number, cell: (row: LadderRowJson) => string];

const COLUMNS: readonly Column[] = [
  ['k', 3, (row: LadderRowJson) => String(row.step)],
  ['lvl', 3, (row: LadderRowJson) => String(row.level)],
  ['drop %', 7, (row: LadderRowJson) => row.drop_pct],
  ['rate', 10, (row: LadderRowJson) => row.rate],
  ['buy', 9, (row: LadderRowJson) => row.purchase],
  ['invested', 9, (row: LadderRowJson) => row.invested],
  ['break-even', 11, (row: LadderRowJson) => row.breakeven],
  ['target %', 8, (row: LadderRowJson) => row.target_pct],
  ['sell at', 11, (row: LadderRowJson) => row.sell_price],
];
const STOP: Column = ['stop at', 11, (row) => row.stop_price ?? ''];
/** What makes room for the stop. */
const LEFT_OUT = new Set(['lvl', 'target %']);

/** The table in 80 columns; rows marked `!` sell at a net loss, rows marked `x` lie below the stop. */
export function renderLadder(view: LadderViewJson, quote: string): string {
  const losses = new Set(view.loss_rows);
  const unreachable = new Set(view.unreachable_rows);
  const columns =
    view.unreachable_rows === undefined
      ? COLUMNS
      : [...COLUMNS.filter(([title]) => !LEFT_OUT.has(title)), STOP];
  const head = columns
    .map(([title, width]) => fit(title, width, 'right'))
    .join(' ')
    .trimEnd();
  const lines = view.rows.map((row) => {
    const cells = columns
      .map(([, width, cell]) => fit(fitDecimal(cell(row), width), width, 'right'))
      .join(' ');
    return cells + (losses.has(row.step) ? '!' : '') + (unreachable.has(row.step) ? 'x' : '');
  });
  return [
    `${view.symbol} from ${view.price} ${quote}, fee ${view.fee_pct} % per side`,
    '',
    head,
    ...lines,
    '',
    `whole ladder: ${view.total_quote} ${quote}`,
    ...(losses.size === 0 ? [] : ['!  sells at a net loss after the fee of both sides']),
    ...(unreachable.size === 0
      ? []
      : ['x  lies below the stop of the row before it: sold before it is bought']),
    '',
  ].join('\n');
}
