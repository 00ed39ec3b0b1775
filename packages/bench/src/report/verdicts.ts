import type { Verdict } from './goals.js';
import { short } from './numbers.js';
import type { Table } from './table.js';
import type { Figures } from './figures.js';

/** The goals with what was measured. */
export function verdictTable(verdicts: readonly Verdict[], rows: readonly Figures[]): Table {
  const unitOf = (row: string): string => rows.find(({ id }) => id === row)?.unit ?? '';
  // A column of reasons that are not known would only make the table wider.
  const isReasoned = verdicts.some(({ goal, answer }) => answer === 'missed' && goal.reason !== undefined);
  return {
    words: [0, 1, 4, 5],
    head: ['goal', 'row', 'limit', 'measured', 'verdict', ...(isReasoned ? ['reason'] : [])],
    rows: verdicts.map(({ goal, value, answer }) => {
      const unit = goal.over === undefined ? ` ${unitOf(goal.row)}` : ' x';
      return [
        goal.what,
        `\`${goal.row}\``,
        `${goal.is} ${short(goal.limit)}${unit}`.trimEnd(),
        value === null ? '' : `${short(value)}${unit}`,
        answer,
        ...(isReasoned ? [answer === 'missed' ? (goal.reason ?? '') : ''] : []),
      ];
    }),
  };
}
