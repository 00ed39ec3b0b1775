import type { LadderRowJson, LadderViewJson } from '@mtrade/runtime';
import { fit, fitDecimal } from './columns.js';

type Column = readonly [title: string, width: number, cell: (row: LadderRowJson) => string];

const COLUMNS: readonly Column[] = [
  ['k', 3, (row: LadderRowJson) => String(row.step)],
  ['lvl', 3, (row: LadderRowJson) => String(row.level)],
  ['drop %', 7, (row: LadderRowJson) => row.drop_pct],
  ['rate', 10, (row: LadderRowJson) => row.rate],
  ['buy', 9, (row: LadderRowJson) => row.purchase],
  ['invested', 9, (row: LadderRowJson) => row.invested],
  ['break-even', 11, (row: LadderRowJson) => row.breakeven_after_fees ?? row.breakeven],
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
    'break-even: a sale at this price earns nothing, after the fee of both sides',
    ...(losses.size === 0 ? [] : ['!  sells at a net loss after the fee of both sides']),
    ...(unreachable.size === 0
      ? []
      : ['x  lies below the stop of the row before it: sold before it is bought']),
    '',
  ].join('\n');
}
