export { Board, type BoardHandle, type BoardOptions, attachBoard, createBoard } from './board.js';
export { type ClockCell, type ClockReading } from './clock-cell.js';
export { type CommitGate, type CommitVerdict } from './commit-gate.js';
export {
  type AnyCounterName,
  COUNTERS,
  type CounterName,
  type Counters,
  INTERNAL_COUNTERS,
  type InternalCounterName,
} from './counters.js';
export {
  emptyEngineGauge,
  emptyPairGauge,
  type EngineGauge,
  type GaugeCells,
  type PairGauge,
} from './gauge-cells.js';
export { type Heartbeats, ROLES, type Role } from './heartbeats.js';
export {
  type Latencies,
  type LatencyDistribution,
  type LatencySummary,
  STAGE_TABLE,
  STAGES,
  type Stage,
} from './latencies.js';
export { LAYOUT_VERSION } from './layout.js';
export { Owner, type OwnerId, type PairSlots } from './pair-slots.js';
export { type PriceCell, type PriceCells, emptyPriceCell } from './price-cells.js';
export { type Trigger, type TriggerCell, type TriggerCells, emptyTriggerCell } from './trigger-cells.js';
export { type PushResult, type UrgentQueue } from './urgent-queue.js';
export type { WakeWord } from './wake-word.js';
