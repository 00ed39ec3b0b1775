import type { LadderRowJson, LadderViewJson } from '@mtrade/runtime';
import { fit, fitDecimal } from './columns.js';

type Column = readonly [title: string, width: number, cell: (row: LadderRowJson) => string];

const LEVEL: Column = ['level', 5, (row) => String(row.level)];
const TARGET: Column = ['target %', 8, (row) => row.target_pct];
const STOP: Column = ['stop at', 10, (row) => row.stop_price ?? ''];

/** In 80 columns: a stop makes the target give way, and the level of the order book stands only where it is not the best. */
function columnsFor({ rows, unreachable_rows: ofStop }: LadderViewJson): readonly Column[] {
  return [
    ['row', 3, (row) => String(row.step)],
    ...(rows.some(({ level }) => level !== 1) ? [LEVEL] : []),
    ['drop %', 6, (row) => row.drop_pct],
    ['price', 10, (row) => row.rate],
    ['buys for', 9, (row) => row.purchase],
    ['invested', 9, (row) => row.invested],
    ['break-even', 10, (row) => row.breakeven_after_fees],
    ...(ofStop === undefined ? [TARGET] : []),
    ['sells at', 10, (row) => row.sells_at],
    ...(ofStop === undefined ? [] : [STOP]),
  ];
}

/** The table; rows marked `!` wait for break-even instead of their target, rows marked `x` lie below the stop. */
export function renderLadder(view: LadderViewJson, quote: string): string {
  const waiting = new Set(view.loss_rows);
  const unreachable = new Set(view.unreachable_rows);
  const columns = columnsFor(view);
  const head = columns
    .map(([title, width]) => fit(title, width, 'right'))
    .join(' ')
    .trimEnd();
  const lines = view.rows.map((row) => {
    const cells = columns
      .map(([, width, cell]) => fit(fitDecimal(cell(row), width), width, 'right'))
      .join(' ');
    return cells + (waiting.has(row.step) ? '!' : '') + (unreachable.has(row.step) ? 'x' : '');
  });
  return [
    `${view.symbol} from ${view.price} ${quote}, fee ${view.fee_pct} % per side`,
    '',
    head,
    ...lines,
    '',
    `whole ladder: ${view.total_quote} ${quote}`,
    'break-even: a sale at this price earns nothing, after the fee of both sides',
    ...(waiting.size === 0 ? [] : ['!  waits for break-even instead of its own target, and earns nothing']),
    ...(unreachable.size === 0
      ? []
      : ['x  lies below the stop of the row before it: sold before it is bought']),
    '',
  ].join('\n');
}
