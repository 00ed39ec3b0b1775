import { text } from '@mtrade/money';
import { describe, expect, test } from 'vitest';
import { held, openOf, stateOf, wait } from './stop-world.js';
import { type StopSide } from './stop-side.js';
import { type World } from './world.js';

/** Each request for a stop gets this answer, as soon as it comes, for so long. */
function answerAll(world: World, stops: StopSide, ms: number, answer: () => void): void {
  for (let gone = 0; gone < ms; gone += 1_000) {
    if (openOf(world).includes('stop-loss SUBMITTED')) answer();
    wait(world, stops, 1_000);
    world.ready();
  }
}
const sales = (world: World) => world.orders.filter(({ side }) => side === 'sell');
const told = (world: World, event: string) => world.events().filter((one) => one === event);

describe('a stop that the exchange does not take', () => {
  test.each(['TRADE_RESTRICTED', 'ORDER_BOOK_NOT_FOUND'])(
    'X13: %s: a sale would be refused as well, so nothing is sold; it is tried on, the alarm says so, and it is placed when it can be',
    (label) => {
      const { world, stops } = held();
      answerAll(world, stops, 300_000, () => stops.refuse(label));
      expect(sales(world)).toEqual([]);
      expect(world.pair()).toMatchObject({ attention: null, position: { refusals: 0, rollback: null } });
      expect([stateOf(world), told(world, 'position.unprotected').length]).toEqual(['pending_sl', 1]);
      expect(world.view().pairs[0]?.protection?.problem).toContain(label);
      // Every ten seconds, and not every two.
      expect(stops.asked.length).toBeGreaterThan(20);
      expect(stops.asked.length).toBeLessThan(40);

      for (let second = 0; second < 15 && stateOf(world) !== 'active'; second += 1)
        answerAll(world, stops, 1_000, () => stops.accept());
      expect([stateOf(world), text(world.pair().cycle?.baseVolume as never)]).toEqual(['active', '0.1']);
    },
  );

  test('X26, scenario 55: an answer with a label that proves nothing, and no stop after it, counts as a refusal: it is not tried for ever', () => {
    const { world, stops } = held();
    const lose = (): void => stops.lose('HTTP 400 INVALID_PARAM', 'INVALID_PARAM');
    answerAll(world, stops, 70_000, lose);
    expect(told(world, 'order.never')).toHaveLength(1);
    expect(world.pair().position).toMatchObject({ refusals: 1, rollback: null });
    answerAll(world, stops, 360_000, lose);
    expect(stops.asked).toHaveLength(5);
    expect(sales(world)).toMatchObject([{ type: 'market', amount: '0.1' }]);
    expect(world.pair().attention).toMatch(/could not be given a stop.*INVALID_PARAM/);
    expect(told(world, 'position.roll-back')).toHaveLength(1);
  });

  test('X26: the same in an engine that is restarted before the absence is proven, each time: the refusals count', () => {
    const { world, stops } = held();
    const lose = (): void => stops.lose('HTTP 400 INVALID_PARAM', 'INVALID_PARAM');
    for (let life = 0; life < 20; life += 1) {
      answerAll(world, stops, 20_000, lose);
      world.start();
      world.ready();
    }
    answerAll(world, stops, 70_000, lose);
    expect(stops.asked).toHaveLength(5);
    expect(told(world, 'order.never')).toHaveLength(5);
    expect(sales(world)).toMatchObject([{ type: 'market', amount: '0.1' }]);
    expect(world.pair().attention).toMatch(/could not be given a stop.*INVALID_PARAM/);
    world.store.audit();
  });

  test('X26: the same, and the answer comes when it was given up as silent: it counts as well', () => {
    const { world, stops } = held();
    wait(world, stops, 20_000);
    expect(openOf(world)).toEqual(['stop-loss UNKNOWN']);
    stops.lose('HTTP 400 INVALID_PARAM', 'INVALID_PARAM');
    world.start();
    world.ready();
    wait(world, stops, 60_000);
    expect(world.pair().position).toMatchObject({ refusals: 1 });
  });

  test('X26: the same, found after all: it was accepted, and nothing counts', () => {
    const { world, stops } = held();
    stops.lose('HTTP 400 REPEAT_REQUEST', 'REPEAT_REQUEST');
    stops.arrive();
    wait(world, stops, 5_000);
    expect([stateOf(world), world.pair().position?.refusals]).toEqual(['active', 0]);
    expect(world.pair().openIntents).toMatchObject([{ state: 'LIVE', finishAs: null }]);
  });

  test('N01: no answer at all, and no stop after it, says nothing about the stop: it is tried on', () => {
    const { world, stops } = held();
    answerAll(world, stops, 500_000, () => stops.lose());
    expect(sales(world)).toEqual([]);
    expect(world.pair().position).toMatchObject({ refusals: 0, rollback: null });
    expect(stops.asked.length).toBeGreaterThan(5);
  });

  test('N24: the coins are not there: a second stop of ours may hold them, so the account is compared at once', () => {
    const { world, stops } = held();
    world.tellSurvey();
    wait(world, stops, 3_000);
    const before = world.requestsOf('survey').length;
    stops.refuse('BALANCE_NOT_ENOUGH');
    wait(world, stops, 3_000);
    expect(world.requestsOf('survey').length).toBe(before + 1);
  });
});
