import type { EpochMs, MonoMs } from '@mtrade/base';
import { type Intent, type PairState, type Position, unprotectedMs, WAIT_WORDS } from '@mtrade/cycle';
import type { EngineContext, PairMemory, StopMemory } from './context.js';

/** The companion of an open stop; made when it is first asked for, as after a restart. */
export function stopMemory({ stops }: EngineContext, { id }: Pick<Intent, 'id'>): StopMemory {
  let memory = stops.get(id);
  if (memory === undefined) {
    memory = {
      cancelling: null,
      wasCancelled: false,
      openAtMono: null,
      nearMono: 0,
      unnamedSinceMono: null,
      isUnnamedTold: false,
    };
    stops.set(id, memory);
  }
  return memory;
}

/** An operator's sale that could not be sent by then is given up: prices move. */
export const SELL_WITHIN_MS = 30_000;

/**
 * How long the operator's sale may still wait for the end of the stop; null when none waits. The wish is on disk with a
 * time of the wall clock, so that it survives a kill; from then on this life counts by its own clock: whoever sets the
 * other one makes no wish of long ago young again.
 */
export function sellWishMs(
  memory: PairMemory,
  position: Position | null,
  nowMs: EpochMs,
  nowMono: MonoMs,
): number | null {
  const untilMs = position?.sellUntilMs ?? null;
  if (untilMs === null) {
    memory.sellUntilMono = null;
    return null;
  }
  memory.sellUntilMono ??= nowMono + Math.min(SELL_WITHIN_MS, Math.max(0, untilMs - nowMs));
  return memory.sellUntilMono - nowMono;
}

/** The pair without the operator's wish to sell. */
export const withoutSellWish = (pair: PairState): PairState =>
  pair.position === null ? pair : { ...pair, position: { ...pair.position, sellUntilMs: null } };

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

/** Why the position has no stop, in words: what was last heard of it, and what the next one waits for; null: neither. */
export function stopProblem({ stopProblem: heard, stopWaitsFor }: PairMemory): string | null {
  if (stopWaitsFor === null) return heard;
  const waits = `waiting: ${WAIT_WORDS[stopWaitsFor]}`;
  return heard === null ? waits : `${heard}; ${waits}`;
}
