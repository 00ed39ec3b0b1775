export { EngineProcess, type Reply } from './engine/engine-process.js';
export { pairNames } from './engine/engine-config.js';
export { usageOf } from './engine/process-usage.js';
export { ExchangeProcess } from './exchange/exchange-process.js';
export { checkAgainst, type CheckResult } from './report/check.js';
export { type Figures, figuresOf, type Report } from './report/figures.js';
export { type Goal, judge, type Verdict } from './report/goals.js';
export { describeMachine } from './report/machine.js';
export { markdownTable, notesOf, plainTable, plainText, tableOf } from './report/table.js';
export { verdictTable } from './report/verdicts.js';
export type { Row, RowContext, RowResult, Unit, VariantResult } from './result.js';
export { type Contender, interleave } from './rounds.js';
export { measureControl } from './rows/control.js';
export { measureDecisionAge } from './rows/decision-age.js';
export { measureIdle } from './rows/idle.js';
export { measureReaction, type ReactionOptions, reactionPlans } from './rows/reaction.js';
export { measureStarts } from './rows/start.js';
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
