import { type Figures, figuresOf } from './report/figures.js';
import type { Row, RowContext } from './result.js';

/** Measures the rows one after the other; `onFigures` hears of each table as soon as it stands. */
export async function runRows(
  rows: readonly Row[],
  context: RowContext,
  onFigures: (figures: Figures) => void,
): Promise<readonly Figures[]> {
  const all: Figures[] = [];
  for (const row of rows) {
    context.progress(row.id);
    for (const result of await row.run(context)) {
      const figures = figuresOf(result);
      all.push(figures);
      onFigures(figures);
    }
  }
  return all;
}
