import { type Cell, table } from '../markdown.js';
import type { CampaignRecord } from '../records.js';

export const NOTHING_YET = 'Nothing has been run yet.';

/** One line per run: when, on what, with which command, and what it found. */
export const runsTable = (
  records: readonly CampaignRecord[],
  head: readonly string[],
  cells: (record: CampaignRecord) => readonly Cell[],
): string =>
  table(
    ['date', 'commit', 'Node', 'command', ...head, 'outcome'],
    records.map((record) => {
      const { at, commit, node, command, exitCode } = record;
      const outcome = exitCode === 0 ? 'kept' : `exit ${exitCode}`;
      return [at.slice(0, 10), `\`${commit}\``, node, `\`${command}\``, ...cells(record), outcome];
    }),
  );
