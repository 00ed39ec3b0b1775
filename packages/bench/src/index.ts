export { controlCall, type Reply } from './engine/control-call.js';
export { EngineProcess } from './engine/engine-process.js';
export { pairNames } from './engine/engine-config.js';
export { usageOf } from './engine/process-usage.js';
export { ExchangeProcess } from './exchange/exchange-process.js';
export { LEGEND, machineText, warningsOf } from './report/circumstances.js';
export { checkAgainst, type CheckResult, guardedRatios, worstAllowed } from './report/check.js';
export { type Figures, figuresOf, type MeasuredFigures, type Report } from './report/figures.js';
export { type Goal, judge, type Verdict } from './report/goals.js';
export { describeMachine, takenNow } from './report/machine.js';
export { markdownTable, notesOf, plainTable, plainText, tableOf } from './report/table.js';
export { verdictTable } from './report/verdicts.js';
export type { Row, RowContext, RowResult, Unit, VariantResult } from './result.js';
export { type Contender, interleave } from './rounds.js';
export {
  ENGINE_16,
  ENGINE_200,
  enginePlans,
  type Subject,
  type SubjectPlan,
  Subjects,
} from './rows/subjects.js';
export { openScene } from './scene.js';
export { median, percentile, type Ratio, ratioOf, type Summary, summarize } from './statistics.js';
export { ENGINE_GOALS } from './rows/engine-goals.js';
export { type Baselines, engineRows } from './rows/engine-rows.js';
export { endChildren, endWithUs } from './children.js';
export { runRows } from './run-rows.js';
export { short } from './report/numbers.js';
