import { type Decimal, text } from '@mtrade/money';
import type { FieldReport } from '../import-3commas/fields.js';
import type { PlannedOrder } from '../import-3commas/rows.js';
import type { TranslatedBot } from '../import-3commas/translate.js';
import { fit, fitDecimal, wrap } from './columns.js';

const MARKS = { exact: '=', approximated: '~', 'not supported': '!' } as const;
const INDENT = 4;

function fieldLines({ field, theirs, key, ours, verdict, reason }: FieldReport, columns: number): string[] {
  const target = [key, ours].filter((part) => part !== '').join(' = ');
  const head = `${MARKS[verdict]} ${field} = ${theirs}${target === '' ? '' : `  ->  ${target}`}`;
  const margin = ' '.repeat(INDENT);
  const note =
    verdict === 'exact'
      ? []
      : wrap(`${verdict}: ${reason}`, columns - INDENT, 0).map((line) => `${margin}${line}`);
  return [...wrap(head, columns, INDENT), ...note];
}

const figure = (value: Decimal | undefined, width: number, decimals: number): string =>
  fit(value === undefined ? '-' : fitDecimal(text(value.round(decimals)), width), width, 'right');

function orderLines({ theirs, ours }: TranslatedBot): string[] {
  const row = (order: PlannedOrder, index: number): string =>
    [
      fit(index === 0 ? 'base' : String(index), 5, 'right'),
      figure(order.dropPct, 10, 4),
      figure(ours[index]?.dropPct, 10, 4),
      figure(order.purchase, 13, 4),
      figure(ours[index]?.purchase, 13, 4),
      figure(order.profitPct, 9, 4),
      figure(ours[index]?.profitPct, 9, 4),
    ].join(' ');
  return ['order     drop %      here        volume          here   take p.      here', ...theirs.map(row)];
}

/** One bot: every setting with what became of it, then order by order. */
export function renderImport(bot: TranslatedBot, columns: number): string {
  const width = Math.max(60, Math.min(columns, 100));
  return [
    `bot ${JSON.stringify(bot.name)}: ${bot.symbols.join(', ')}`,
    '',
    ...bot.fields.flatMap((field) => fieldLines(field, width)),
    '',
    ...orderLines(bot),
    '',
  ].join('\n');
}
