import { cpus, loadavg, release, totalmem, type } from 'node:os';
import type { Machine } from './figures.js';

export function describeMachine(quick: boolean): Machine {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memoryGb: Math.round(totalmem() / 1e9),
    system: `${type()} ${release()}`,
    node: process.version,
    load: Math.round((loadavg()[0] as number) * 10) / 10,
    quick,
  };
}
