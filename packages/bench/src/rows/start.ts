import type { RowContext, RowResult } from '../result.js';
import { interleave } from '../rounds.js';
import { openScene } from '../scene.js';
import type { SubjectPlan } from './subjects.js';
import { ENGINE_16 } from './subjects.js';

const ORDER_LIMIT_MS = 5_000;
const MB = 1_000_000;

/** Fresh processes: time to ready, memory when ready, and the way of the very first order. */
export async function measureStarts(
  context: RowContext,
  baselines: readonly SubjectPlan[],
): Promise<readonly RowResult[]> {
  const readyMs: number[][] = [];
  const cpuMs: number[][] = [];
  const residentMb: number[][] = [];
  const values = await interleave(
    [
      {
        name: ENGINE_16,
        round: async () => {
          const scene = await openScene({ ...context, pairs: 16 });
          try {
            readyMs.push([scene.engine.readyMs]);
            const usage = scene.engine.usage();
            if (usage !== null) {
              cpuMs.push([usage.cpuMs]);
              residentMb.push([usage.residentBytes / MB]);
            }
            return (await scene.exchange.first(ORDER_LIMIT_MS)).reactionsUs;
          } finally {
            await scene.close();
          }
        },
      },
      ...baselines.map(({ name, start }) => ({
        name,
        round: async () => {
          const subject = await start(context);
          try {
            await subject.exchange.open();
            const plan = { orders: 1, gapMs: 0, limitMs: ORDER_LIMIT_MS };
            return (await subject.exchange.measure(plan)).reactionsUs;
          } finally {
            await subject.close();
          }
        },
      })),
    ],
    context.quick ? 2 : 8,
    (index) => context.progress(`first-order: ${index + 1} starts`),
  );
  return [
    {
      id: 'first-order',
      title: 'First order after a start: price frame sent -> order at the exchange',
      unit: 'us',
      bases: baselines.map(({ name }) => name),
      variants: [...values].map(([name, rounds]) => ({ name, rounds })),
      notes: [
        'A fresh process each time, one second after it was ready. The engine answers the first price of a pair with a start buy.',
      ],
    },
    {
      id: 'ready',
      title: 'Cold start: `mtrade start` -> /readyz says yes, exchange on loopback',
      unit: 'ms',
      bases: [],
      variants: [{ name: ENGINE_16, rounds: readyMs }],
      notes: ['Polled every 5 ms. Includes the start of Node.js.'],
    },
    {
      id: 'ready-cpu',
      title: 'CPU time of a start, all threads, up to a second after ready',
      unit: 'ms',
      bases: [],
      variants: [{ name: ENGINE_16, rounds: cpuMs }],
      notes: ['What a start costs, whatever else the machine has to do.'],
    },
    {
      id: 'resident-ready',
      title: 'Resident memory a second after ready',
      unit: 'MB',
      bases: [],
      variants: [{ name: ENGINE_16, rounds: residentMb }],
      notes: [],
    },
  ];
}
