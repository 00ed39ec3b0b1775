import { setTimeout as sleep } from 'node:timers/promises';
import type { RowContext, RowResult } from '../result.js';
import type { SubjectPlan, Subjects } from './subjects.js';

const FLOOD = 5_000;
const SAMPLE_MS = 250;

/** How long ago the engine last decided on its most neglected pair, with and without one pair that floods it. */
export async function measureDecisionAge(
  plan: SubjectPlan,
  { subjects, context }: { readonly subjects: Subjects; readonly context: RowContext },
): Promise<RowResult> {
  const { exchange, engine } = await subjects.get(plan);
  const rounds = context.quick ? 8 : 40;
  const values = new Map<string, number[][]>();
  const sample = async (name: string): Promise<void> => {
    const ages: number[][] = [];
    await sleep(2_000);
    for (let round = 0; round < rounds; round += 1) {
      await sleep(SAMPLE_MS);
      ages.push([(await engine?.status())?.max_decision_age_ms ?? Number.NaN]);
    }
    values.set(name, ages);
  };
  await exchange.load(plan.load);
  await sample('prices move');
  await exchange.flood(FLOOD);
  await sample('one pair floods');
  await exchange.flood(0);
  await exchange.load(0);
  await sample('prices stand still');
  return {
    id: 'decision-age',
    title: `Age of the oldest decision, ${plan.name}`,
    unit: 'ms',
    bases: ['prices move'],
    variants: [...values].map(([name, ages]) => ({ name, rounds: ages })),
    notes: [
      `\`max_decision_age_ms\` of the status, every ${SAMPLE_MS} ms. The flood is ${FLOOD} changed prices a second of one pair, beside all others.`,
      'While no price reaches a level of its pair, the pair is decided on once in ten `engine.debounce_ms` and the pause after them: a crossing waits for neither.',
      'Standing prices decide nothing: then a pair comes up in turn, one in each `engine.cycle_pause_ms`.',
    ],
  };
}
