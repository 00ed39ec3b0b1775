import type { HistoryAnswers } from '@mtrade/runtime';

type Row = Pick<HistoryAnswers['profit']['rows'][number], 'cycles' | 'resets'>;

const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

/** How the cycles of these rows came to their end: each is sold once, or a reset takes it out of the books unsold. */
export function endedWords(rows: readonly Row[]): string {
  const sum = (of: (row: Row) => number): number => rows.reduce((total, row) => total + of(row), 0);
  const resets = sum((row) => row.resets);
  const sales = counted(sum(({ cycles }) => cycles) - resets, 'sale');
  return resets === 0 ? sales : `${sales}, ${counted(resets, 'reset')}`;
}
