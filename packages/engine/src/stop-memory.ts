import type { EpochMs, MonoMs } from '@mtrade/base';
import { type Intent, type Position, unprotectedMs } from '@mtrade/cycle';
import type { EngineContext, PairMemory, StopMemory } from './context.js';

/** The companion of an open stop; made when it is first asked for, as after a restart. */
export function stopMemory({ stops }: EngineContext, { id }: Pick<Intent, 'id'>): StopMemory {
  let memory = stops.get(id);
  if (memory === undefined) {
    memory = { cancelling: null, wasCancelled: false, openAtMono: null, nearMono: 0 };
    stops.set(id, memory);
  }
  return memory;
}

/**
 * How long the position has been without a stop; null when it has one or wants none. The books know it by the wall
 * clock, which survives a restart and may be set back; this life knows it by its own clock. The longer one counts.
 */
export function bareMs(
  memory: PairMemory,
  position: Position | null,
  nowMs: EpochMs,
  nowMono: MonoMs,
): number | null {
  const forMs = unprotectedMs(position, nowMs);
  if (forMs === null) {
    memory.bareSinceMono = null;
    return null;
  }
  memory.bareSinceMono ??= nowMono;
  return Math.max(forMs, nowMono - memory.bareSinceMono);
}
