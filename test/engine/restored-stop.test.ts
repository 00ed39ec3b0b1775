import type { EpochMs } from '@mtrade/base';
import { expect, test } from 'vitest';
import { covered, openOf, stateOf, wait } from './stop-world.js';
import { BTC, ETH } from './world.js';

const ATTENTION =
  'restored: the exchange knows 1 order(s) that these books do not: t-1; see what they traded, then reset or resume the pair';
const WAITS = 'waiting: restored books, and a human has to decide about unknown orders first';

/** Restored books whose comparison has found orders; their stop has gone since the backup. */
function restored() {
  const one = covered();
  const { world, stops } = one;
  world.store.commit({ pair: { ...world.pair(), attention: ATTENTION } });
  stops.last.status = 'cancelled';
  world.start();
  world.clock.advance(60_000);
  world.ready();
  return one;
}

test('P31: what restored books refuse is not tried: the stop waits for the human and says so, and nothing is an error', () => {
  const { world, stops } = restored();
  wait(world, stops, 20_000);
  expect([stateOf(world), openOf(world), stops.asked.length]).toEqual(['pending_sl', [], 1]);
  expect(world.counter('errors')).toBe(0);
  const [pair] = world.view().pairs;
  expect(pair?.waiting_for).toBe('restored_books');
  expect(pair?.protection?.problem).toBe(`its stop was lost (cancelled); ${WAITS}`);

  world.command({ name: 'resume', symbol: ETH });
  wait(world, stops, 2_000);
  expect(stops.asked).toHaveLength(2);
  stops.accept();
  expect(stateOf(world)).toBe('active');
});

test('P31: neither a sale at its price nor the operator sells what restored books are unsure of, and its stop stays', () => {
  const { world, stops } = restored();
  stops.last.status = 'open';
  wait(world, stops, 3_000, '102');
  expect(() => world.command({ name: 'sell-now', symbol: ETH })).toThrow(/restored/);
  expect([openOf(world), world.counter('errors')]).toEqual([['stop-loss LIVE'], 0]);
  expect(world.requestsOf('cancel-stop')).toEqual([]);
});

/** A stop of newer books: at another price than any that these have. */
const UNKNOWN = {
  stopId: '77',
  symbol: ETH,
  triggerPrice: '93.01',
  amount: '0.3062',
  createdMs: 1_700_000_000_000 as EpochMs,
  status: 'open',
  firedOrderId: null,
  reason: null,
} as const;

test('P31: beside a stop that restored books do not know no second one is placed: resume is refused until it is gone', () => {
  const { world, stops } = restored();
  world.tellSurvey({ stops: { rows: [UNKNOWN], missing: null } });
  wait(world, stops, 2_000);
  expect(() => world.command({ name: 'resume', symbol: ETH })).toThrow(/77 \(0\.3062 at 93\.01\)/);
  wait(world, stops, 2_000);
  expect([stops.asked.length, world.pair().attention]).toEqual([1, ATTENTION]);

  world.tellSurvey();
  wait(world, stops, 2_000);
  world.command({ name: 'resume', symbol: ETH });
  wait(world, stops, 2_000);
  expect(stops.asked).toHaveLength(2);
});

test('P31: a reset names the stops that it leaves at the exchange', () => {
  const { world, stops } = restored();
  world.tellSurvey({ stops: { rows: [UNKNOWN, { ...UNKNOWN, stopId: '78', symbol: BTC }], missing: null } });
  wait(world, stops, 2_000);
  expect(world.command({ name: 'reset', symbol: ETH })).toMatchObject({
    unknown_stops: [{ stop_id: '77', amount: '0.3062', stop_price: '93.01' }],
  });
});
