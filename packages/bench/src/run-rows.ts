import { figuresOf, type MeasuredFigures } from './report/figures.js';
import { takenNow } from './report/machine.js';
import type { Row, RowContext } from './result.js';

/** Measures the rows one after the other; `onFigures` hears of each table as soon as it stands. */
export async function runRows(
  rows: readonly Row[],
  context: RowContext,
  onFigures: (figures: MeasuredFigures) => void,
): Promise<readonly MeasuredFigures[]> {
  const all: MeasuredFigures[] = [];
  for (const row of rows) {
    context.progress(row.id);
    const taken = takenNow(`${context.command} ${row.id}`, context.quick);
    for (const result of await row.run(context)) {
      const figures = { ...figuresOf(result), taken };
      all.push(figures);
      onFigures(figures);
    }
  }
  return all;
}
