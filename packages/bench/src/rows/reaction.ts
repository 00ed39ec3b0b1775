import { setTimeout as sleep } from 'node:timers/promises';
import type { MeasurePlan } from '../exchange/messages.js';
import type { RowContext, RowResult, VariantResult } from '../result.js';
import { type Contender, interleave } from '../rounds.js';
import { StageWatch } from './stages.js';
import type { Subject, SubjectPlan, Subjects } from './subjects.js';

export interface ReactionOptions {
  readonly id: string;
  readonly title: string;
  readonly rounds: number;
  /** What each subject does in its round. */
  readonly plan: MeasurePlan;
  /** From the end of one subject's round to the next one's. */
  readonly pauseMs: number;
  /** The subjects that the others are divided by. */
  readonly bases: readonly string[];
  readonly notes: readonly string[];
  /** The subject whose stages become a second row, with that row's id and title. */
  readonly stages?: { readonly of: string; readonly id: string; readonly title: string };
}

/** The engine's own budget of requests must have grown again before its next round. */
const REST_MS = 2_500;
/** The load runs this long before the first order of a round. */
const LOAD_LEAD_MS = 300;
const ORDER_LIMIT_MS = 2_000;
/** The answer of an order, and the engine's count of it, are there by then. */
const ANSWERED_MS = 100;

/** Price frame sent to order's head read, all subjects in turn, each on its own exchange. */
export async function measureReaction(
  options: ReactionOptions,
  plans: readonly SubjectPlan[],
  { subjects, context }: { readonly subjects: Subjects; readonly context: RowContext },
): Promise<readonly RowResult[]> {
  const { id, title, rounds, bases, notes, stages } = options;
  const missing = new Map<string, number>();
  const references = new Set<string>();
  const contenders: Contender[] = [];
  let watch: StageWatch | null = null;
  for (const plan of plans) {
    const subject = await subjects.get(plan);
    if (subject.engine === null) references.add(plan.name);
    const watched =
      stages?.of === plan.name && subject.engine !== null ? new StageWatch(subject.engine) : null;
    await watched?.begin();
    watch ??= watched;
    const round = roundOf(subject, plan.load, options);
    contenders.push({
      name: plan.name,
      round: async () => {
        const measured = await round();
        if (watched !== null) {
          await sleep(ANSWERED_MS);
          await watched.endRound();
        }
        missing.set(plan.name, (missing.get(plan.name) ?? 0) + measured.missing);
        return measured.reactionsUs;
      },
    });
  }
  const values = await interleave(contenders, rounds, (index) => {
    if ((index + 1) % 10 === 0) context.progress(`${id}: ${index + 1} of ${rounds} rounds`);
  });
  const variants = plans.map(({ name }): VariantResult => {
    const lost = missing.get(name) ?? 0;
    const note = lost === 0 ? {} : { note: `${lost} orders did not come within ${ORDER_LIMIT_MS} ms` };
    return { name, rounds: values.get(name) ?? [], isReference: references.has(name), ...note };
  });
  const stageRow = stages === undefined ? null : (watch?.row(stages.id, stages.title) ?? null);
  return [{ id, title, unit: 'us', bases, variants, notes }, ...(stageRow === null ? [] : [stageRow])];
}

function roundOf(subject: Subject, load: number, { plan, pauseMs }: ReactionOptions) {
  let endedMs = 0;
  return async () => {
    if (pauseMs > 0) await sleep(pauseMs);
    const restMs = plan.orders === 1 ? 0 : endedMs + REST_MS - performance.now();
    if (restMs > 0 && subject.engine !== null) await sleep(restMs);
    if (load > 0) {
      await subject.exchange.load(load);
      await sleep(LOAD_LEAD_MS);
    }
    const measured = await subject.exchange.measure(plan);
    if (load > 0) await subject.exchange.load(0);
    endedMs = performance.now();
    return measured;
  };
}

/** The three rates at which orders are measured. */
export const reactionPlans = {
  slow: (subjectCount: number): Pick<ReactionOptions, 'plan' | 'pauseMs'> => ({
    plan: { orders: 1, gapMs: 0, limitMs: ORDER_LIMIT_MS },
    pauseMs: Math.round(2_000 / subjectCount),
  }),
  steady: { plan: { orders: 6, gapMs: 50, limitMs: ORDER_LIMIT_MS }, pauseMs: 0 },
  burst: { plan: { orders: 6, gapMs: 0, limitMs: ORDER_LIMIT_MS }, pauseMs: 0 },
} as const;
