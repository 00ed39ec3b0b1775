import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The campaigns whose figures are kept, one file each in test/evidence/results. */
export const CAMPAIGNS = ['sim', 'sim-ablations', 'crash', 'lock-race', 'fuzz'] as const;
export type Campaign = (typeof CAMPAIGNS)[number];

/** One run of one campaign: what was run on what, and what it said of itself. */
export interface CampaignRecord {
  /** As it can be typed again. */
  readonly command: string;
  /** ISO date and time of its end. */
  readonly at: string;
  /** Of the tree; with `+` when the tree had changes beside it. */
  readonly commit: string;
  readonly node: string;
  readonly machine: string;
  /** 0: every promise was kept. */
  readonly exitCode: number;
  readonly seed: number;
  /** What `--json FILE` of the campaign wrote. */
  readonly figures: Figures;
}

export type Figures = Readonly<Record<string, unknown>>;

export const recordsFile = (root: string, campaign: Campaign): string =>
  join(root, 'test/evidence/results', `${campaign}.json`);

export function readRecords(root: string, campaign: Campaign): CampaignRecord[] {
  const file = recordsFile(root, campaign);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as CampaignRecord[]) : [];
}

export type AllRecords = Readonly<Record<Campaign, readonly CampaignRecord[]>>;

export const readAllRecords = (root: string): AllRecords =>
  Object.fromEntries(
    CAMPAIGNS.map((campaign) => [campaign, readRecords(root, campaign)]),
  ) as unknown as AllRecords;

/** Adds one to its file. Throws when it repeats what another one has already counted. */
export function keepRecord(root: string, campaign: Campaign, record: CampaignRecord): void {
  // Ablations are a table, not a sum: the last one made counts.
  const records = campaign === 'sim-ablations' ? [record] : [...readRecords(root, campaign), record];
  const repeated = repetitionIn(campaign, records);
  if (repeated !== null) throw new Error(repeated);
  mkdirSync(dirname(recordsFile(root, campaign)), { recursive: true });
  writeFileSync(recordsFile(root, campaign), `${withoutPlace(root, JSON.stringify(records, null, 2))}\n`);
}

/** Traces of errors name files; where on whose machine the checkout lies is nobody's business. */
export const withoutPlace = (root: string, json: string): string =>
  json.replaceAll(pathToFileURL(root).href, '').replaceAll(root, '');

/** Null, or which two records count the same thing twice: figures of several runs are added up. */
export function repetitionIn(campaign: Campaign, records: readonly CampaignRecord[]): string | null {
  for (const [index, record] of records.entries())
    for (const other of records.slice(0, index))
      if (campaign === 'sim' ? overlaps(record.figures, other.figures) : record.command === other.command)
        return `"${record.command}" repeats what "${other.command}" has counted`;
  return null;
}

/** Two simulations of one setting with a seed in common. */
function overlaps(one: Figures, other: Figures): boolean {
  if (one['hoursPerSeed'] !== other['hoursPerSeed'] || one['pairs'] !== other['pairs']) return false;
  const [first, last] = seedsOf(one);
  const [otherFirst, otherLast] = seedsOf(other);
  return first <= otherLast && otherFirst <= last;
}

export function seedsOf(figures: Figures): readonly [first: number, last: number] {
  const first = numberAt(figures, 'firstSeed');
  return [first, first + numberAt(figures, 'seeds') - 1];
}

/** 0 where there is no such number. */
export function numberAt(figures: unknown, ...path: readonly string[]): number {
  let value: unknown = figures;
  for (const key of path) value = (value as Figures | null | undefined)?.[key];
  return typeof value === 'number' ? value : 0;
}

/** The numbers of a map, added up over all records. */
export function sumsOf(records: readonly CampaignRecord[], key: string): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { figures } of records)
    for (const [name, value] of Object.entries((figures[key] ?? {}) as Figures))
      if (typeof value === 'number') sums.set(name, (sums.get(name) ?? 0) + value);
  return sums;
}

export const total = (records: readonly CampaignRecord[], ...path: readonly string[]): number =>
  records.reduce((sum, { figures }) => sum + numberAt(figures, ...path), 0);
