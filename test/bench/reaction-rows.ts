import {
  ENGINE_16,
  enginePlans,
  measureIdle,
  measureReaction,
  measureStarts,
  reactionPlans,
  type Row,
  type RowContext,
  type RowResult,
  stagesRow,
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
  const slow = async (context: RowContext): Promise<readonly RowResult[]> => {
    const plans = [engine16, floorPlan, plainPlan, rawPlan];
    const row = await measureReaction(
      {
        id: 'reaction-slow',
        title: 'Price frame sent -> order at the exchange, one order per 2 s',
        rounds: context.quick ? 6 : 60,
        ...reactionPlans.slow(plans.length),
        bases: [FLOOR, PLAIN],
        notes: NOTES,
      },
      plans,
      { subjects, context },
    );
    const { engine } = await subjects.get(engine16);
    const status = await engine?.status();
    return status === undefined
      ? [row]
      : [row, stagesRow('stages', `Stages of the same, ${ENGINE_16}`, status.latency_us)];
  };
  const slow200 = async (context: RowContext): Promise<readonly RowResult[]> => [
    await measureReaction(
      {
        id: 'reaction-slow-200',
        title: 'The same with 200 pairs at 2,000 frames/s',
        rounds: context.quick ? 5 : 30,
        ...reactionPlans.slow(2),
        bases: [FLOOR],
        notes: ['The floor has 16 quiet pairs.'],
      },
      [engine200, floorPlan],
      { subjects, context },
    ),
  ];
  const steady = async (context: RowContext): Promise<readonly RowResult[]> => [
    await measureReaction(
      {
        id: 'reaction-20',
        title: 'The same at 20 orders per second',
        rounds: context.quick ? 3 : 20,
        ...reactionPlans.steady,
        bases: [FLOOR, PLAIN],
        notes: ['In runs of eight orders: after them the engine spares the request budget of the account.'],
      },
      [engine16, engine200, floorPlan, plainPlan, rawPlan],
      { subjects, context },
    ),
  ];
  const burst = async (context: RowContext): Promise<readonly RowResult[]> => [
    await measureReaction(
      {
        id: 'reaction-burst',
        title: 'The same back to back',
        rounds: context.quick ? 3 : 20,
        ...reactionPlans.burst,
        bases: [FLOOR, PLAIN],
        notes: ['In runs of eight orders, the next frame 2 ms after the order before.'],
      },
      [engine16, engine200, floorPlan, plainPlan, rawPlan],
      { subjects, context },
    ),
  ];
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
  ];
}
