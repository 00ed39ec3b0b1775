import { text } from '@mtrade/money';
import { expect, test } from 'vitest';
import { say, type TestOrder } from './exchange.js';
import { ETH, World } from './world.js';

const ended = (order: TestOrder): TestOrder => ({ ...order, finishAs: 'stp' });
const selfTrades = (world: World): number =>
  world.events().filter((event) => event === 'order.self-trade').length;

test('X04: an order that self-trade prevention ended is over: what it traded is booked, and it is told once', () => {
  const world = new World().ready();
  world.pass(ETH, '100', '100');
  const order = ended(world.exchange.execute(world.lastOrder, { at: '100', share: '0.5', fee: '0' }));
  world.cycler.laneEvent(say.acked(order));
  world.cycler.laneEvent(say.settled(order));
  world.cycler.laneEvent(say.settled(order));

  const { cycle, openIntents } = world.pair(ETH);
  expect(openIntents).toEqual([]);
  expect(cycle?.phase).toBe('active');
  expect(text(cycle?.baseVolume ?? order.filledQuote)).toBe(text(order.filledBase));
  expect(world.events()).toContain('order.partial');
  expect(selfTrades(world)).toBe(1);
});

test('X04: nothing traded: no cycle stays behind, the pair backs off, and it is told', () => {
  const world = new World().ready();
  world.pass(ETH, '100', '100');
  world.cycler.laneEvent(say.acked(ended(world.exchange.kill(world.lastOrder))));

  expect(world.pair(ETH)).toMatchObject({ cycle: null, openIntents: [], failures: 1 });
  expect(selfTrades(world)).toBe(1);
});

test('X04: an order that ended otherwise is no such case', () => {
  const world = new World().ready();
  world.pass(ETH, '100', '100');
  world.cycler.laneEvent(say.acked(world.exchange.kill(world.lastOrder)));
  expect(selfTrades(world)).toBe(0);
});
