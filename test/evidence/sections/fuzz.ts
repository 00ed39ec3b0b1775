import { shown, table } from '../markdown.js';
import { type CampaignRecord, numberAt, sumsOf, total } from '../records.js';
import { NOTHING_YET, runsTable } from './runs.js';

export function fuzzSection(records: readonly CampaignRecord[]): string[] {
  if (records.length === 0) return [NOTHING_YET];
  return [
    `${shown(total(records, 'inputs'))} inputs.`,
    runsTable(records, ['inputs'], ({ figures }) => [numberAt(figures, 'inputs')]),
    table(['target', 'inputs'], [...sumsOf(records, 'targets')]),
  ];
}
