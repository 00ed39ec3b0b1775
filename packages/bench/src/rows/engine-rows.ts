import type { Row, RowContext } from '../result.js';
import { measureControl } from './control.js';
import { measureDecisionAge } from './decision-age.js';
import { measureIdle } from './idle.js';
import { measureReaction, type ReactionOptions, reactionPlans } from './reaction.js';
import { measureStarts } from './start.js';
import { ENGINE_16, enginePlans, type SubjectPlan, type Subjects } from './subjects.js';

/** Who is measured beside the engine, in the same rounds. */
export interface Baselines {
  readonly plans: readonly SubjectPlan[];
  /** Names of those that the others are divided by. */
  readonly bases: readonly string[];
}

const WAY =
  'From right before the exchange makes the frame until node:http there has read the head of the order. The engine has committed the order durably by then.';
const RUNS =
  'In runs of six orders: after them the engine spares the request budget of the account. An order that finds the budget empty waits for it: times of a second and more are that.';

/** Everything that is measured of a whole engine from outside. Subjects are started once and shared by the rows. */
export function engineRows(subjects: Subjects, { plans, bases }: Baselines): readonly Row[] {
  const [engine16, engine200] = enginePlans as [SubjectPlan, SubjectPlan];
  const [floor] = plans;
  const slowPlans = [engine16, ...plans];
  const fastPlans = [engine16, engine200, ...plans];
  const reaction = (options: ReactionOptions, who: readonly SubjectPlan[], context: RowContext) =>
    measureReaction(options, who, { subjects, context });

  const slow: Row['run'] = (context) =>
    reaction(
      {
        id: 'reaction-slow',
        title: 'Price frame sent -> order at the exchange, one order per 2 s',
        rounds: context.quick ? 6 : 60,
        ...reactionPlans.slow(slowPlans.length),
        bases,
        notes: [WAY, ...(plans.length > 0 ? ['The baselines commit nothing.'] : [])],
        stages: { of: ENGINE_16, id: 'stages', title: 'The stages of the same inside the engine' },
      },
      slowPlans,
      context,
    );
  const slow200: Row['run'] = (context) => {
    const who = floor === undefined ? [engine200] : [engine200, floor];
    return reaction(
      {
        id: 'reaction-slow-200',
        title: 'Price frame sent -> order at the exchange, one order per 2 s among 2,000 frames/s',
        rounds: context.quick ? 5 : 30,
        ...reactionPlans.slow(who.length),
        bases: bases.slice(0, 1),
        notes: floor === undefined ? [] : [`The ${floor.name} has 16 quiet pairs.`],
      },
      who,
      context,
    );
  };
  const steady: Row['run'] = (context) =>
    reaction(
      {
        id: 'reaction-20',
        title: 'Price frame sent -> order at the exchange, 20 orders per second',
        rounds: context.quick ? 3 : 20,
        ...reactionPlans.steady,
        bases,
        notes: [RUNS],
      },
      fastPlans,
      context,
    );
  const burst: Row['run'] = (context) =>
    reaction(
      {
        id: 'reaction-burst',
        title: 'Price frame sent -> order at the exchange, back to back',
        rounds: context.quick ? 3 : 20,
        ...reactionPlans.burst,
        bases,
        notes: [RUNS, 'The next frame leaves 2 ms after the order before has come.'],
      },
      fastPlans,
      context,
    );
  const idle: Row['run'] = (context) =>
    measureIdle(
      [
        { plan: engine16, framesPerSecond: 16 },
        { plan: engine16, framesPerSecond: 160 },
        { plan: engine200, framesPerSecond: 2_000 },
      ],
      { base: floor ?? null, subjects, context },
    );
  return [
    { id: 'start', run: (context) => measureStarts(context, plans.slice(0, bases.length)) },
    { id: 'reaction-slow', run: slow },
    { id: 'reaction-20', run: steady },
    { id: 'reaction-burst', run: burst },
    { id: 'reaction-slow-200', run: slow200 },
    { id: 'idle', run: idle },
    {
      id: 'decision-age',
      run: async (context) => [await measureDecisionAge(engine200, { subjects, context })],
    },
    { id: 'control', run: async (context) => [await measureControl(context)] },
  ];
}
