import type { EpochMs } from '@mtrade/base';
import { silentLogger } from '@mtrade/log';
import { expect, test } from 'vitest';
import type { LaneEvent, StopScan, Venue } from '../src/index.js';
import { StopDesk } from '../src/stop-desk.js';
import { ManualClock } from './manual-clock.js';

const FOUND: StopScan = { complete: true, startedAtMs: 5_000 as EpochMs, stops: [] };

function desk(findStops: Venue['findStops']) {
  const events: LaneEvent[] = [];
  const one = new StopDesk({
    venue: { findStops } as Venue,
    clock: new ManualClock(),
    log: silentLogger,
    emit: (event) => events.push(event),
    exchangeClock: () => Promise.resolve({ minusMono: 0, errorMs: 10 }),
  });
  const find = (intentId: number): Promise<void> =>
    one.handle({ type: 'find-stops', intentId, symbol: 'ETH/USDT', fromMs: 0 as EpochMs });
  return { events, find };
}

test('I26: a stop that is still being looked for is not looked for a second time beside it; other ones are', async () => {
  const answers: ((scan: StopScan) => void)[] = [];
  const { events, find } = desk(() => new Promise((resolve) => answers.push(resolve)));
  const first = [find(1), find(1), find(2), find(1)];
  await new Promise(setImmediate);
  expect(answers).toHaveLength(2);
  for (const answer of answers.splice(0)) answer(FOUND);
  await Promise.all(first);
  expect(events.map((event) => 'intentId' in event && event.intentId)).toEqual([1, 2]);

  const again = find(1);
  await new Promise(setImmediate);
  expect(answers).toHaveLength(1);
  answers[0]?.(FOUND);
  await again;
  expect(events).toHaveLength(3);
});

test('a look that failed is over, too', async () => {
  const { events, find } = desk(() => Promise.reject(new Error('timeout')));
  await find(1);
  await find(1);
  expect(events).toMatchObject([
    { type: 'stops-found', record: { complete: false } },
    { type: 'stops-found', record: { complete: false } },
  ]);
});
