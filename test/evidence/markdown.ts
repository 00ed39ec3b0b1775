/** Headings, paragraphs and lists with one empty line between, as the formatter wants them. */
export const page = (blocks: readonly string[]): string => `${blocks.join('\n\n')}\n`;

export type Cell = string | number;

/** A table as the formatter writes it: columns of numbers to the right, everything padded. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const isRight = head.map(
    (_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'),
  );
  const texts = [head, ...rows].map((row) => row.map((cell) => shown(cell).replaceAll('|', '\\|')));
  const widths = head.map((_, column) => Math.max(3, ...texts.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const padded = texts.map((row) =>
    line(
      row.map((cell, column) => {
        const space = ' '.repeat((widths[column] ?? 0) - cell.length);
        return isRight[column] ? `${space}${cell}` : `${cell}${space}`;
      }),
    ),
  );
  const rule = line(
    widths.map((width, column) => (isRight[column] ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width))),
  );
  return [padded[0], rule, ...padded.slice(1)].join('\n');
}

/** 1234567.89 as `1,234,568`: whole numbers, or one decimal below 100. */
export function shown(cell: Cell): string {
  if (typeof cell === 'string') return cell;
  const digits = Math.abs(cell) < 100 && !Number.isInteger(cell) ? 1 : 0;
  return cell.toFixed(digits).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}
