import { type Cell, shown, table } from '../markdown.js';
import { type CampaignRecord, numberAt, seedsOf, sumsOf, total } from '../records.js';
import { NOTHING_YET, runsTable } from './runs.js';

export function simulationSection(records: readonly CampaignRecord[]): string[] {
  if (records.length === 0) return [NOTHING_YET];
  const counts = sumsOf(records, 'counts');
  const count = (name: string): string => shown(counts.get(name) ?? 0);
  const injected = [...sumsOf(records, 'injected')].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const cpuSeconds = total(records, 'cpuSeconds');
  const hours = total(records, 'hours');
  return [
    `${shown(Math.floor(hours))} hours of ${shown(total(records, 'seeds'))} seeds, in ${shown(cpuSeconds)} seconds of CPU (${shown(hours / Math.max(1, cpuSeconds))} hours per second): ${count('posts')} orders, ${count('fills')} fills, ${count('cycles')} cycles ended, ${count('unknown')} outcomes unknown, ${count('never')} proven absent, ${count('starts')} starts of the engine, ${count('zombies')} replaced while they stood still.`,
    runsTable(records, ['hours', 'pairs', 'seeds', 'faults'], ({ figures }) => {
      const [first, last] = seedsOf(figures);
      return [
        Math.floor(numberAt(figures, 'hours')),
        numberAt(figures, 'pairs'),
        `${first}-${last}`,
        numberAt(figures, 'faults'),
      ];
    }),
    ...violations(records),
    `${shown(injected.reduce((sum, [, times]) => sum + times, 0))} faults were injected; what each does is in \`test/simulation/fault.ts\`:`,
    table(['fault', 'times'], injected),
  ];
}

interface Broken {
  readonly seed: number;
  readonly id: string;
  readonly detail: string;
}

function violations(records: readonly CampaignRecord[]): string[] {
  const found = records.flatMap(({ commit, figures }) => {
    const violation = figures['violation'] as Broken | null | undefined;
    return violation
      ? [`- seed ${violation.seed} at \`${commit}\`: ${violation.id}: ${violation.detail}`]
      : [];
  });
  return found.length > 0
    ? ['Promises that were broken, each mended or explained later:', found.join('\n')]
    : [];
}

interface Ablated {
  readonly name: string;
  readonly what: string;
  readonly seed: number | null;
  readonly violation: { readonly id: string } | null;
}

export function ablationSection(records: readonly CampaignRecord[]): string[] {
  const record = records.at(-1);
  if (!record) return [NOTHING_YET];
  const rows = (record.figures['ablations'] ?? []) as readonly Ablated[];
  const caught = rows.filter(({ seed }) => seed !== null).length;
  return [
    `A check that cannot fail proves nothing: each safety is switched off once, and the simulation has to notice. ${caught} of ${rows.length} were noticed by \`${record.command}\` (${record.at.slice(0, 10)}, \`${record.commit}\`, ${numberAt(record.figures, 'pairs')} pairs, ${numberAt(record.figures, 'hoursPerSeed')} hours per seed).`,
    table(
      ['safety', 'switched off', 'first failing seed', 'broken promise'],
      rows.map(({ name, what, seed, violation }): Cell[] => [
        `\`${name}\``,
        what,
        seed === null ? 'none' : String(seed),
        violation?.id ?? '',
      ]),
    ),
  ];
}
