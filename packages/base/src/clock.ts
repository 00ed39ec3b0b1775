import type { Brand } from './brand.js';
import { threadOffsetMs } from './thread-offset.js';

/** Unix time in milliseconds, UTC. For records and for talking to the exchange; it may jump. */
export type EpochMs = Brand<number, 'EpochMs'>;

/** Milliseconds of the machine's monotonic clock, with fractions; equal in every thread and process of one boot. */
export type MonoMs = Brand<number, 'MonoMs'>;

/** Time as a parameter: the engine never reads a clock by itself, so that a simulation can own it. */
export interface Clock {
  readonly epochMs: () => EpochMs;
  readonly monoMs: () => MonoMs;
}

function hrtimeMs(): number {
  const [seconds, nanos] = process.hrtime();
  return seconds * 1_000 + nanos / 1e6;
}

/**
 * `performance.now()` counts from the start of its own thread. Both it and `hrtime` read CLOCK_MONOTONIC, so one
 * difference taken at load time makes the cheap call comparable between threads.
 */
const offsetMs = threadOffsetMs(hrtimeMs, () => performance.now());

export const systemClock: Clock = {
  epochMs: () => Date.now() as EpochMs,
  monoMs: () => (performance.now() + offsetMs) as MonoMs,
};
