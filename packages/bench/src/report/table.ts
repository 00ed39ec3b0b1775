import type { Figures, Line } from './figures.js';
import { percent, short } from './numbers.js';

export interface Table {
  /** Columns of words, which begin on the left; default: only the first. Numbers end on the right. */
  readonly words?: readonly number[];
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** One row of the benchmark as cells of text. */
export function tableOf({ unit, lines }: Figures): Table {
  const bases = [...new Set(lines.flatMap(({ ratios }) => Object.keys(ratios)))];
  const head = [
    unit,
    'median',
    'p99',
    'least',
    'most',
    'spread',
    'values',
    ...bases.map((base) => `/ ${base}`),
  ];
  return { head, rows: lines.map((line) => cellsOf(line, bases)) };
}

function cellsOf({ name, summary, ratios }: Line, bases: readonly string[]): string[] {
  const { median, p99, min, max, spread, count } = summary;
  const isOne = count === 1;
  return [
    name,
    short(median),
    isOne ? '' : short(p99),
    isOne ? '' : short(min),
    isOne ? '' : short(max),
    isOne ? '' : percent(spread),
    isOne ? '' : String(count),
    ...bases.map((base) => {
      const ratio = ratios[base];
      return ratio === undefined
        ? ''
        : `${short(ratio.ratio)}${ratio.noise > 0 ? ` ±${percent(ratio.noise / 2)}` : ''}`;
    }),
  ];
}

export function markdownTable({ head, rows, words = [0] }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, column) => (words.includes(column) ? '---' : '---:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}

export function plainTable({ head, rows, words = [0] }: Table): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((cells) => (cells[column] ?? '').length)));
  return all
    .map((cells) =>
      cells
        .map((cell, column) =>
          words.includes(column)
            ? cell.padEnd(widths[column] as number)
            : cell.padStart(widths[column] as number),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Notes of the lines, then those of the row, a sentence each. */
export const notesOf = ({ lines, notes }: Figures): string[] => [
  ...lines.flatMap(({ name, note }) => (note === undefined ? [] : [`${name}: ${note}`])),
  ...notes,
];

/** For the terminal. */
export function plainText(figures: Figures): string {
  const notes = notesOf(figures).map((note) => `  ${note}`);
  return [`${figures.title}  [${figures.id}]`, plainTable(tableOf(figures)), ...notes].join('\n');
}
