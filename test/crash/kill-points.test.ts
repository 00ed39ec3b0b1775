import { describe, expect, test } from 'vitest';
import { campaign } from './campaign.js';
import { CRASH_POINTS } from './points.js';

const NAMES = CRASH_POINTS.map(({ name }) => name);

/** One death of each class, in this order: the first makes the books; an order that was never sent is looked for. */
const DEATHS = [
  'create.before-rename',
  'lease.before-commit',
  'intent.before-begin',
  'intent.start.written',
  'intent.average.committed',
  'order.start.half-written',
  'order.average.after-write',
  'order.take-profit.answer-read',
  'settled.before-post',
  'fill.buy.before-commit',
  'fill.sell.committed',
  'order.start.before-write',
  'scan-open.before-write',
  'scan-trades.answer-read',
  'move.NEVER.committed',
  'lease.committed',
];
/** Around a stop: it is placed, lies there, is taken back for a sale or a new one, is looked at. None of it takes a minute to prove. */
const STOP_DEATHS = [
  'create.renamed',
  'intent.stop-loss.before-commit',
  'stop.place.after-write',
  'move.LIVE.before-commit',
  'stop.cancel.after-write',
  'stop-seen.posted',
];
/** Each start takes a second or two; a busy machine makes ten of it. */
const LIMIT_MS = 600_000;

describe.concurrent('scenario 44: kill at every step', () => {
  test('there are more than forty points, each of P01-P14 among them, and no name twice', () => {
    expect(NAMES.length).toBeGreaterThanOrEqual(40);
    expect(new Set(NAMES).size).toBe(NAMES.length);
    const faults = new Set(CRASH_POINTS.map(({ fault }) => fault));
    for (let number = 1; number <= 14; number += 1)
      expect(faults).toContain(`P${String(number).padStart(2, '0')}`);
  });

  test(
    'P02-P06, P11, scenario 55: killed around a stop, one stop at most lies there, the books know it, and what it sold is booked',
    async () => {
      const { totals, failure } = await campaign(
        {
          kills: STOP_DEATHS.length,
          points: STOP_DEATHS,
          seed: 2,
          randomPct: 0,
          pairs: 8,
          perRound: STOP_DEATHS.length,
          isCalm: true,
          stops: true,
          keep: false,
        },
        () => undefined,
      );

      expect(failure).toBeNull();
      const { points } = totals.json();
      expect(STOP_DEATHS.filter((name) => points[name]?.kills !== 1)).toEqual([]);
    },
    LIMIT_MS,
  );

  test(
    'P01-P14, scenario 3, scenario 4: killed once at each class of point, its books equal the exchange after each death',
    async () => {
      const { totals, failure } = await campaign(
        {
          kills: DEATHS.length,
          points: DEATHS,
          seed: 1,
          randomPct: 0,
          pairs: 8,
          perRound: DEATHS.length,
          isCalm: true,
          stops: false,
          keep: false,
        },
        () => undefined,
      );

      expect(failure).toBeNull();
      const { points } = totals.json();
      expect(DEATHS.filter((name) => points[name]?.kills !== 1)).toEqual([]);
      expect(totals.json().orders).toBeGreaterThan(DEATHS.length);
    },
    LIMIT_MS,
  );
});
