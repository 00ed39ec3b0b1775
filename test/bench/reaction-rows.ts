import {
  ENGINE_16,
  enginePlans,
  measureControl,
  measureDecisionAge,
  measureIdle,
  measureReaction,
  measureStarts,
  reactionPlans,
  type ReactionOptions,
  type Row,
  type RowContext,
  type SubjectPlan,
  type Subjects,
} from '@mtrade/bench';
import { FLOOR, floorPlan, PLAIN, plainPlan, rawPlan } from './bots/bot-process.js';

const [engine16, engine200] = enginePlans as [SubjectPlan, SubjectPlan];

const NOTES = [
  'From right before the exchange makes the frame until node:http there has read the head of the order. The engine has committed the order durably by then; the baselines commit nothing.',
];

/** Rows whose subjects run side by side, and are shared by all of them. */
export function reactionRows(subjects: Subjects): readonly Row[] {
  const reaction = (options: ReactionOptions, plans: readonly SubjectPlan[], context: RowContext) =>
    measureReaction(options, plans, { subjects, context });
  const slowPlans = [engine16, floorPlan, plainPlan, rawPlan];
  const fastPlans = [engine16, engine200, floorPlan, plainPlan, rawPlan];
  const slow: Row['run'] = (context) =>
    reaction(
      {
        id: 'reaction-slow',
        title: 'Price frame sent -> order at the exchange, one order per 2 s',
        rounds: context.quick ? 6 : 60,
        ...reactionPlans.slow(slowPlans.length),
        bases: [FLOOR, PLAIN],
        notes: NOTES,
        stages: { of: ENGINE_16, id: 'stages', title: 'The stages of the same inside the engine' },
      },
      slowPlans,
      context,
    );
  const slow200: Row['run'] = (context) =>
    reaction(
      {
        id: 'reaction-slow-200',
        title: 'One order per 2 s with 200 pairs at 2,000 frames/s',
        rounds: context.quick ? 5 : 30,
        ...reactionPlans.slow(2),
        bases: [FLOOR],
        notes: ['The floor has 16 quiet pairs.'],
      },
      [engine200, floorPlan],
      context,
    );
  const steady: Row['run'] = (context) =>
    reaction(
      {
        id: 'reaction-20',
        title: 'Price frame sent -> order at the exchange, 20 orders per second',
        rounds: context.quick ? 3 : 20,
        ...reactionPlans.steady,
        bases: [FLOOR, PLAIN],
        notes: ['In runs of eight orders: after them the engine spares the request budget of the account.'],
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
        bases: [FLOOR, PLAIN],
        notes: ['In runs of eight orders, the next frame 2 ms after the order before.'],
      },
      fastPlans,
      context,
    );
  return [
    { id: 'start', run: (context) => measureStarts(context, [floorPlan, plainPlan]) },
    { id: 'reaction-slow', run: slow },
    { id: 'reaction-20', run: steady },
    { id: 'reaction-burst', run: burst },
    { id: 'reaction-slow-200', run: slow200 },
    {
      id: 'idle',
      run: (context) =>
        measureIdle(
          [
            { plan: engine16, framesPerSecond: 16 },
            { plan: engine16, framesPerSecond: 160 },
            { plan: engine200, framesPerSecond: 2_000 },
          ],
          { subjects, context },
        ),
    },
    {
      id: 'decision-age',
      run: async (context) => [await measureDecisionAge(engine200, { subjects, context })],
    },
    { id: 'control', run: async (context) => [await measureControl(context)] },
  ];
}
