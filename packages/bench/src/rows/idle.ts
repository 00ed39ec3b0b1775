import { setTimeout as sleep } from 'node:timers/promises';
import { short } from '../report/numbers.js';
import type { RowContext, RowResult, VariantResult } from '../result.js';
import type { SubjectPlan, Subjects } from './subjects.js';

const MB = 1_000_000;

interface Quiet {
  readonly plan: SubjectPlan;
  readonly framesPerSecond: number;
}

/** CPU time and memory while prices move and nothing is due. */
export async function measureIdle(
  quiets: readonly Quiet[],
  { subjects, context }: { readonly subjects: Subjects; readonly context: RowContext },
): Promise<readonly RowResult[]> {
  const rounds = context.quick ? 2 : 6;
  const roundMs = context.quick ? 2_000 : 5_000;
  const cpu: VariantResult[] = [];
  const memory = new Map<string, readonly number[][]>();
  for (const { plan, framesPerSecond } of quiets) {
    const { exchange, engine } = await subjects.get(plan);
    if (engine === null) continue;
    const name = `${plan.name.split(',', 2).join(',')}, ${short(framesPerSecond)} frames/s`;
    context.progress(`idle: ${name}`);
    await exchange.load(framesPerSecond);
    await sleep(500);
    const cpuRounds: number[][] = [];
    const memoryRounds: number[][] = [];
    for (let round = 0; round < rounds; round += 1) {
      const [before, beganMs] = [engine.usage(), performance.now()];
      await sleep(roundMs);
      const [after, endedMs] = [engine.usage(), performance.now()];
      if (before === null || after === null) continue;
      cpuRounds.push([((after.cpuMs - before.cpuMs) / (endedMs - beganMs)) * 100]);
      memoryRounds.push([after.residentBytes / MB]);
    }
    await exchange.load(0);
    cpu.push({ name, rounds: cpuRounds });
    memory.set(name, memoryRounds);
  }
  return [
    {
      id: 'idle-cpu',
      title: 'CPU of the whole engine while prices move and nothing is due',
      unit: '% of a core',
      bases: [],
      variants: cpu,
      notes: [
        'All threads, from /proc. Clock ticks of 10 ms bound the resolution. On a busy machine the same work takes more CPU time (caches, frequency).',
      ],
    },
    {
      id: 'resident',
      title: 'Resident memory of the engine at work',
      unit: 'MB',
      bases: [],
      variants: [...memory].map(([name, values]) => ({ name, rounds: values })),
      notes: ['1 MB = 1,000,000 bytes. After start buys and the orders of the rows before.'],
    },
  ];
}
