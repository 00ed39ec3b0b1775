import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import type { Machine, Taken } from './figures.js';

export function describeMachine(): Machine {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memoryGb: Math.round(totalmem() / 1e9),
    system: `${type()} ${release()}`,
    node: process.version,
  };
}

/** The circumstances of what begins now. */
export const takenNow = (command: string, quick: boolean): Taken => ({
  command,
  at: new Date().toISOString(),
  load: Math.round((loadavg()[0] as number) * 10) / 10,
  realTime: isRealTime(),
  quick,
});

/** SCHED_FIFO and SCHED_RR, as proc(5) counts them. */
const REAL_TIME_POLICIES = new Set(['1', '2']);

/** True when this process, and so every one that it starts, was given real-time priority (`chrt`). Linux only. */
function isRealTime(): boolean {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    // The 41st field; the second, a name that may contain blanks, ends at the last bracket.
    const policy = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[38];
    return policy !== undefined && REAL_TIME_POLICIES.has(policy);
  } catch {
    return false;
  }
}
