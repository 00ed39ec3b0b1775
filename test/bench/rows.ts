import type { Row, Subjects } from '@mtrade/bench';
import type { BenchOptions } from './arguments.js';
import { framesRows } from './frames-rows.js';
import { memoryRows } from './memory-rows.js';
import { reactionRows } from './reaction-rows.js';

/** All rows in the order in which they run and are printed. */
export function allRows(subjects: Subjects, { frames }: BenchOptions): readonly Row[] {
  return [...reactionRows(subjects), ...framesRows(frames), ...memoryRows];
}
