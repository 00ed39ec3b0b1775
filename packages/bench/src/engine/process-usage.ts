import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessUsage {
  /** Resident memory, bytes. */
  readonly residentBytes: number;
  /** CPU time of all threads so far, ms. */
  readonly cpuMs: number;
}

/** Linux counts CPU time in hundredths of a second on every machine that Node.js runs on. */
const MS_PER_TICK = 10;

/** Null where the system does not tell (only Linux has /proc). */
export function usageOf(pid: number): ProcessUsage | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const residentKb = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
    // The name, second of the fields, may contain blanks; the fields are counted behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]);
    return { residentBytes: residentKb * 1_024, cpuMs: ticks * MS_PER_TICK };
  } catch {
    return null;
  }
}

const NS_PER_MS = 1e6;

/**
 * CPU time of the threads that live, ms, to the nanosecond: the hundredths of `usageOf` are too coarse for two seconds of
 * a process that does next to nothing. Null where the system does not tell.
 */
export function threadsCpuMs(pid: number): number | null {
  try {
    return readdirSync(`/proc/${pid}/task`)
      .map((thread) => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8'))
      .reduce((sum, line) => sum + Number(line.split(' ', 1)[0]) / NS_PER_MS, 0);
  } catch {
    return null;
  }
}
