import type { Family } from './exposition.js';
import { counterFamilies } from './counter-families.js';
import { engineFamilies } from './engine-families.js';
import { latencyFamilies } from './latency-families.js';
import { pairFamilies } from './pair-families.js';
import { processFamilies } from './process-families.js';
import type { Scrape } from './sources.js';

/** The table of metrics in the order in which a scrape and docs/metrics.md show them. */
export const METRIC_GROUPS: readonly {
  readonly title: string;
  readonly families: readonly Family<Scrape>[];
}[] = [
  { title: 'Counters', families: counterFamilies },
  { title: 'Engine', families: engineFamilies },
  { title: 'Pairs', families: pairFamilies },
  { title: 'Latency', families: latencyFamilies },
  { title: 'Process', families: processFamilies },
];

export const METRIC_FAMILIES: readonly Family<Scrape>[] = METRIC_GROUPS.flatMap(({ families }) => families);
