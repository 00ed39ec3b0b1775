import { shown, table } from '../markdown.js';
import { type CampaignRecord, type Figures, numberAt, sumsOf, total } from '../records.js';
import { NOTHING_YET, runsTable } from './runs.js';

export function crashSection(records: readonly CampaignRecord[]): string[] {
  if (records.length === 0) return [NOTHING_YET];
  const kinds = [...sumsOf(records, 'kinds')].map(([kind, times]) => `${kind} ${shown(times)}`).join(', ');
  const points = pointsOf(records);
  return [
    `The built engine died ${shown(total(records, 'deaths'))} times (${kinds}) at ${points.filter(([, kills]) => kills > 0).length} named points, in ${shown(total(records, 'rounds'))} data directories, with ${shown(total(records, 'orders'))} orders and ${shown(total(records, 'trades'))} trades. After each death books and exchange were compared.`,
    runsTable(records, ['deaths', 'points'], ({ figures }) => [
      numberAt(figures, 'deaths'),
      numberAt(figures, 'pointsHit'),
    ]),
    table(['point', 'deaths', 'armed and not reached'], points),
    faults(records),
  ];
}

function pointsOf(records: readonly CampaignRecord[]): [name: string, kills: number, missed: number][] {
  const sums = new Map<string, [number, number]>();
  for (const { figures } of records)
    for (const [name, entry] of Object.entries((figures['points'] ?? {}) as Figures)) {
      const [kills, missed] = sums.get(name) ?? [0, 0];
      sums.set(name, [kills + numberAt(entry, 'kills'), missed + numberAt(entry, 'missed')]);
    }
  return [...sums].map(([name, [kills, missed]]) => [`\`${name}\``, kills, missed]);
}

function faults(records: readonly CampaignRecord[]): string {
  const sums = [...sumsOf(records, 'faults')].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const list = sums.map(([name, times]) => `${name} ${shown(times)}`).join(', ');
  return `Faults of the exchange meanwhile: ${list === '' ? 'none' : list}.`;
}
