import { CLOCK_CELL_BYTES } from './clock-cell.js';
import { COMMIT_GATE_BYTES } from './commit-gate.js';
import { COUNTER_BYTES, COUNTER_COUNT } from './counters.js';
import { ENGINE_GAUGE_BYTES, PAIR_GAUGE_BYTES } from './gauge-cells.js';
import { HEARTBEAT_BYTES, ROLES } from './heartbeats.js';
import { HISTOGRAM_BYTES, STAGES } from './latencies.js';
import { SLOT_BYTES } from './pair-slots.js';
import { PRICE_CELL_BYTES } from './price-cells.js';
import { TRIGGER_CELL_BYTES } from './trigger-cells.js';
import { QUEUE_HEADER_WORDS } from './urgent-queue.js';
import { WORD_BYTES } from './words.js';

/** Goes up with every change of what lies where. docs/shared-memory.md draws this version. */
export const LAYOUT_VERSION = 5;

/** "MTB1": the first word of every board. */
export const MAGIC = 0x4d54_4231;

export const CACHE_LINE_BYTES = 64;

/** Words of the header section. */
export const Header = { magic: 0, layoutVersion: 1, pairs: 2, urgentCapacity: 3, sizeBytes: 4 } as const;

export interface Section {
  readonly byteOffset: number;
  readonly sizeBytes: number;
}

export interface Layout {
  readonly header: Section;
  readonly cyclerWake: Section;
  readonly commitGate: Section;
  readonly clock: Section;
  readonly heartbeats: Section;
  readonly counters: Section;
  readonly urgent: Section;
  readonly slots: Section;
  readonly triggers: Section;
  readonly prices: Section;
  readonly latencies: Section;
  readonly engineGauge: Section;
  readonly pairGauges: Section;
  readonly sizeBytes: number;
}

/** Sections follow each other in this order; each starts on a cache line and fills whole ones. */
export function layoutFor(pairs: number): Layout {
  let end = 0;
  const section = (sizeBytes: number): Section => {
    const byteOffset = end;
    const lines = Math.ceil(sizeBytes / CACHE_LINE_BYTES);
    end += lines * CACHE_LINE_BYTES;
    return { byteOffset, sizeBytes: lines * CACHE_LINE_BYTES };
  };
  return {
    header: section(CACHE_LINE_BYTES),
    cyclerWake: section(CACHE_LINE_BYTES),
    commitGate: section(COMMIT_GATE_BYTES),
    clock: section(CLOCK_CELL_BYTES),
    heartbeats: section(ROLES.length * HEARTBEAT_BYTES),
    counters: section(COUNTER_COUNT * COUNTER_BYTES),
    urgent: section((QUEUE_HEADER_WORDS + pairs) * WORD_BYTES),
    slots: section(pairs * SLOT_BYTES),
    triggers: section(pairs * TRIGGER_CELL_BYTES),
    prices: section(pairs * PRICE_CELL_BYTES),
    latencies: section(STAGES.length * HISTOGRAM_BYTES),
    engineGauge: section(ENGINE_GAUGE_BYTES),
    pairGauges: section(pairs * PAIR_GAUGE_BYTES),
    sizeBytes: end,
  };
}
