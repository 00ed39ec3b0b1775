import { type Clock, type EpochMs, systemClock } from '@mtrade/base';
import { silentLogger } from '@mtrade/log';
import { createGateVenue, type GateVenue } from '@mtrade/venue';
import { afterEach, expect, test, vi } from 'vitest';
import { createOrderRehearsal } from '../src/workers/order-rehearsal.js';

const DAY_MS = 86_400_000;

let venue: GateVenue | null = null;
afterEach(() => venue?.close());

test.each([-DAY_MS, DAY_MS])(
  'N20: rehearsals go on to the end when the wall clock has jumped by %i ms',
  async (jumpMs) => {
    let shiftMs = 0;
    const clock: Clock = { ...systemClock, epochMs: () => (systemClock.epochMs() + shiftMs) as EpochMs };
    venue = await createGateVenue(
      { restUrl: 'http://127.0.0.1:9', apiKey: 'key', apiSecret: 'secret', symbols: ['ETH/USDT'] },
      { log: silentLogger, clock },
    );
    const place = vi.fn<GateVenue['place']>(venue.rehearsal.place);
    const rehearse = createOrderRehearsal({ ...venue, rehearsal: { ...venue.rehearsal, place } }, clock, {
      now: () => true,
      later: () => Promise.resolve(true),
    });
    await rehearse();
    shiftMs = jumpMs;

    await rehearse();

    expect(place).toHaveBeenCalledTimes(2);
    for (const { value } of place.mock.results)
      expect(await value).toMatchObject({ type: 'acked', finished: true, finishAs: 'fok' });
  },
);
