import { engineRows, type Row, type Subjects } from '@mtrade/bench';
import type { BenchOptions } from './arguments.js';
import { FLOOR, floorPlan, PLAIN, plainPlan, rawPlan } from './bots/bot-process.js';
import { cacheRow } from './cache-rows.js';
import { commitRow } from './commit-rows.js';
import { cyclerRow } from './cycler-rows.js';
import { framesRows } from './frames-rows.js';
import { machineRow } from './machine-rows.js';
import { memoryRows } from './memory-rows.js';

/** All rows in the order in which they run and are printed. */
export function allRows(subjects: Subjects, { frames }: BenchOptions): readonly Row[] {
  return [
    ...engineRows(subjects, { plans: [floorPlan, plainPlan, rawPlan], bases: [FLOOR, PLAIN] }),
    ...framesRows(frames),
    cyclerRow,
    commitRow,
    machineRow,
    cacheRow,
    ...memoryRows,
  ];
}
