import { setTimeout as sleep } from 'node:timers/promises';
import { threadsCpuMs, usageOf } from '../engine/process-usage.js';
import { short } from '../report/numbers.js';
import { interleave } from '../rounds.js';
import type { RowContext, RowResult, VariantResult } from '../result.js';
import type { SubjectPlan, Subjects } from './subjects.js';

const MB = 1_000_000;
/** The load runs this long before it counts. */
const LEAD_MS = 300;

interface Quiet {
  readonly plan: SubjectPlan;
  readonly framesPerSecond: number;
}

/**
 * A process compiles what it does often while it does it, which takes it a minute or two at these rates, most of it in
 * the first half. What is measured is how it runs from then on.
 */
const SETTLE_MS = { full: 60_000, quick: 30_000 };
const WINDOW_MS = { full: 5_000, quick: 3_000 };

const cpuMs = (pid: number): number | null => threadsCpuMs(pid) ?? usageOf(pid)?.cpuMs ?? null;

/** CPU time and memory while prices move and nothing is due, each rate beside a `base` that hears the same prices. */
export async function measureIdle(
  quiets: readonly Quiet[],
  {
    base,
    subjects,
    context,
  }: { readonly base: SubjectPlan | null } & {
    readonly subjects: Subjects;
    readonly context: RowContext;
  },
): Promise<readonly RowResult[]> {
  const memory: VariantResult[] = [];
  const results: RowResult[] = [];
  for (const { plan, framesPerSecond } of quiets) {
    const name = `${plan.name.split(',', 2).join(',')}, ${short(framesPerSecond)} frames/s`;
    context.progress(`idle: ${name}`);
    const who = base === null ? [plan] : [plan, base];
    const contenders = await Promise.all(
      who.map(async (one) => ({ name: one === plan ? name : one.name, subject: await subjects.get(one) })),
    );
    for (const { subject } of contenders) await subject.exchange.load(framesPerSecond);
    await sleep(context.quick ? SETTLE_MS.quick : SETTLE_MS.full);
    for (const { subject } of contenders) await subject.exchange.load(0);
    const memoryRounds: number[][] = [];
    const rounds = await interleave(
      contenders.map(({ name: variant, subject }) => ({
        name: variant,
        round: async () => {
          await subject.exchange.load(framesPerSecond);
          await sleep(LEAD_MS);
          const [before, beganMs] = [cpuMs(subject.pid), performance.now()];
          await sleep(context.quick ? WINDOW_MS.quick : WINDOW_MS.full);
          const [after, endedMs] = [cpuMs(subject.pid), performance.now()];
          const usage = usageOf(subject.pid);
          await subject.exchange.load(0);
          if (before === null || after === null) return [];
          if (subject.engine !== null && usage !== null) memoryRounds.push([usage.residentBytes / MB]);
          return [((after - before) / (endedMs - beganMs)) * 100];
        },
      })),
      context.quick ? 3 : 8,
    );
    memory.push({ name, rounds: memoryRounds });
    results.push({
      id: `idle-${framesPerSecond}`,
      title: `CPU of the whole engine while prices move and nothing is due, ${short(framesPerSecond)} frames/s`,
      unit: '% of a core',
      bases: base === null ? [] : [base.name],
      variants: [...rounds].map(([one, values]) => ({ name: one, rounds: values })),
      notes: [
        `All threads, from /proc, after ${(context.quick ? SETTLE_MS.quick : SETTLE_MS.full) / 1_000} s at this rate; until then V8 compiles, and does some more of it for another minute. On a busy machine the same work takes more CPU time (caches, frequency).`,
        ...(base === null
          ? []
          : [
              `The ${base.name} hears 16 pairs at the same rate, reads each frame with JSON.parse and does nothing more: nearly all that it takes is waking up for a frame.`,
            ]),
      ],
    });
  }
  return [
    ...results,
    {
      id: 'resident',
      title: 'Resident memory of the engine at work',
      unit: 'MB',
      bases: [],
      variants: memory,
      notes: [
        '1 MB = 1,000,000 bytes. After start buys and the orders of the rows before. 48 MB of it are the program text of Node.js itself.',
      ],
    },
  ];
}
