import { shown, table } from '../markdown.js';
import { type CampaignRecord, numberAt, sumsOf, total } from '../records.js';
import { NOTHING_YET, runsTable } from './runs.js';

export function lockRaceSection(records: readonly CampaignRecord[]): string[] {
  if (records.length === 0) return [NOTHING_YET];
  const slowestMs = Math.max(
    ...records.map(({ figures }) => numberAt(figures, 'takeoverMs', 'alone', 'max')),
  );
  return [
    `${shown(total(records, 'rounds'))} races. The lock was held ${shown(total(records, 'entries'))} times, ${shown(total(records, 'kills'))} starters were killed; a witness outside saw two holders ${shown(total(records, 'twoHolders'))} times. The slowest takeover of a dead holder's lock by a single start took ${shown(slowestMs)} ms; among all at once it is mostly the wait for a core.`,
    runsTable(
      records,
      ['rounds', 'starters', 'takeover p50 ms', 'p99 ms', 'max ms', 'among all, p99 ms'],
      ({ figures }) => [
        numberAt(figures, 'rounds'),
        numberAt(figures, 'starters'),
        numberAt(figures, 'takeoverMs', 'alone', 'p50'),
        numberAt(figures, 'takeoverMs', 'alone', 'p99'),
        numberAt(figures, 'takeoverMs', 'alone', 'max'),
        numberAt(figures, 'takeoverMs', 'amongAll', 'p99'),
      ],
    ),
    table(['kind of race', 'races'], [...sumsOf(records, 'kinds')]),
  ];
}
